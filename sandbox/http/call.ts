import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import { Fields } from '../fields.ts'
import type { Bearer, Issuer } from '../rules/sessions.ts'

/**
 * What a call must bring. `client`: a client id, by query, Basic or a valid bearer. `bearer`: an
 * access token. `either`: an access token or publishable key if there is one, else a client id.
 * `open`: nothing.
 */
export type Access = 'client' | 'bearer' | 'either' | 'open'

/** One request, read and checked. */
export interface Call {
  readonly body: Fields
  readonly query: Fields
  readonly params: Readonly<Record<string, string>>
  readonly text: string
  /** The client and where it reached the server. */
  readonly issuer: Issuer
  /** `x-device-id`, if it is a valid one. */
  readonly deviceId: string | undefined
  readonly language: string
  /** Whose access token came along. */
  readonly bearer: Bearer | undefined
  /** Whose access token came along, where one is demanded. */
  needBearer(): Bearer
  /** The same, where guests are refused. */
  needMember(): Bearer
  /** Spends the call's captcha token, once however often it is asked for. */
  redeemCaptcha(): void
}

/** A request as it arrived. */
export interface Arrival {
  url: URL
  headers: Headers
  text: string
  params: Record<string, string>
  access: Access
  /** Whether the body is JSON, as everywhere but on pages. */
  isJson: boolean
  /** Whether the JSON may be encrypted. */
  isSealable: boolean
}

/** Reads a request; what is wrong with it is an `ApiError`. */
export async function readCall(core: Core, arrival: Arrival): Promise<Call> {
  const { url, headers, text, params, access } = arrival
  const query = new Fields(url.searchParams)
  const bearer = await readBearer(core, headers, access)
  const sent = arrival.isJson ? Fields.parse(text) : new Fields([])
  const body = arrival.isSealable ? core.envelopes.unseal(sent) : sent
  const clientId = readClientId(query, headers, body, bearer)
  const isKeyEnough = access === 'either' && isAccessKey(core, headers)
  if (clientId === undefined && access !== 'open' && !isKeyEnough) {
    throw new ApiError('invalid_argument', 'client_id is required')
  }
  const needBearer = (): Bearer => {
    if (!bearer) throw new ApiError('unauthenticated')
    return bearer
  }
  return {
    body,
    query,
    params,
    text,
    issuer: { clientId: clientId ?? '', origin: url.origin },
    deviceId: readDeviceId(headers),
    language: headers.get('accept-language') ?? '',
    bearer,
    needBearer,
    needMember() {
      const member = needBearer()
      if (member.user.anonymous) throw new ApiError('permission_denied', 'Guests have to sign up')
      return member
    },
    redeemCaptcha: redeemOnce(core, query.text('captcha_token') ?? headers.get(captchaHeader)),
  }
}

const captchaHeader = 'x-captcha-token'

function redeemOnce(core: Core, captchaToken: string | null): () => void {
  let isRedeemed = false
  return () => {
    if (!isRedeemed) core.captchas.redeem(captchaToken ?? undefined)
    isRedeemed = true
  }
}

/** The device id of a request: 16 to 48 characters, else it counts as none. */
export function readDeviceId(headers: Headers): string | undefined {
  const value = headers.get('x-device-id') ?? ''
  return value.length >= 16 && value.length <= 48 ? value : undefined
}

function readCredentials(headers: Headers, scheme: string): string | undefined {
  const value = headers.get('authorization') ?? ''
  const [actual = '', credentials] = value.split(' ', 2)
  return actual.toLowerCase() === scheme ? credentials : undefined
}

/** Whether the bearer is a publishable key, which names no user. */
const isAccessKey = (core: Core, headers: Headers): boolean =>
  core.config().accessKeys.includes(readCredentials(headers, 'bearer') ?? '')

async function readBearer(
  core: Core,
  headers: Headers,
  access: Access,
): Promise<Bearer | undefined> {
  const accessToken = access === 'open' ? undefined : readCredentials(headers, 'bearer')
  if (accessToken === undefined || isAccessKey(core, headers)) {
    if (access === 'bearer') throw new ApiError('unauthenticated')
    return undefined
  }
  const bearer = await core.sessions.check(accessToken)
  if (typeof bearer === 'object') return bearer
  if (bearer === 'invalid') throw new ApiError('unauthenticated')
  // The gateway's odd answer to a call that needed no bearer in the first place.
  const code = access === 'client' ? 'failed_precondition' : 'unauthenticated'
  throw new ApiError(code, 'token expiry')
}

function readClientId(
  query: Fields,
  headers: Headers,
  body: Fields,
  bearer: Bearer | undefined,
): string | undefined {
  const basic = Buffer.from(readCredentials(headers, 'basic') ?? '', 'base64').toString()
  const basicId = basic.includes(':') ? basic.slice(0, basic.indexOf(':')) : ''
  return (
    query.text('client_id') ?? (basicId || (bearer?.session.clientId ?? body.text('client_id')))
  )
}
