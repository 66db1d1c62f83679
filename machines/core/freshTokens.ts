import { type ActorRefFrom, type AnyActorRef, waitFor } from 'xstate'
import { AuthError } from '../../services/error.ts'
import type { Credentials } from '../../services/session/credentials.ts'
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

/**
 * Returns the session's tokens if they can be sent at once.
 *
 * @param rejected the serial of a pair that the server has just rejected
 * @returns `undefined` while tokens are loaded or refreshed, and when they have expired
 */
export function usableTokens(system: System, rejected?: number) {
  const state = tokensOf(system)?.getSnapshot()
  if (!state || state.status !== 'active' || state.hasTag('busy')) return undefined
  const { serial, credentials } = state.context
  const isUsable = serial !== rejected && credentials && credentials.expiresAt > now(system)
  return isUsable ? { serial, credentials } : undefined
}

/**
 * Waits for tokens that can be sent, and has them refreshed first when they have expired or were
 * rejected. Any number of callers share one refresh.
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
    if (!credentials || serial === last) {
      return { serial, error: error ?? new AuthError('unauthenticated') }
    }
    last = serial
    tokens.send({ type: 'tokens.refresh', serial, origin })
  }
}

const now = (system: System) => clockOf(system).now()
