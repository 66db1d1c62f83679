import type { Store } from '../../services/session/store.ts'
import { invalid } from './checks.ts'

/** Asks a person for a captcha: shows what `parseCaptcha(url)` finds and answers with a token. */
export type OpenURIWithCallback = (url: string) => Promise<CaptchaToken>

export interface CaptchaToken {
  captcha_token: string
  /** Seconds. */
  expires_in: number
}

export interface CaptchaOptions {
  openURIWithCallback?: OpenURIWithCallback
}

interface AdapterStorage {
  getItem(key: string): unknown
  setItem(key: string, value: string): unknown
  removeItem?(key: string): unknown
}

/** What a platform brings along. Of the official adapters' parts, these are used. */
export interface SdkAdapter {
  captchaOptions?: CaptchaOptions
  localStorage?: AdapterStorage
}

/** An adapter, how to make one from its options, or what says whether it fits this platform. */
export type CloudbaseAdapter<Options> =
  | SdkAdapter
  | ((options: Options) => SdkAdapter)
  | { genAdapter(options: Options): SdkAdapter; isMatch?(): boolean; runtime?: string }

/** The first adapter that fits, made. */
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

/** An adapter's storage as ours: of a mini program, or asynchronous as on React Native. */
export function storeOf({ localStorage }: SdkAdapter = {}): Store | undefined {
  return (
    localStorage && {
      get: (key) => localStorage.getItem(key) as string | null,
      set: (key, value) => localStorage.setItem(key, value) as void,
      remove: (key) => localStorage.removeItem?.(key) as void,
    }
  )
}
