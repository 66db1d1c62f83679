import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../clock.ts'
import { ApiError } from '../error.ts'
import { digest, newId } from '../secret.ts'
import type { State } from '../state.ts'

/** Options of a custom ticket. */
export interface TicketOptions {
  /** Lifetime in seconds. Default: 3600. A value below 1 creates an expired ticket. */
  expiresInSeconds?: number
}

/** Custom tickets, by which an app's own server signs in its users. */
export interface Tickets {
  /**
   * Creates a ticket, as an app's own server would.
   *
   * @throws ApiError `invalid_argument` for a malformed uid or lifetime.
   */
  mint(uid: string, options?: TicketOptions): Promise<string>
  /**
   * Returns the uid of a ticket.
   *
   * @throws ApiError `invalid_argument` for a malformed ticket, `permission_denied` for a forged or
   *   expired one.
   */
  read(ticket: string): Promise<string>
}

const algorithm = 'ES256'
const separator = '/@@/'

/**
 * Creates tickets of the form `<private key id>/@@/<jwt>`, signed with a key in the state.
 *
 * @param state The server's state.
 * @param clock The server's clock.
 * @returns The tickets.
 */
export function createTickets(state: State, clock: Clock): Tickets {
  const keyId = (): string => digest(JSON.stringify(state.ticketKey.x)).slice(0, 16)
  return {
    mint(uid, { expiresInSeconds = 3600 } = {}) {
      checkUid(uid)
      if (!Number.isFinite(expiresInSeconds)) {
        throw new ApiError('invalid_argument', 'expiresInSeconds must be a number')
      }
      const issuedAt = Math.floor(clock.now() / 1000)
      const token = new SignJWT({ uid })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
        .setJti(newId())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + Math.floor(expiresInSeconds))
        .sign(state.ticketKey)
      return token.then((jwt) => `${keyId()}${separator}${jwt}`)
    },
    async read(ticket) {
      const [id, jwt, ...rest] = ticket.split(separator)
      if (jwt === undefined || rest.length > 0 || !isJwt(jwt)) {
        throw new ApiError('invalid_argument', 'ticket must be <private key id>/@@/<jwt>')
      }
      const { d: _private, ...publicKey } = state.ticketKey
      const options = { algorithms: [algorithm], currentDate: new Date(clock.now()) }
      const verified = await jwtVerify(jwt, publicKey, options).catch(() => undefined)
      if (!verified || id !== keyId()) {
        throw new ApiError('permission_denied', 'The ticket is forged or has expired')
      }
      return checkUid(verified.payload['uid'])
    },
  }
}

function checkUid(uid: unknown): string {
  if (typeof uid !== 'string' || !/^\S{1,64}$/.test(uid)) {
    throw new ApiError('invalid_argument', 'uid must be 1-64 characters without spaces')
  }
  return uid
}

function isJwt(text: string): boolean {
  try {
    return decodeProtectedHeader(text).alg !== undefined
  } catch {
    return false
  }
}
