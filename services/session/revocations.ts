import { AuthError, isTransient } from '../error.ts'
import { read, type Shape } from '../http/shape.ts'
import type { Tokens } from '../http/wire.ts'
import { unwrapSecrets } from '../secret.ts'
import type { Credentials } from './credentials.ts'
import { type Awaitable, isPromise, type Store } from './store.ts'

/** What is needed to revoke a session whose client may be gone. */
export type Revocable = Pick<Credentials, 'access_token' | 'refresh_token' | 'version'> & {
  /** Milliseconds since the epoch. Default: never. */
  expiresAt?: number
}

/** No more than this many are kept. */
const LIMIT = 5

type Stored = Omit<Revocable, 'expiresAt'>
const shape: Shape<Stored> = {
  access_token: 'secret',
  refresh_token: 'secret?',
  version: 'string?',
}

/**
 * The sessions that were ended here and may still be good at the server. A store that fails keeps no
 * note of them.
 */
export class Revocations {
  readonly #store: Store
  readonly #key: string
  #work: Awaitable<void> = undefined

  constructor(store: Store, key: string) {
    this.#store = store
    this.#key = key
  }

  /** Notes a session before it is revoked, so that the next page can do so if this one is left. */
  add(session: Revocable): void {
    this.#change((all) => [...without(session, all), session])
  }

  /**
   * Follows a request about a noted session: once the server has answered it, the note is removed. The
   * note of a session that was refreshed is replaced by one of its new tokens.
   *
   * @returns the answer, or its failure
   */
  async settle<T extends Partial<Tokens>>(session: Revocable, answer: Promise<T>): Promise<T> {
    try {
      const { access_token, refresh_token } = await answer
      const { version } = session
      this.#change((all) =>
        access_token
          ? [...without(session, all), { access_token, refresh_token, version }]
          : without(session, all),
      )
    } catch (thrown) {
      if (!isTransient(AuthError.from(thrown))) this.#change((all) => without(session, all))
    }
    return answer
  }

  /** @returns the sessions that another page has left */
  async load(): Promise<Revocable[]> {
    return parse(await this.#store.get(this.#key))
  }

  /** Changes run one after another; those of a synchronous store at once. */
  #change(to: (sessions: Revocable[]) => Revocable[]): void {
    const work = this.#work
    this.#work = isPromise(work) ? work.then(() => this.#apply(to)) : this.#apply(to)
  }

  #apply(to: (sessions: Revocable[]) => Revocable[]): Awaitable<void> {
    try {
      const text = this.#store.get(this.#key)
      const write = (before: Revocable[]) => {
        const after = to(before).slice(-LIMIT)
        if (after.length > 0) return this.#store.set(this.#key, JSON.stringify(after.map(toStored)))
        return before.length > 0 ? this.#store.remove(this.#key) : undefined
      }
      if (!isPromise(text)) return write(parse(text))
      // Without the note only this page can revoke the session.
      return text.then((read) => write(parse(read))).catch(() => undefined)
    } catch {
      return undefined
    }
  }
}

const without = (session: Revocable, all: Revocable[]) =>
  all.filter((each) => each.access_token.reveal() !== session.access_token.reveal())

function toStored({ access_token, refresh_token, version, expiresAt }: Revocable) {
  return unwrapSecrets({ access_token, refresh_token, version, expiresAt })
}

function parse(text: string | null | undefined): Revocable[] {
  try {
    const list = JSON.parse(text ?? '') as { expiresAt?: unknown }[]
    return list.map((each) => ({
      ...read<Stored>(each, shape),
      expiresAt: Number(each.expiresAt) || undefined,
    }))
  } catch {
    return []
  }
}
