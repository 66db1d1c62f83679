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

/** The sessions that were ended here and may still be good at the server. */
export interface Revocations {
  /** Notes a session before it is revoked, so that the next page can do so if this one is left. */
  add(session: Revocable): void
  /**
   * Follows a request about a noted session: once the server has answered it, the note is removed. The
   * note of a session that was refreshed is replaced by one of its new tokens.
   *
   * @returns the answer, or its failure
   */
  settle<T extends Partial<Tokens>>(session: Revocable, answer: Promise<T>): Promise<T>
  /** The sessions that another page has left. */
  load(): Promise<Revocable[]>
}

/** No more than this many are kept. */
const LIMIT = 5

type Stored = Omit<Revocable, 'expiresAt'>
const shape: Shape<Stored> = {
  access_token: 'secret',
  refresh_token: 'secret?',
  version: 'string?',
}

/** Creates the notes of the sessions that have to be revoked. A store that fails keeps none. */
export function createRevocations(store: Store, key: string): Revocations {
  const isOf = (session: Revocable) => (other: Revocable) =>
    other.access_token.reveal() === session.access_token.reveal()

  /** Changes run one after another; those of a synchronous store at once. */
  let work: Awaitable<void>
  function change(to: (sessions: Revocable[]) => Revocable[]): void {
    work = isPromise(work) ? work.then(() => apply(to)) : apply(to)
  }

  function apply(to: (sessions: Revocable[]) => Revocable[]): Awaitable<void> {
    try {
      const text = store.get(key)
      const write = (before: Revocable[]) => {
        const after = to(before).slice(-LIMIT)
        if (after.length > 0) return store.set(key, JSON.stringify(after.map(toStored)))
        return before.length > 0 ? store.remove(key) : undefined
      }
      if (!isPromise(text)) return write(parse(text))
      // Without the note only this page can revoke the session.
      return text.then((read) => write(parse(read))).catch(() => undefined)
    } catch {
      return undefined
    }
  }
  return {
    add: (session) => change((all) => [...all.filter((each) => !isOf(session)(each)), session]),
    async settle(session, answer) {
      const withoutIt = (all: Revocable[]) => all.filter((each) => !isOf(session)(each))
      try {
        const { access_token, refresh_token } = await answer
        const { version } = session
        change((all) =>
          access_token
            ? [...withoutIt(all), { access_token, refresh_token, version }]
            : withoutIt(all),
        )
      } catch (thrown) {
        if (!isTransient(AuthError.from(thrown))) change(withoutIt)
      }
      return answer
    },
    load: async () => parse(await store.get(key)),
  }
}

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
