import { createHmac } from 'node:crypto'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import { parseObject } from '../fields.ts'
import { isSame } from '../secret.ts'

/** The header that clients outside a browser sign their requests with. */
const header = 'x-tcb-app-source'
const maxAgeMs = 300_000

/**
 * Checks the signature of a request from outside a browser: the header `X-TCB-App-Source`, which
 * names an app and proves its key. Without registered apps, nothing is checked.
 *
 * @param core The server's core.
 * @param headers The request headers.
 * @throws ApiError `permission_denied` for a wrong signature, and without one if the request has no
 *   origin.
 */
export function checkAppSource(core: Core, headers: Headers): void {
  const { appSources } = core.config()
  if (Object.keys(appSources).length === 0) return
  const text = headers.get(header)
  if (text === null) {
    if (headers.has('origin')) return
    throw denied('A request without an origin needs appSign and appSecret')
  }
  const { appAccessKeyId, timestamp, sign = '', ...fields } = parseHeader(text)
  const appSign = decode(fields['appSign'] ?? '')
  const source = Object.hasOwn(appSources, appSign) ? appSources[appSign] : undefined
  if (!source || source.appAccessKeyId !== appAccessKeyId) {
    throw denied(`The app ${appSign} with the key ${appAccessKeyId} is not in appSources`)
  }
  const claims = readToken(sign, source.appAccessKey)
  const isMatch = claims['appSign'] === appSign && String(claims['timestamp']) === timestamp
  if (!isMatch) throw denied('The signature is about another request')
  if (!(Math.abs(core.clock.now() - Number(timestamp)) <= maxAgeMs)) {
    throw denied('The signature has expired, or the clock of the device is wrong')
  }
}

const denied = (description: string): ApiError => new ApiError('permission_denied', description)

/** Headers are ASCII, so that clients encode other names. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const parseHeader = (text: string): Record<string, string | undefined> =>
  Object.fromEntries(
    text.split(';').map((part) => {
      const at = part.indexOf('=')
      return [part.slice(0, at).trim(), part.slice(at + 1).trim()]
    }),
  )

/** Reads a JWT signed by HS256. */
function readToken(token: string, secret: string): Record<string, unknown> {
  const [head = '', payload = '', signature = '', ...rest] = token.split('.')
  const expected = createHmac('sha256', secret).update(`${head}.${payload}`).digest('base64url')
  const read = (part: string): Record<string, unknown> =>
    parseObject(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  const isSigned = rest.length === 0 && isSame(signature, expected)
  if (!isSigned || read(head)['alg'] !== 'HS256') throw denied('The signature is wrong')
  return read(payload)
}
