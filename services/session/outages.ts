import type { Clock } from '../clock.ts'
import { AuthError } from '../error.ts'
import { isRecord } from '../record.ts'
import type { Store } from './store.ts'

/** A failed refresh, as all clients of a session know it. */
export interface Outage {
  error: AuthError
  /** When it failed, in milliseconds since the epoch. */
  at: number
  /** When the next attempt may be made. */
  until: number
  /** The server has asked for the pause. */
  isOrdered: boolean
  /** How often the refresh has failed in a row. */
  failures: number
  /** This client has reported it. */
  isOwn: boolean
}

/** Shares failures between the clients of a session, so that they do not all try for themselves. */
export interface Outages {
  /** @returns the last failure; undefined when there was none or it is long over */
  read(): Promise<Outage | undefined>
  report(outage: Pick<Outage, 'error' | 'until' | 'failures'>): Promise<void>
  clear(): Promise<void>
}

/** Milliseconds after which a failure is forgotten. */
const MAX_AGE_MS = 3600_000

/** Creates the record of the failures of one session. A store that fails keeps none. */
export function createOutages(store: Store, key: string, clock: Clock): Outages {
  let own: string | undefined
  const write = async (text: string) => {
    try {
      await store.set(key, text)
    } catch {
      // Each client then tries for itself.
    }
  }
  return {
    async read() {
      try {
        const text = (await store.get(key)) ?? ''
        const value: unknown = JSON.parse(text)
        if (!isRecord(value)) return undefined
        const { code, status, at, until, isOrdered, failures } = value as Record<string, number>
        const now = clock.now()
        // A record from the future is of a time when the clock was wrong.
        if (!(at! <= now && now - at! < MAX_AGE_MS)) return undefined
        const error = new AuthError(String(code), {
          operation: 'refresh',
          status,
          ...(isOrdered && { retryAfter: Math.max(0, Math.ceil((until! - now) / 1000)) }),
        })
        const isOwn = text === own
        return { error, at: at!, until: until!, isOrdered: !!isOrdered, failures: failures!, isOwn }
      } catch {
        return undefined
      }
    },

    report({ error: { code, status, retryAfter }, until, failures }) {
      const isOrdered = retryAfter !== undefined
      own = JSON.stringify({ code, status, at: clock.now(), until, isOrdered, failures })
      return write(own)
    },

    clear: () => write(''),
  }
}
