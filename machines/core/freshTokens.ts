import { type ActorRefFrom, type AnyActorRef, waitFor } from 'xstate'
import { AuthError } from '../../services/error.ts'
import type { Credentials } from '../../services/session/credentials.ts'
import { type Freshness, validityOf } from '../../services/session/expiry.ts'
import { clockOf, missingServices } from '../../services/system.ts'
import type { TokensMachine } from './tokens.ts'

/** An actor system, as actions and actors have it at hand. */
export type System = AnyActorRef['system']

/** @returns the actor that owns the session's tokens; undefined outside a client */
export const tokensOf = (system: System): ActorRefFrom<TokensMachine> | undefined =>
  system.get('tokens')

/** The session's tokens as a request needs them; without usable ones, the reason. */
export interface FreshTokens {
  /** The number of this token pair, for `tokens.refresh` when the server rejects it. */
  serial: number
  credentials?: Credentials
  error?: AuthError
}

const freshnessOf = (system: System, credentials: Credentials | undefined): Freshness =>
  credentials ? validityOf(credentials, clockOf(system)).freshness() : 'expired'

/**
 * Returns the session's tokens if they can be sent at once. Tokens whose refresh is due can be, also
 * while they are refreshed.
 *
 * @param rejected the serial of a pair that the server has just rejected
 * @returns `undefined` while tokens are loaded, when they have expired, and while a pair is refreshed
 *   that the server has rejected
 */
export function usableTokens(system: System, rejected?: number) {
  const state = tokensOf(system)?.getSnapshot()
  if (!state || state.status !== 'active') return undefined
  const { serial, credentials } = state.context
  if (!credentials || serial === rejected) return undefined
  const freshness = freshnessOf(system, credentials)
  const isUsable = freshness === 'due' || (freshness === 'fresh' && !state.hasTag('busy'))
  return isUsable ? { serial, credentials } : undefined
}

/** Starts a refresh that is due, without waiting for it. */
export function refreshIfDue(system: System): void {
  const tokens = tokensOf(system)
  const state = tokens?.getSnapshot()
  if (!tokens || state?.status !== 'active' || !state.matches('kept')) return
  const { serial, credentials } = state.context
  if (freshnessOf(system, credentials) !== 'fresh') tokens.send({ type: 'tokens.refresh', serial })
}

/**
 * Waits for tokens that can be sent, and has them refreshed first when they have expired or were
 * rejected. Any number of callers share one refresh. When it fails, tokens are returned as long as the
 * server accepts them.
 *
 * @param rejected the serial of a pair that the server has just rejected
 * @param origin the `sessionId` of the actor that asks, if one does
 * @throws AuthError `cancelled` when the client is stopped meanwhile
 */
export async function freshTokens(
  system: System,
  rejected?: number,
  signal?: AbortSignal,
  origin?: string,
): Promise<FreshTokens> {
  const tokens = tokensOf(system)
  if (!tokens) throw missingServices()
  const usable = usableTokens(system, rejected)
  if (usable) {
    refreshIfDue(system)
    return usable
  }
  // A refresh can end with a pair of another tab that has expired as well; that one is refreshed too.
  for (let last: number | undefined; ;) {
    await waitFor(tokens, (state) => !state.hasTag('busy'), { signal }).catch(() => undefined)
    // Read again, because the client can be stopped before the wait is over.
    const settled = tokens.getSnapshot()
    if (settled.status !== 'active' || signal?.aborted) {
      throw new AuthError('cancelled', { description: 'the client was stopped meanwhile' })
    }
    const usable = usableTokens(system, rejected)
    if (usable) return usable
    const { serial, credentials, error } = settled.context
    if (!credentials) return { serial, error: error ?? new AuthError('unauthenticated') }
    if (serial === last || settled.matches('pausing')) {
      const isAccepted = serial !== rejected && freshnessOf(system, credentials) !== 'expired'
      if (isAccepted) return { serial, credentials }
      return { serial, error: error ?? new AuthError('unavailable') }
    }
    last = serial
    tokens.send({ type: 'tokens.refresh', serial, origin })
  }
}
