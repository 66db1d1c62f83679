import { systemClock } from '../../services/clock.ts'
import { isInBrowser } from '../../services/session/ports.ts'
import { memoryStore, webStore } from '../../services/session/store.ts'
import { withAccessKey } from './accessKey.ts'
import type { CaptchaOptions, SdkAdapter } from './adapters.ts'
import { storeOf } from './adapters.ts'
import { type CloudbaseAuth, createCompatAuth } from './auth.ts'
import { createCaptchaService, showCaptchaDialog } from './captcha/captchaService.ts'
import { parseCaptcha } from './captcha/parseCaptcha.ts'
import { createCompatClient } from './client.ts'
import { createSession } from './session.ts'
import { checkInit, defaultOrigin, type InitOptions, toOrigin } from './settings.ts'

/** Options of `app.auth`. */
export interface CompatAuthOptions {
  /** The app's own captcha dialog. Default: the adapter's, else a dialog in the page. */
  captchaOptions?: CaptchaOptions
  /** Warned about unless it is `local`: a session is kept until it is ended, as since 2.0. */
  persistence?: string
}

/** One environment. */
export interface CloudbaseApp {
  readonly config: InitOptions
  /** Returns the one `auth` of the environment; its methods are properties of `app.auth` as well. */
  readonly auth: CloudbaseAuth & ((options?: CompatAuthOptions) => CloudbaseAuth)
  /**
   * Sends requests to another host from now on: `app.registerHost('127.0.0.1:4871')`.
   *
   * @param protocol default: `http`
   * @throws CloudbaseError `invalid_argument` when `host` is malformed
   */
  registerHost(host: string, protocol?: 'http' | 'https'): void
  /**
   * Sends requests to another URL's host: `app.registerEndPoint('//127.0.0.1:4871/web', 'http')`.
   *
   * @param protocol default: `https`
   * @throws CloudbaseError `invalid_argument` when `url` is malformed
   */
  registerEndPoint(url: string, protocol?: 'http' | 'https'): void
  /** The same as `cloudbase.parseCaptcha`. */
  parseCaptcha: typeof parseCaptcha
}

/**
 * Creates the app of one environment.
 *
 * @param getAdapter returns the adapter that `useAdapters` has picked
 * @throws CloudbaseError `invalid_argument` without an environment id
 */
export function createApp(
  options: InitOptions,
  getAdapter: () => SdkAdapter | undefined,
): CloudbaseApp {
  checkInit(options)
  let isWarned = false

  /** Warns once about a `persistence` that has no effect. */
  function checkPersistence(persistence = 'local') {
    if (isWarned || persistence === 'local') return
    isWarned = true
    void import('./warnings.ts').then(({ warn }) => warn('persistence', persistence))
  }

  checkPersistence(options.persistence)
  const {
    env,
    lang = 'zh-CN',
    timeout,
    clock = systemClock,
    accessKey,
    appSign,
    appSecret,
  } = options
  const clientId = options.clientId || env
  const shared = options.storage ?? storeOf(getAdapter())
  // Holds the form of the official client, also where the session itself is elsewhere.
  const store = shared ?? (isInBrowser() ? webStore('localStorage') : memoryStore())
  if (options.wx) Object.assign(globalThis, { wx: options.wx })
  let origin = defaultOrigin(options)
  let captchaOptions: CaptchaOptions | undefined
  let { fetch } = options
  if (appSign && appSecret) {
    const send = fetch
    fetch = async (input, init) => {
      const { withAppSource } = await import('./appSign.ts')
      const signed = withAppSource({ appSign, appSecret, clock }, init)
      return (send ?? globalThis.fetch)(input, signed)
    }
  }
  if (accessKey) fetch = withAccessKey(accessKey, fetch)
  const captcha = createCaptchaService(
    () => captchaOptions?.openURIWithCallback ?? getAdapter()?.captchaOptions?.openURIWithCallback,
  )
  const client = createCompatClient({
    env,
    clientId,
    endpoint: () => origin,
    language: lang,
    timeout,
    clock,
    shared,
    store,
    fetch,
    captcha,
    returnOrigins: options.auth?.returnOrigins,
    reentersAnonymously: options.auth?.reenterAnonymously,
  })
  showCaptchaDialog(client.captcha, lang)
  const session = createSession(client, store, env)
  let returning: Promise<unknown> | undefined
  const returned = () => returning
  const compatAuth = createCompatAuth({ env, clientId, options, client, session, returned })

  function auth(given?: CompatAuthOptions): CloudbaseAuth {
    checkPersistence(given?.persistence)
    captchaOptions = given?.captchaOptions ?? captchaOptions
    return compatAuth
  }
  Object.defineProperties(auth, Object.getOwnPropertyDescriptors(compatAuth))
  const isReturn =
    options.auth?.detectSessionInUrl && /[?&]state=/.test(globalThis.location?.search)
  if (isReturn) returning = compatAuth.verifyOAuth()

  return {
    config: options,
    auth: auth as CloudbaseApp['auth'],
    registerHost(host, protocol = 'http') {
      origin = toOrigin(host, protocol)
    },
    registerEndPoint(url, protocol = 'https') {
      origin = toOrigin(url, protocol)
    },
    parseCaptcha,
  }
}
