import { read, type Shape } from '../http/shape.ts'
import { unwrapSecrets } from '../secret.ts'
import type { Credentials } from './credentials.ts'
import type { Store } from './store.ts'

/** What is needed to revoke a session whose client may be gone. */
export type Revocable = Pick<Credentials, 'access_token' | 'refresh_token' | 'version'> & {
  /** Milliseconds since the epoch. Default: never. */
  expiresAt?: number
}

/** The sessions that were ended here and may still be good at the server. */
export interface Revocations {
  /** Notes a session before the server is told; a page that is left meanwhile is taken over from. */
  add(session: Revocable): void
  /** The server has been told, or refuses the session anyway. */
  remove(session: Revocable): void
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

  async function change(to: (sessions: Revocable[]) => Revocable[]) {
    try {
      const text = store.get(key)
      const before = parse(typeof text === 'object' ? await text : text)
      const after = to(before).slice(-LIMIT)
      if (after.length > 0)
        await store.set(key, JSON.stringify(after.map((each) => toStored(each))))
      else if (before.length > 0) await store.remove(key)
    } catch {
      // The server is told now or never.
    }
  }

  return {
    add: (session) =>
      void change((all) => [...all.filter((each) => !isOf(session)(each)), session]),
    remove: (session) => void change((all) => all.filter((each) => !isOf(session)(each))),
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
