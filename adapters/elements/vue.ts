import type { DefineComponent, HTMLAttributes } from 'vue'
import type { AuthflowEventMap, ElementProps } from './props.ts'

/** Handlers as Vue names them: `@authflow-signed-in` is `onAuthflowSignedIn`. */
export interface VueEventProps {
  onAuthflowStep?: (event: AuthflowEventMap['authflow-step']) => void
  onAuthflowSuccess?: (event: AuthflowEventMap['authflow-success']) => void
  onAuthflowSignedIn?: (event: AuthflowEventMap['authflow-signed-in']) => void
  onAuthflowSignedOut?: (event: AuthflowEventMap['authflow-signed-out']) => void
}

/** The elements in templates of Vue. Import this entry once for its types. */
export type VueElements = {
  [K in keyof ElementProps]: DefineComponent<ElementProps[K] & VueEventProps & HTMLAttributes>
}

declare module 'vue' {
  interface GlobalComponents extends VueElements {}
}
