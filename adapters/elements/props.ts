import type { AuthError } from '../../services/error.ts'
import type { ElementSettings } from './element.ts'
import type { CardSettings, StepDetail, SuccessDetail } from './flowElement.ts'

/** The properties of an element that shows no card. */
export interface RootProps extends ElementSettings {
  /** The environment id, for an element that makes its own client with every flow. */
  env?: string
  /** The address of the server of `env`, such as a sandbox. */
  endpoint?: string
}

/** The properties of an element that shows a card. */
export interface CardProps extends RootProps, CardSettings {}

/** The properties of the elements by their tags. */
export interface ElementProps {
  'authflow-root': RootProps
  'authflow-sign-in': CardProps
  'authflow-account': CardProps
  'authflow-upgrade': CardProps
  'authflow-reset-password': CardProps
  'authflow-captcha': RootProps
}

/** The events of the elements. They bubble, through shadow roots as well. */
export interface AuthflowEventMap {
  /** The status, the flow or the step that an element shows has changed. */
  'authflow-step': CustomEvent<StepDetail>
  /** The user has achieved something that the card says, such as a changed password. */
  'authflow-success': CustomEvent<SuccessDetail>
  /** A user has signed in, here or in another tab. From `<authflow-sign-in>`. */
  'authflow-signed-in': CustomEvent<{ uid?: string; isGuest: boolean }>
  /** The session has ended; with an error if the server has ended it. From `<authflow-account>`. */
  'authflow-signed-out': CustomEvent<{ error?: AuthError }>
}

/** Handlers of the events as attributes: `onauthflow-signed-in`. */
export type EventAttributes = {
  [K in keyof AuthflowEventMap as `on${K}`]?: (event: AuthflowEventMap[K]) => void
}
