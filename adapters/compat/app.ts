import { webStore } from '../../services/session/store.ts'
import type { CaptchaOptions, SdkAdapter } from './adapters.ts'
import { storeOf } from './adapters.ts'
import { type CloudbaseAuth, createFace } from './auth.ts'
import { captchaThrough, faceCaptcha } from './captcha.ts'
import { openDoor } from './client.ts'
import { parseCaptcha } from './parseCaptcha.ts'
import { createSession } from './session.ts'
import { checkInit, defaultOrigin, type InitOptions, toOrigin } from './settings.ts'
import { createTransport } from './transport.ts'

export interface AuthFaceOptions {
  /** Your own way to ask for captchas. Default: an adapter's, else a dialog in the page. */
  captchaOptions?: CaptchaOptions
  /** Taken and not used: a session is always kept until it is ended, as since 2.0. */
  persistence?: string
}

/** One environment. */
export interface CloudbaseApp {
  readonly config: InitOptions
  /** The one `auth` of the environment, whatever it is called with; its methods are here as well. */
  readonly auth: CloudbaseAuth & ((options?: AuthFaceOptions) => CloudbaseAuth)
  /** Sends requests to another host from now on: `app.registerHost('127.0.0.1:4871')`. */
  registerHost(host: string, protocol?: 'http' | 'https'): void
  /** The same by a URL: `app.registerEndPoint('//127.0.0.1:4871/web', 'http')`. */
  registerEndPoint(url: string, protocol?: 'http' | 'https'): void
  /** The same as `cloudbase.parseCaptcha`. */
  parseCaptcha: typeof parseCaptcha
}

/** @param adapter what `useAdapters` has picked, looked up whenever it is needed */
export function createApp(
  options: InitOptions,
  adapter: () => SdkAdapter | undefined,
): CloudbaseApp {
  checkInit(options)
  const { env, lang = 'zh-CN', timeout, clock, accessKey } = options
  const clientId = options.clientId || env
  const store = options.storage ?? storeOf(adapter()) ?? webStore('localStorage')
  if (options.wx) Object.assign(globalThis, { wx: options.wx })
  let origin = defaultOrigin(options)
  let captchaOptions: CaptchaOptions | undefined
  const door = openDoor({
    env,
    clientId,
    language: lang,
    timeout,
    clock,
    store,
    fetch: createTransport({ origin: () => origin, accessKey, fetch: options.fetch }),
    captcha: captchaThrough(
      () => captchaOptions?.openURIWithCallback ?? adapter()?.captchaOptions?.openURIWithCallback,
    ),
  })
  faceCaptcha(door, lang)
  const session = createSession(door, store, env)
  const face = createFace({ env, clientId, options, door, session })

  function auth(given?: AuthFaceOptions): CloudbaseAuth {
    captchaOptions = given?.captchaOptions ?? captchaOptions
    return face
  }
  Object.defineProperties(auth, Object.getOwnPropertyDescriptors(face))
  if (options.auth?.detectSessionInUrl) void face.verifyOAuth()

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
