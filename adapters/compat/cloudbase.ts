import { type CloudbaseAdapter, pickAdapter, type SdkAdapter } from './adapters.ts'
import { type CloudbaseApp, createApp } from './app.ts'
import { parseCaptcha } from './captcha/parseCaptcha.ts'
import { CloudbaseError } from './errors.ts'
import type { InitOptions } from './settings.ts'

/** The sign-in part of what `@cloudbase/js-sdk` exports by default. */
export interface Cloudbase {
  /**
   * Initializes an environment. A second call for the same environment and client id returns the same
   * app, with the options of the first call; another client id is another app with a session of its
   * own. The process has one session per app: a server that serves several users at once needs a
   * `createAuth` for each of them.
   *
   * @throws CloudbaseError `invalid_argument` without an environment id, and for an option that cannot be
   *   right
   */
  init(options: InitOptions): CloudbaseApp

  /**
   * Uses the storage and the captcha dialog of a platform or of the app. Call it before `init`.
   *
   * @param adapters an adapter, or several, of which the first that matches is used
   * @param options passed to the adapter's `genAdapter`
   * @throws CloudbaseError `invalid_argument` for anything but adapters
   */
  useAdapters<Options = undefined>(
    adapters: CloudbaseAdapter<Options> | readonly CloudbaseAdapter<Options>[],
    options?: Options,
  ): void

  parseCaptcha: typeof parseCaptcha
}

/** Creates an instance of the SDK, with environments and an adapter of its own. */
export function createCloudbase(): Cloudbase {
  const apps = new Map<string, CloudbaseApp>()
  let adapter: SdkAdapter | undefined
  return {
    init(options) {
      const key = JSON.stringify([options?.env, options?.clientId || options?.env])
      const known = apps.get(key)
      if (known) return known
      try {
        const app = createApp({ ...options }, () => adapter)
        apps.set(key, app)
        return app
      } catch (thrown) {
        throw CloudbaseError.from(thrown)
      }
    },
    useAdapters<Options>(
      adapters: CloudbaseAdapter<Options> | readonly CloudbaseAdapter<Options>[],
      options?: Options,
    ) {
      adapter = pickAdapter(adapters, options as Options) ?? adapter
    },
    parseCaptcha,
  }
}
