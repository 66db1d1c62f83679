import { type CloudbaseAdapter, pickAdapter, type SdkAdapter } from './adapters.ts'
import { type CloudbaseApp, createApp } from './app.ts'
import { parseCaptcha } from './parseCaptcha.ts'
import type { InitOptions } from './settings.ts'

/** The default export: what `@cloudbase/js-sdk` exports of signing in. */
export type Cloudbase = ReturnType<typeof createCloudbase>

export function createCloudbase() {
  const apps = new Map<string, CloudbaseApp>()
  let adapter: SdkAdapter | undefined
  return {
    /**
     * Opens an environment. The same environment again is the same instance, with the options it
     * was first opened with. There is one session per environment in the whole process: a server
     * that serves several people at once needs `createAuth` for each of them.
     *
     * @throws CloudbaseError `invalid_argument` without an environment id
     */
    init(options: InitOptions): CloudbaseApp {
      const known = apps.get(options?.env)
      if (known) return known
      const app = createApp({ ...options }, () => adapter)
      apps.set(options.env, app)
      return app
    },

    /**
     * Uses what a platform or the app brings along: its storage, and its way to ask for captchas.
     * Call it before `init`.
     *
     * @param adapters an adapter, or several of which the first that fits is used
     * @param options handed to the adapter's `genAdapter`
     */
    useAdapters<Options = undefined>(
      adapters: CloudbaseAdapter<Options> | readonly CloudbaseAdapter<Options>[],
      options?: Options,
    ): void {
      adapter = pickAdapter(adapters, options as Options) ?? adapter
    },

    parseCaptcha,
  }
}
