import type { LifeEvent } from '../../machines/core/session.ts'
import { AuthError } from '../../services/error.ts'
import type { AnyEndpoint } from '../../services/http/endpoint.ts'
import { hasOwn, isRecord } from '../../services/record.ts'

const LIFE_EVENTS: Record<LifeEvent['type'], true> = {
  signedIn: true,
  signedOut: true,
  userChanged: true,
  tokenRenewed: true,
  credentialsLost: true,
  clockSkewed: true,
  storageFailed: true,
}

/**
 * Checks what untyped code may give to `call`.
 *
 * @throws AuthError `invalid_argument` for what no call can be made of
 */
export function checkCall(endpoint: Pick<AnyEndpoint, 'shape'> | undefined, params: unknown): void {
  if (!isRecord(endpoint?.shape)) throw invalid('call', 'the first argument must be an endpoint')
  if (Object(params) !== params) throw invalid('call', 'the second argument must be an object')
}

/** @throws AuthError `invalid_argument` for an event that never comes */
export function checkLifeEvent(type: string): void {
  if (hasOwn(LIFE_EVENTS, type)) return
  throw invalid('on', `there is no event ${type}`)
}

/** @throws AuthError `invalid_argument` for what cannot be called later */
export function checkListener(operation: 'on' | 'subscribe', run: unknown): void {
  if (typeof run !== 'function') throw invalid(operation, 'the listener must be a function')
}

const invalid = (operation: string, description: string) =>
  new AuthError('invalid_argument', { operation, description })
