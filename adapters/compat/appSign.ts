import type { Clock } from '../../services/clock.ts'
import type { InitOptions } from './settings.ts'
import { signToken } from './signToken.ts'

/** Whose request it is, and the time. */
export interface AppSource extends Required<Pick<InitOptions, 'appSign' | 'appSecret'>> {
  clock: Clock
}

/**
 * Adds the header `X-TCB-App-Source` to a request: the app, the time, and a token that the app's key
 * signs, as SDK 1.x sends it off the web.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7515#section-3.1
 */
export function withAppSource(
  { appSign, appSecret, clock }: AppSource,
  init: RequestInit = {},
): RequestInit {
  const { appAccessKeyId, appAccessKey } = appSecret
  const timestamp = clock.now()
  const sign = signToken({ data: {}, timestamp, appAccessKeyId, appSign }, appAccessKey)
  const source = Object.entries({ timestamp, appAccessKeyId, appSign, sign })
    // A header holds ASCII only.
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join(';')
  const headers = new Headers(init.headers)
  headers.set('x-tcb-app-source', source)
  return { ...init, headers }
}
