/**
 * Sign-in inside a WeChat mini-program. Tested with a stub of the global `wx` that forwards to a real
 * server, not in WeChat itself.
 *
 * The host of the server must be one of the request domains in the mini-program's console.
 *
 * @packageDocumentation
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

/** Options of `wechat`. */
export interface WechatOptions {
  /**
   * Sends requests through the cloud function `httpOverCallFunction` instead of `wx.request`. The app
   * deploys it and calls `wx.cloud.init` first.
   */
  cloud?: boolean
  /**
   * The page of the app that shows the `url` of its query in a `<web-view>`, for third-party sign-in.
   * The redirect URI's page in it returns to the app by `wx.miniProgram` with its own URL, which the
   * app sends as `provider.return`.
   */
  webview?: string
}

/** The options of `createAuth` for a mini-program, and calls that only a mini-program has. */
export interface Wechat {
  fetch: typeof globalThis.fetch
  /** A flow is stored like the session, because WeChat often ends a mini-program. */
  storage: { shared: Store; tab: Store }
  /** Third-party sign-in through the page `webview`. */
  platform: Pick<Platform, 'redirect' | 'openPopup' | 'openLoginPage' | 'readCallback'>
  /** Calls `wake` when the mini-program is shown or online again. @returns how to stop */
  watch(wake: () => void): () => void
  login: typeof login
  navigate: typeof navigate
}

/**
 * Creates the options of `createAuth` for a mini-program, and the calls that only a mini-program has.
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
          const description = 'wechat({ webview }) must name the page that shows a provider'
          throw new AuthError('failed_precondition', { operation: 'openPopup', description })
        }
        void navigate(`${webview}?url=${encodeURIComponent(url)}`)
      },
      async openPopup() {
        throw unimplemented('openPopup', 'a mini-program has no windows: do not set isPopup')
      },
      openLoginPage() {
        throw unimplemented('openLoginPage', 'use navigate(loginPage()) in a mini-program')
      },
      readCallback: (callback) => readCallback(callback, queryOf),
    },
    watch(wake) {
      const onAppShow = () => wake()
      const onNetworkStatusChange = ({ isConnected }: { isConnected: boolean }) => {
        if (isConnected) wake()
      }
      wx.onAppShow(onAppShow)
      wx.onNetworkStatusChange(onNetworkStatusChange)
      return () => {
        wx.offAppShow(onAppShow)
        wx.offNetworkStatusChange(onNetworkStatusChange as () => void)
      }
    },
    login,
    navigate,
  }
}

const unimplemented = (operation: string, description: string) =>
  new AuthError('unimplemented', { operation, description })
