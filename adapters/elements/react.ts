import type { DetailedHTMLProps, HTMLAttributes } from 'react'
import type { AuthflowElements } from './index.ts'
import type { ElementProps, EventAttributes } from './props.ts'

/**
 * The elements in JSX of React 19, which sets properties and takes handlers such as
 * `onauthflow-signed-in`. Import this entry once for its types.
 */
export type JsxElements = {
  [K in keyof ElementProps]: DetailedHTMLProps<
    HTMLAttributes<AuthflowElements[K]>,
    AuthflowElements[K]
  > &
    ElementProps[K] &
    EventAttributes
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements extends JsxElements {}
  }
}
