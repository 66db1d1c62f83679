import type { Store } from '../../services/session/store.ts'
import { invalid } from './checks.ts'

/**
 * Asks the user to solve a captcha: shows the picture of `parseCaptcha(url)` and resolves to a captcha
 * token.
 */
export type OpenURIWithCallback = (url: string) => Promise<CaptchaToken>

/** A captcha token, as `auth.verifyCaptchaData` returns it. */
export interface CaptchaToken {
  captcha_token: string
  /** Seconds. */
  expires_in: number
}

/** How an app asks for captchas. */
export interface CaptchaOptions {
  openURIWithCallback?: OpenURIWithCallback
}

interface AdapterStorage {
  getItem(key: string): unknown
  setItem(key: string, value: string): unknown
  removeItem?(key: string): unknown
}

/** An adapter to a platform. Other parts of the official SDK's adapters are ignored. */
export interface SdkAdapter {
  captchaOptions?: CaptchaOptions
  localStorage?: AdapterStorage
}

/** An adapter, a function that creates one, or an object that also says whether the platform matches. */
export type CloudbaseAdapter<Options> =
  | SdkAdapter
  | ((options: Options) => SdkAdapter)
  | { genAdapter(options: Options): SdkAdapter; isMatch?(): boolean; runtime?: string }

/** Creates the first adapter that matches the platform. @throws CloudbaseError `invalid_argument` */
export function pickAdapter<Options>(
  adapters: CloudbaseAdapter<Options> | readonly CloudbaseAdapter<Options>[],
  options: Options,
): SdkAdapter | undefined {
  for (const adapter of [adapters].flat() as CloudbaseAdapter<Options>[]) {
    if (typeof adapter === 'function') return adapter(options)
    if (typeof adapter !== 'object' || !adapter) throw invalid('adapter must be an object')
    if (!('genAdapter' in adapter)) return adapter
    if (adapter.isMatch?.() !== false) return adapter.genAdapter(options)
  }
  return undefined
}

/** Converts an adapter's storage, which may be asynchronous as on React Native. */
export function storeOf({ localStorage }: SdkAdapter = {}): Store | undefined {
  return (
    localStorage && {
      get: (key) => localStorage.getItem(key) as string | null,
      set: (key, value) => localStorage.setItem(key, value) as void,
      remove: (key) => localStorage.removeItem?.(key) as void,
    }
  )
}
