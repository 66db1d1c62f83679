import type { Clock } from '../../services/clock.ts'
import type { InitOptions } from './settings.ts'

type Fetch = typeof globalThis.fetch

/** Options of `withAppSign`. */
export interface AppSignOptions extends Required<Pick<InitOptions, 'appSign' | 'appSecret'>> {
  clock: Clock
}

/**
 * Adds the header `X-TCB-App-Source` to every request: the app, the time, and a token that the app's
 * key signs, as SDK 1.x sends it off the web.
 *
 * @param fetch sends the requests. Default: the global `fetch`
 * @see https://www.rfc-editor.org/rfc/rfc7515#section-3.1
 */
export function withAppSign({ appSign, appSecret, clock }: AppSignOptions, fetch?: Fetch): Fetch {
  const { appAccessKeyId, appAccessKey } = appSecret
  return async (input, init = {}) => {
    const { signToken } = await import('./signToken.ts')
    const timestamp = clock.now()
    const sign = signToken({ data: {}, timestamp, appAccessKeyId, appSign }, appAccessKey)
    const source = { timestamp, appAccessKeyId, appSign, sign }
    const headers = new Headers(init.headers)
    headers.set(
      'x-tcb-app-source',
      Object.entries(source)
        // A header holds ASCII only.
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join(';'),
    )
    return (fetch ?? globalThis.fetch)(input, { ...init, headers })
  }
}
