import { AuthError } from '../error.ts'
import type { Credentials, Renewal } from './tokenStore.ts'
import type { Tokens } from '../http/wire.ts'

/** Milliseconds a tab waits for its turn: longer than the request of the one before it may take. */
const PATIENCE = 20_000
/** Milliseconds after which what one tab has stored can be read in every other. */
const PROPAGATION = 1_000

export interface Turn extends Renewal {
  /** Names what the tabs share: their session. */
  key: string
  load(): Promise<Credentials | undefined>
}

/**
 * Renews a token pair while no other tab of this origin does: a refresh token is good for one use.
 * Each pair has a Web Lock of its own, and the tab that has spent it keeps that for a moment: what is
 * stored may become visible to the others later than a lock does. Who gets it then finds the new
 * pair. Where there are no locks, or a tab has waited for too long, the new pair is found by the one
 * whose refresh token comes too late.
 *
 * @throws AuthError `aborted` when another tab has changed the session, and reading it again has not
 *   ended this renewal by its signal; else what `refresh` throws
 */
export function renewInTurn(credentials: Credentials, turn: Turn): Promise<Tokens> {
  const { key, load, refresh, reload, signal } = turn

  /** What is stored; what another tab has stored, or cleared, ends this renewal. */
  async function look(wasStored?: unknown) {
    const stored = await load().catch(() => undefined)
    const { access_token } = stored ?? credentials
    const isOurs = access_token.reveal() === credentials.access_token.reveal()
    if (isOurs && (stored || !wasStored)) return stored
    signal.throwIfAborted()
    reload()
    signal.throwIfAborted()
    throw new AuthError('aborted', { operation: 'refresh' })
  }

  async function renew() {
    const stored = await look()
    const tokens = await refresh(credentials).catch(async (thrown) => {
      // A pair that came too late was spent by a tab whose new one may not be readable here yet.
      await pause(AuthError.from(thrown).code === 'invalid_grant' ? PROPAGATION : 0)
      await look()
      throw thrown
    })
    await look(stored)
    return tokens
  }

  return new Promise((resolve, reject) => {
    let work: Promise<void> | undefined
    const begin = () =>
      (work ??= renew()
        .then(resolve)
        .then(() => pause(PROPAGATION)))
    const inTurn = async () => {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)])
      await navigator.locks.request(`${key} ${credentials.expiresAt}`, { signal: patience }, begin)
    }
    inTurn()
      .catch(() => {
        signal.throwIfAborted()
        return begin()
      })
      .catch(reject)
  })
}

const pause = (ms?: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
