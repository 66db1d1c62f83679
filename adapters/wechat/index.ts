/**
 * Signing in inside a WeChat mini-program. Tested on a stub of the global `wx` that forwards to a
 * real server, not in WeChat itself.
 *
 * The address of the server has to be among the request domains of the mini-program's console.
 */
import { AuthError } from '../../services/error.ts'
import { type Platform, readCallback } from '../../services/platform/platform.ts'
import { queryOf } from '../../services/http/query.ts'
import type { Store } from '../../services/session/store.ts'
import { login, navigate } from './calls.ts'
import { cloudFetch, requestFetch } from './fetch.ts'
import { wxStore } from './store.ts'
import type { Wx } from './wx.ts'

export { loginPage } from './calls.ts'
export { installGlobals } from './globals.ts'

declare const wx: Wx

export interface WechatOptions {
  /**
   * Speak to the server through the cloud function `httpOverCallFunction` instead of `wx.request`.
   * The app deploys it and calls `wx.cloud.init` first.
   */
  cloud?: boolean
  /**
   * The page of the app that shows the `url` of its query in a `<web-view>`: where a person goes to
   * a provider. The page they come back to there leads them home by `wx.miniProgram`, with its own
   * address, which the app sends on as `provider.return`.
   */
  webview?: string
}

export interface Wechat {
  fetch: typeof globalThis.fetch
  /** A mini-program has one window and is often ended: a cut flow has to outlive it. */
  storage: { shared: Store; tab: Store }
  /** The way to a provider, by the page `webview`. */
  platform: Pick<Platform, 'redirect' | 'openPopup' | 'readCallback'>
  /** Wakes when the mini-program is shown, or online again. */
  watch(wake: () => void): () => void
  login: typeof login
  navigate: typeof navigate
}

/**
 * What `createAuth` needs in a mini-program, to be spread into its options, and what only a
 * mini-program can do.
 *
 * @example
 *   await installGlobals()
 *   const { login, navigate, ...options } = wechat()
 *   const auth = createAuth({ env: 'my-env', flows: { signIn }, ...options })
 */
export function wechat({ cloud = false, webview }: WechatOptions = {}): Wechat {
  const store = wxStore()
  return {
    fetch: cloud ? cloudFetch : requestFetch,
    storage: { shared: store, tab: store },
    platform: {
      redirect(url) {
        if (!webview) {
          const description = 'wechat({ webview }) has to name the page that shows a provider'
          throw new AuthError('failed_precondition', { operation: 'openPopup', description })
        }
        void navigate(`${webview}?url=${encodeURIComponent(url)}`)
      },
      async openPopup() {
        const description = 'there are no windows in a mini-program: no isPopup'
        throw new AuthError('unimplemented', { operation: 'openPopup', description })
      },
      readCallback: (callback) => readCallback(callback, queryOf),
    },
    watch(wake) {
      const seen = () => wake()
      const changed = ({ isConnected }: { isConnected: boolean }) => {
        if (isConnected) wake()
      }
      wx.onAppShow(seen)
      wx.onNetworkStatusChange(changed)
      return () => {
        wx.offAppShow(seen)
        wx.offNetworkStatusChange(changed as () => void)
      }
    },
    login,
    navigate,
  }
}
