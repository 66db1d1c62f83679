import type { Access, Call } from './call.ts'
import type { Core } from '../core.ts'

/** One endpoint of the protocol. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** May contain `:name` parameters. */
  path: string
  access: Access
  /** Whether the call goes through where every call demands a captcha. */
  isCaptchaFree?: boolean
  /** Whether the body is a form, not JSON. */
  isPage?: boolean
  /** Whether the body may come encrypted. */
  isSealable?: boolean
  /** Answers JSON, or a response of its own. */
  handle(call: Call): object | Promise<object>
}

/** The endpoints of one topic. */
export type Topic = (core: Core) => Route[]

/** The connection a request came by. */
export interface Link {
  /** Whether the control API answers on it. */
  isLocal: boolean
  /** Set when the connection is to be broken instead of answered. */
  isBroken: boolean
}
