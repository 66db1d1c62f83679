/**
 * Every endpoint of the HTTP API, for `auth.call` and `request`, and how to describe further ones.
 *
 * @example
 *   import { getUser } from 'cloudbase-authflow/endpoints'
 *   const { sub, name } = await auth.call(getUser)
 */
export * from './http/endpoints.ts'
export { endpoint, type Credential, type Endpoint, type Method } from './http/endpoint.ts'
export type { Count, Kind, Shape } from './http/shape.ts'
export type * from './http/wire.ts'
