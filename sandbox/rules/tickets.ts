import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../clock.ts'
import { ApiError } from '../error.ts'
import { digest, newId } from '../secret.ts'
import type { State } from '../state.ts'

/** What a ticket may ask for. */
export interface TicketOptions {
  /** Default 3600. Less than 1 makes a ticket that has expired already. */
  expiresInSeconds?: number
}

/** Tickets with which an app's own server vouches for its users. */
export interface Tickets {
  /** Makes one, as such a server would. */
  mint(uid: string, options?: TicketOptions): Promise<string>
  /** Whom a ticket is about; one that is malformed, forged or expired is refused. */
  read(ticket: string): Promise<string>
}

const algorithm = 'ES256'
const separator = '/@@/'

/** Makes and reads `<private key id>/@@/<jwt>`, signed with a key in `state`. */
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
