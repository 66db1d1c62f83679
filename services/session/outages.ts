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

/** Milliseconds after which a failure is forgotten. */
const MAX_AGE_MS = 3600_000

/**
 * The failures of one session, shared between its clients, so that they do not all try for themselves.
 * A store that fails keeps none.
 */
export class Outages {
  readonly #store: Store
  readonly #key: string
  readonly #clock: Clock
  #own: string | undefined

  constructor(store: Store, key: string, clock: Clock) {
    this.#store = store
    this.#key = key
    this.#clock = clock
  }

  /** @returns the last failure; undefined when there was none or it is long over */
  async read(): Promise<Outage | undefined> {
    try {
      const text = (await this.#store.get(this.#key)) ?? ''
      const value: unknown = JSON.parse(text)
      if (!isRecord(value)) return undefined
      const { code, status, at, until, isOrdered, failures } = value as Record<string, number>
      const now = this.#clock.now()
      // A record from the future is of a time when the clock was wrong.
      if (!(at! <= now && now - at! < MAX_AGE_MS)) return undefined
      const error = new AuthError(String(code), {
        operation: 'refresh',
        status,
        ...(isOrdered && { retryAfter: Math.max(0, Math.ceil((until! - now) / 1000)) }),
      })
      const isOwn = text === this.#own
      return { error, at: at!, until: until!, isOrdered: !!isOrdered, failures: failures!, isOwn }
    } catch {
      return undefined
    }
  }

  report({ error, until, failures }: Pick<Outage, 'error' | 'until' | 'failures'>): Promise<void> {
    const { code, status, retryAfter } = error
    const isOrdered = retryAfter !== undefined
    const at = this.#clock.now()
    this.#own = JSON.stringify({ code, status, at, until, isOrdered, failures })
    return this.#write(this.#own)
  }

  clear(): Promise<void> {
    return this.#write('')
  }

  async #write(text: string): Promise<void> {
    try {
      await this.#store.set(this.#key, text)
    } catch {
      // Each client then tries for itself.
    }
  }
}
