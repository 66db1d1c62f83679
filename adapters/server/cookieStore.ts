import type { Clock } from '../../services/clock.ts'
import { AuthError } from '../../services/error.ts'
import { requireNumber } from '../../services/requireNumber.ts'
import { processLock } from '../../services/session/lock.ts'
import { parseRecord } from '../../services/session/record.ts'
import { memoryStore } from '../../services/session/store.ts'
import { type CookieOptions, cookieName, sessionCookie } from './cookie.ts'
import { decrypt, encrypt } from './encryption.ts'
import type { SessionScope } from './sessionId.ts'

/** How sessions are kept in cookies. */
export interface CookieStoreOptions {
  /**
   * The secret that the cookies are encrypted with, of at least 32 bytes: `openssl rand -base64 32`. Of
   * several, the first one encrypts and all of them decrypt, so that a secret can be replaced.
   */
  secret: string | readonly string[]
  /** Seconds after its last change for which a session is kept. Default: 30 days, as a refresh token. */
  ttl?: number
}

/** Keeps each session in the cookies of its browser; `cookieStore` creates it. */
export interface CookieStore {
  /** Opens the session of one request. */
  openSession(headers: Headers, clock: Clock, options?: CookieOptions): SessionScope
}

/** Characters of a cookie's value. Browsers keep 4096 with its name and attributes. */
const CHUNK_LENGTH = 3_800

/** Cookies of one session; servers limit the headers of a request to 8 or 16 kB. */
const MAX_CHUNKS = 4

const MIN_SECRET_BYTES = 32

/**
 * Keeps sessions in `HttpOnly` cookies, for servers without a database. The tokens are encrypted and
 * authenticated (AES-256-GCM); a cookie that was changed, is foreign or too old counts as none.
 *
 * Each request has a copy of its own, and no lock is between them: when two requests of a browser come
 * with an expired token, both refresh it. Where the server accepts each refresh token once only, use a
 * store with a lock instead. Every response to a request that may refresh must carry the cookies.
 *
 * @throws AuthError `invalid_argument` for a secret of less than 32 bytes, and for a `ttl` that is no
 *   whole number above 0
 *
 * @example
 *   const store = cookieStore({ secret: process.env['SESSION_SECRET']! })
 *   const auth = createServerAuth({ env: 'my-env', request, store })
 */
export function cookieStore({ secret, ttl = 30 * 86_400 }: CookieStoreOptions): CookieStore {
  const secrets = [secret].flat() as string[]
  const isLongEnough = (text: unknown) =>
    typeof text === 'string' && new TextEncoder().encode(text).length >= MIN_SECRET_BYTES
  if (secrets.length === 0 || !secrets.every(isLongEnough)) {
    throw new AuthError('invalid_argument', {
      operation: 'cookieStore',
      description: 'secret must have 32 bytes or more: openssl rand -base64 32',
    })
  }

  requireNumber('cookieStore', { ttl })

  return {
    openSession(headers, clock, options) {
      const name = cookieName(options)
      const chunk = (at: number) =>
        sessionCookie({ maxAge: ttl, ...options, name: at === 0 ? name : `${name}.${at}` })
      const chunks = Array.from({ length: MAX_CHUNKS }, (_, at) => chunk(at))
      const presented = chunks.map(({ read }) => read(headers))
      const values = memoryStore()
      const names = new Set<string>()
      let isChanged = false
      let loading: Promise<void> | undefined

      /** Reads the cookies once. */
      const loaded = () => (loading ??= load())

      async function load() {
        // The first cookie says how many belong to it: a longer session before may have left others.
        const [first = '', ...others] = presented
        const [, count = '0', part = ''] = /^([1-4])\.(.*)$/.exec(first) ?? []
        const encrypted = [part, ...others.slice(0, Number(count) - 1)].join('')
        const text = encrypted && (await decrypt(encrypted, secrets, name))
        if (!text) return
        const { at, entries } = JSON.parse(text) as { at: number; entries: [string, string][] }
        if (at + ttl * 1000 <= clock.now()) return
        for (const [key, value] of entries) {
          names.add(key)
          void values.set(key, value)
        }
      }

      async function change(key: string, run: () => unknown) {
        await loaded()
        const before = values.get(key)
        run()
        names.add(key)
        isChanged ||= values.get(key) !== before
      }

      return {
        store: {
          isAtomic: true,
          get: (key) => loaded().then(() => values.get(key)),
          set: (key, value) => change(key, () => values.set(key, value)),
          remove: (key) => change(key, () => values.remove(key)),
          update: (key, decide) => change(key, () => values.update!(key, decide)),
        },
        lock: processLock(values),

        get isChanged() {
          return isChanged
        },

        onBegin: () => undefined,
        onEnd: () => undefined,

        async setCookies() {
          const entries = [...names].map((key) => [key, values.get(key)] as const)
          const isSignedIn = entries.some(
            ([, value]) => parseRecord(value as string | undefined)?.kind === 'pair',
          )
          const encrypted = isSignedIn
            ? await encrypt(JSON.stringify({ at: clock.now(), entries }), secrets[0]!, name)
            : ''
          const count = Math.ceil(encrypted.length / CHUNK_LENGTH)
          if (count > MAX_CHUNKS) {
            throw new AuthError('unavailable', {
              operation: 'storage',
              description: 'the session is too long for cookies: use another store',
            })
          }
          return chunks.flatMap(({ format }, at) => {
            const part = encrypted.slice(at * CHUNK_LENGTH, (at + 1) * CHUNK_LENGTH)
            if (part) return format(at === 0 ? `${count}.${part}` : part)
            return presented[at] === undefined ? [] : format(undefined)
          })
        },
      }
    },
  }
}
