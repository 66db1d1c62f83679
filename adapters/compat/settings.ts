import type { Clock } from '../../services/clock.ts'
import type { Store } from '../../services/session/store.ts'
import { invalid, requireFields } from './checks.ts'

/** Options of `cloudbase.init`. */
export interface InitOptions {
  /** The environment id. */
  env: string
  /** Default: the environment id. */
  clientId?: string
  /** Sends requests to the host of that region. Default: the gateway, which has no regions. */
  region?: string
  /** `GATEWAY`: `ENV.api.tcloudbasegateway.com`. `CLOUD_API`: `ENV.REGION.tcb-api.tencentcloudapi.com`. */
  endPointMode?: 'GATEWAY' | 'CLOUD_API'
  /** The gateway of the international site. */
  intl?: boolean
  /** The language of the captcha dialog and of the server's messages. Default: `zh-CN`. */
  lang?: 'zh-CN' | 'en-US' | (string & {})
  /** Milliseconds after which an unanswered request fails with `deadline_exceeded`. Default: 15000. */
  timeout?: number
  /** A publishable key: sends codes, and is the access token, while the user is signed out. */
  accessKey?: string
  auth?: {
    /** Finishes a provider's sign-in from the authorization response in the URL. */
    detectSessionInUrl?: boolean
    /**
     * Whether an anonymous user whose session the server has rejected signs in anonymously again, by
     * the next call that needs a session. Default: true.
     */
    reenterAnonymously?: boolean
    /**
     * Other origins, such as `https://shop.example`, that `redirect_uri` of `signOut` and
     * `toDefaultLoginPage` and `redirectTo` may lead to. Default: the origin of the page only.
     */
    returnOrigins?: readonly string[]
  }
  /** Warned about unless it is `local`: a session is kept until it is ended, as since 2.0. */
  persistence?: string
  /** The name of the app in the console's list of mobile apps. Off the web it signs every request. */
  appSign?: string
  /** The key that signs the requests off the web. A web page cannot keep it, so `init` refuses it there. */
  appSecret?: AppSecret
  /** WeChat's API, where it is not global: it becomes the global `wx`. */
  wx?: object
  /**
   * Stores the session and the device id. Default: the adapter's storage, else that of `createAuth`:
   * IndexedDB, with the form of the official client in localStorage.
   */
  storage?: Store
  /** Sends the requests. Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch
  /** Gives the time. Default: the system's. */
  clock?: Clock
}

/** The key of an app that is not a web page. */
export interface AppSecret {
  /** The version of the key. */
  appAccessKeyId: string | number
  appAccessKey: string
}

/**
 * Checks the options of `init`.
 *
 * @throws CloudbaseError `invalid_argument` without an environment id, for an `appSecret` in a web
 *   page, and for one without `appSign`
 */
export function checkInit({ env, appSign, appSecret }: InitOptions): void {
  if (typeof env !== 'string' || !env) throw invalid('env is required')
  if (!appSecret) return
  if (isWeb()) {
    throw invalid(
      'appSecret would be public in a web page: leave appSign and appSecret out, and list the origin of the page in the console (安全域名)',
    )
  }
  requireFields({ appSign }, 'appSign')
  requireFields(appSecret, 'appAccessKeyId', 'appAccessKey')
}

/** Whether this is a page or a worker of a browser. */
const isWeb = () => typeof document !== 'undefined' || 'WorkerGlobalScope' in globalThis

/** Returns the origin of an environment for which no other host is registered. */
export function defaultOrigin({ env, region, endPointMode, intl }: InitOptions): string {
  const isRegional = endPointMode ? endPointMode === 'CLOUD_API' : region && !intl
  return isRegional
    ? `https://${env}.${region || 'ap-shanghai'}.tcb-api.tencentcloudapi.com`
    : `https://${env}.api.${intl ? 'intl.' : ''}tcloudbasegateway.com`
}

/**
 * Returns the origin of a host or URL, as `registerHost` and `registerEndPoint` take it.
 *
 * @param protocol used where `url` has none
 * @throws CloudbaseError `invalid_argument` when `url` is malformed
 */
export function toOrigin(url: string, protocol: string): string {
  const [, scheme = protocol, host] =
    /^(?:(https?):)?\/*([\w.-]+(?::\d+)?|\[[\da-f:.]+\](?::\d+)?)(?:[/?#].*)?$/i.exec(url) ?? []
  if (host) return `${scheme}://${host}`
  throw invalid(`${url} is not a host`)
}
