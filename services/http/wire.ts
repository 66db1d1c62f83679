/**
 * The requests and answers of the HTTP API, in its own names: snake_case, durations in seconds.
 * Only the fields named here are read from an answer.
 */
export { read, type Shape } from './shape.ts'
export type * from './wire/captcha.ts'
export type * from './wire/contact.ts'
export type * from './wire/provider.ts'
export type * from './wire/session.ts'
export type * from './wire/user.ts'
export type * from './wire/verification.ts'
