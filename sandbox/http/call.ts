import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import { Fields } from '../fields.ts'
import type { FunctionContext } from '../rules/functions.ts'
import type { Bearer, Issuer } from '../rules/sessions.ts'
import { ServiceError } from '../serviceError.ts'

/**
 * The credential an endpoint requires. `client`: a client id, in the query, by Basic or through a
 * valid bearer. `bearer`: an access token. `either`: an access token or publishable key if one is
 * sent, otherwise a client id. `service`: an access token or publishable key, as a bearer or in the
 * body. `open`: none.
 */
export type Access = 'client' | 'bearer' | 'either' | 'service' | 'open'

/** A request that was parsed and whose credential was checked. */
export interface Call {
  readonly body: Fields
  readonly query: Fields
  readonly params: Readonly<Record<string, string>>
  /** The body as it was sent. */
  readonly text: string
  /** The client and the origin at which it reached the server. */
  readonly issuer: Issuer
  /** `x-device-id`, if valid. */
  readonly deviceId: string | undefined
  /** `accept-language`. */
  readonly language: string
  /** The user and the environment the client named, for functions and storage. */
  readonly context: FunctionContext
  /** User and session of the access token, if one was sent. */
  readonly bearer: Bearer | undefined
  /**
   * Returns user and session of the access token.
   *
   * @throws ApiError `unauthenticated` without an access token.
   */
  requireBearer(): Bearer
  /**
   * Returns user and session of the access token of a registered user.
   *
   * @throws ApiError `unauthenticated` without an access token, `permission_denied` for a guest.
   */
  requireRegistered(): Bearer
  /**
   * Redeems the captcha token of the call. Later invocations do nothing.
   *
   * @throws ApiError `captcha_required` or `captcha_invalid`.
   */
  redeemCaptcha(): void
}

/** A request before it is parsed. */
export interface RawRequest {
  url: URL
  headers: Headers
  text: string
  params: Record<string, string>
  access: Access
  /** Whether the body is JSON. Pages send forms. */
  isJson: boolean
  /** Whether the JSON body may be encrypted. */
  isEncryptable: boolean
}

/**
 * Parses a request and checks its credential.
 *
 * @param core The server's core.
 * @param raw The request.
 * @returns The parsed call.
 * @throws ApiError `invalid_argument` for a malformed request or a missing client id,
 *   `unauthenticated` for a missing or invalid access token, `failed_precondition` for an expired
 *   one that was not required.
 * @throws ServiceError `MISSING_CREDENTIALS`, `INVALID_ACCESS_TOKEN` or `ACCESS_TOKEN_EXPIRED` at a
 *   service.
 */
export async function readCall(core: Core, raw: RawRequest): Promise<Call> {
  const { url, headers, text, params, access } = raw
  const query = new Fields(url.searchParams)
  const sent = raw.isJson ? Fields.parse(text) : new Fields([])
  const bearer =
    access === 'service'
      ? await readServiceBearer(core, headers, sent)
      : await readBearer(core, headers, access)
  const body = raw.isEncryptable ? core.encryption.decryptBody(sent) : sent
  const clientId = readClientId(query, headers, body, bearer)
  const isKeySufficient = access === 'either' && isAccessKey(core, headers)
  const isClientNeeded = access !== 'open' && access !== 'service'
  if (clientId === undefined && isClientNeeded && !isKeySufficient) {
    throw new ApiError('invalid_argument', 'client_id is required')
  }
  const requireBearer = (): Bearer => {
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
    context: {
      uid: bearer?.user.sub,
      env: query.text('env') ?? body.text('env') ?? clientId ?? '',
    },
    bearer,
    requireBearer,
    requireRegistered() {
      const registered = requireBearer()
      if (registered.user.anonymous)
        throw new ApiError('permission_denied', 'Guests have to sign up')
      return registered
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

/**
 * Reads the device id of a request.
 *
 * @param headers The request headers.
 * @returns `x-device-id`, or `undefined` unless it has 16 to 48 characters.
 */
export function readDeviceId(headers: Headers): string | undefined {
  const value = headers.get('x-device-id') ?? ''
  return value.length >= 16 && value.length <= 48 ? value : undefined
}

function readCredentials(headers: Headers, scheme: string): string | undefined {
  const value = headers.get('authorization') ?? ''
  const [actual = '', credentials] = value.split(' ', 2)
  return actual.toLowerCase() === scheme ? credentials : undefined
}

/** Whether the bearer is a publishable key, which identifies no user. */
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
  // CloudBase's gateway responds with this code when the call did not require a bearer.
  const code = access === 'client' ? 'failed_precondition' : 'unauthenticated'
  throw new ApiError(code, 'token expiry')
}

/** Reads the access token of a service. A publishable key identifies no user. */
async function readServiceBearer(
  core: Core,
  headers: Headers,
  body: Fields,
): Promise<Bearer | undefined> {
  const accessToken = readCredentials(headers, 'bearer') ?? body.text('access_token')
  if (accessToken === undefined) throw new ServiceError('MISSING_CREDENTIALS')
  if (core.config().accessKeys.includes(accessToken)) return undefined
  const bearer = await core.sessions.check(accessToken)
  if (typeof bearer === 'object') return bearer
  throw new ServiceError(bearer === 'expired' ? 'ACCESS_TOKEN_EXPIRED' : 'INVALID_ACCESS_TOKEN')
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
