import { AuthError } from '../../services/error.ts'
import { requireNumber } from '../../services/requireNumber.ts'

/** How the cookie of a session is set. It is always `HttpOnly` and for this host only. */
export interface CookieOptions {
  /** Default: `__Host-authflow`, or `authflow` when it is not `secure`. */
  name?: string
  /** Whether the cookie is sent by https only; `false` for a development server. Default: true. */
  secure?: boolean
  /** Default: `Lax`, so that a user who comes by a link is signed in and a foreign form is not. */
  sameSite?: 'Lax' | 'Strict'
  /** Seconds for which the browser keeps it. Default: 400 days, the most that browsers allow. */
  maxAge?: number
}

/** The cookie that holds a session's id, or a part of the session. */
export interface SessionCookie {
  /** @returns the value in a request; undefined for none and for several that differ */
  read(headers: Headers): string | undefined
  /** @returns a `Set-Cookie` that sets the value, or removes the cookie */
  format(value: string | undefined): string
}

/** @returns the name of the cookie */
export const cookieName = ({ name, secure = true }: CookieOptions = {}): string =>
  name ?? (secure ? '__Host-authflow' : 'authflow')

const OPERATION = 'createServerAuth'

const invalid = (description: string) =>
  new AuthError('invalid_argument', { operation: OPERATION, description })

/** What a name of a cookie may consist of (RFC 6265 §4.1.1). */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/

/**
 * Creates the cookie of a session.
 *
 * @throws AuthError `invalid_argument` for a name that no browser accepts, a `maxAge` that is no whole
 *   number above 0, and an unknown `sameSite`
 * @see RFC 6265bis §4.1.3 for the prefix `__Host-`
 */
export function sessionCookie(options: CookieOptions = {}): SessionCookie {
  const { secure = true, sameSite = 'Lax', maxAge = 400 * 86_400 } = options
  const name = cookieName(options)
  if (!NAME.test(name) || (!secure && /^__(host|secure)-/i.test(name))) {
    throw invalid(
      `a browser does not accept a cookie of the name ${name}${secure ? '' : ' that is not secure'}`,
    )
  }
  if (sameSite !== 'Lax' && sameSite !== 'Strict') throw invalid('sameSite must be Lax or Strict')
  requireNumber(OPERATION, { maxAge })
  return {
    read(headers) {
      const values = (headers.get('cookie') ?? '')
        .split(';')
        .map((pair) => pair.trim())
        .filter((pair) => pair.startsWith(`${name}=`))
        .map((pair) => pair.slice(name.length + 1))
      // Of several the server cannot know which one is its own.
      return new Set(values).size === 1 ? values[0] : undefined
    },

    format: (value) =>
      [
        `${name}=${value ?? ''}`,
        'Path=/',
        `Max-Age=${value === undefined ? 0 : maxAge}`,
        'HttpOnly',
        ...(secure ? ['Secure'] : []),
        `SameSite=${sameSite}`,
      ].join('; '),
  }
}
