import type { Access, Call } from './call.ts'
import type { Core } from '../core.ts'

/** An endpoint. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** May contain `:name` parameters. */
  path: string
  /** The credential it requires. */
  access: Access
  /** Whether the endpoint is exempt from `captchaOnEveryCall`. */
  isCaptchaFree?: boolean
  /** Whether the handler reads the body itself: a form, or JSON that is no object. */
  isRaw?: boolean
  /** Whether the body may be encrypted. */
  isEncryptable?: boolean
  /** Handles a call. Returns the JSON body or a complete response. */
  handle(call: Call): object | Promise<object>
}

/** Creates the routes of related endpoints. */
export type EndpointGroup = (core: Core) => Route[]

/** The connection of a request. */
export interface Connection {
  /** Whether it may use the control API. */
  isLocal: boolean
  /** Set to break the connection instead of sending the response. */
  isBroken: boolean
}
