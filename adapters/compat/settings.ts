import type { Clock } from '../../services/clock.ts'
import type { Store } from '../../services/session/store.ts'
import { invalid } from './checks.ts'

/** What `cloudbase.init` takes. */
export interface InitOptions {
  /** The environment id. */
  env: string
  /** Default: the environment id. */
  clientId?: string
  /** Given, requests go to that region's own host; else to the gateway, which knows no regions. */
  region?: string
  /** `GATEWAY`: `ENV.api.tcloudbasegateway.com`. `CLOUD_API`: `ENV.REGION.tcb-api.tencentcloudapi.com`. */
  endPointMode?: 'GATEWAY' | 'CLOUD_API'
  /** The gateway of the international site. */
  intl?: boolean
  /** The language of the captcha dialog and of the server's messages. Default: `zh-CN`. */
  lang?: 'zh-CN' | 'en-US' | (string & {})
  /** Milliseconds after which an unanswered request is given up. Default: 15000. */
  timeout?: number
  /** A publishable key: asks for codes, and is the access token, while nobody is signed in. */
  accessKey?: string
  /** `detectSessionInUrl`: finish a sign-in with a provider that the page has come back from. */
  auth?: { detectSessionInUrl?: boolean }
  /** Taken and not used: a session is always kept until it is ended, as since 2.0. */
  persistence?: string
  /** Taken and not used: sign-in needs no application signature. */
  appSign?: string
  /** Taken and not used: sign-in needs no application signature. */
  appSecret?: object
  /** WeChat's own API, for a place where it is not global: it becomes the global `wx`. */
  wx?: object
  /** Where sessions and the device id are kept. Default: an adapter's storage, else localStorage. */
  storage?: Store
  fetch?: typeof globalThis.fetch
  clock?: Clock
}

/** @throws CloudbaseError `invalid_argument` without an environment id */
export function checkInit({ env }: InitOptions) {
  if (typeof env !== 'string' || !env) throw invalid('env is required')
}

/** Where an environment is served from when nothing else is registered. */
export function defaultOrigin({ env, region, endPointMode, intl }: InitOptions): string {
  const isRegional = endPointMode ? endPointMode === 'CLOUD_API' : region && !intl
  return isRegional
    ? `https://${env}.${region || 'ap-shanghai'}.tcb-api.tencentcloudapi.com`
    : `https://${env}.api.${intl ? 'intl.' : ''}tcloudbasegateway.com`
}

/** The origin of what `registerHost` and `registerEndPoint` take: a host, with or without a path. */
export function toOrigin(url: string, protocol: string): string {
  const [, scheme = protocol, host] =
    /^(?:(https?):)?\/*([\w.-]+(?::\d+)?|\[[\da-f:.]+\](?::\d+)?)(?:[/?#].*)?$/i.exec(url) ?? []
  if (host) return `${scheme}://${host}`
  throw invalid(`${url} is no host`)
}
