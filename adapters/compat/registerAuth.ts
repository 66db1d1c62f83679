import type { SdkAdapter } from './adapters.ts'
import type { CloudbaseApp, CompatAuthOptions } from './app.ts'
import type { CloudbaseAuth } from './auth.ts'
import { createOauthInstance, type OauthInstance } from './bridge.ts'
import { CloudbaseError } from './errors.ts'
import { cloudbase } from './instance.ts'
import type { InitOptions } from './settings.ts'

/** A component of the official SDK. */
interface Component {
  name: string
  namespace: string
  entity: object
}

/** What is read of `@cloudbase/js-sdk/app`. */
export interface ComponentHost {
  registerComponent(component: Component): void
}

/** What a component sees of the official SDK's app. */
interface HostApp {
  config: InitOptions & { i18n?: { lang?: string } }
  request: { getBaseEndPoint(mode: string): string }
  platform?: { adapter?: SdkAdapter & { type?: string } }
  auth?: unknown
  authInstance?: unknown
  oauthInstance?: OauthInstance
}

/** The methods by which an app of the official SDK changes its server. */
const ENDPOINT_METHODS = ['registerEndPoint', 'registerEndPointWithKey', 'registerHost'] as const

const hosts = new WeakSet<ComponentHost>()

/**
 * Makes the sign-in of this package the `auth` of the official SDK, whose database, functions and
 * storage then take their tokens from it. Call it before `init`, with the SDK's parts and without its
 * own `auth`. A second call does nothing.
 *
 * @param host the default export of `@cloudbase/js-sdk/app`
 * @throws CloudbaseError `failed_precondition` when the SDK has an `auth` already, as the whole
 *   `@cloudbase/js-sdk` does: use `bridge` there
 *
 * @example
 *   import cloudbase from '@cloudbase/js-sdk/app'
 *   import { registerFunctions } from '@cloudbase/js-sdk/functions'
 *   import { registerAuth } from 'cloudbase-authflow/cloudbase'
 *
 *   registerAuth(cloudbase)
 *   registerFunctions(cloudbase)
 *   const app = cloudbase.init({ env: 'my-env' })
 *   await app.auth().signIn({ username: 'ada', password: 'Correct-horse-7' })
 *   await app.callFunction({ name: 'hello' })
 */
export function registerAuth(host: ComponentHost): void {
  if (hosts.has(host)) return
  try {
    host.registerComponent({ name: 'auth', namespace: 'auth', entity: createAuthInstance })
  } catch (cause) {
    throw new CloudbaseError('failed_precondition', {
      description:
        'this SDK has an auth of its own: use bridge(app, auth), or @cloudbase/js-sdk/app and its parts',
      cause,
    })
  }
  hosts.add(host)
}

/** The SDK calls it as `app.auth(…)` in `init`; it puts our `auth` in its own place. */
function createAuthInstance(this: HostApp, options?: CompatAuthOptions): CloudbaseAuth {
  const app = createApp(this)
  const { auth } = app
  this.oauthInstance = createOauthInstance(auth)
  this.auth = auth
  // What realtime listeners read their access token from.
  this.authInstance = auth()
  return auth(options)
}

/** Creates our app with the options of the SDK's, and keeps it at the same server. */
function createApp(host: HostApp): CloudbaseApp {
  const { config, platform } = host
  const adapter = platform?.adapter
  if (adapter && adapter.type !== 'default') cloudbase.useAdapters(adapter)
  const lang = config.i18n?.lang
  const app = cloudbase.init({ ...config, ...(lang !== undefined && { lang }) })
  const follow = () =>
    app.registerEndPoint(host.request.getBaseEndPoint(config.endPointMode ?? 'CLOUD_API'))
  const methods = host as Partial<Record<(typeof ENDPOINT_METHODS)[number], Function>>
  for (const name of ENDPOINT_METHODS) {
    const original = methods[name]
    if (!original) continue
    methods[name] = (...args: unknown[]) => {
      original.apply(host, args)
      follow()
    }
  }
  follow()
  return app
}
