import type { CloudbaseAuth } from '../../../adapters/compat/index.ts'
import { rejectionOf, shapeOf } from './parityShape.ts'
import { moreSteps } from './parityForms.ts'
import { steps as documentedSteps } from './paritySteps.ts'

const steps = { ...documentedSteps, ...moreSteps }

/** What the page offers to the test, and the test to the page. */
declare global {
  /** Plays a step; resolves to the shape of its result or to its error, and its events. */
  var play: (name: string) => Promise<{ result: unknown; events: string[] }>
  /** Returns the names of the methods of `auth`. */
  var methods: () => string[]
  /** Settles when every request of the page is answered. */
  var answered: () => Promise<void>
  /** Starts the requests of a step. */
  var mark: () => Promise<void>
  /** Returns the code in the newest message to a contact. */
  var codeFor: (to: string) => Promise<string>
  var ticket: () => Promise<string>
  /** Consents at a provider; returns the URL of the authorization response. */
  var consent: (uri: string) => Promise<string>
  var readPicture: (token: string) => Promise<string>
  /** Makes the next request to a path fail. */
  var refuse: (path: string, error: string, more?: object) => Promise<void>
}

/** What both SDKs have in common. */
interface Cloudbase {
  init(options: { env: string; accessKey?: string }): {
    registerHost(host: string, protocol: 'http'): void
    auth(options: object): unknown
  }
  parseCaptcha(url: string): object
}

/** Makes the steps playable on one SDK. */
export function offer(cloudbase: unknown) {
  const sdk = cloudbase as Cloudbase
  const { host } = new URL(new URLSearchParams(location.search).get('sandbox')!)
  let played = 0

  globalThis.methods = () => {
    const names = new Set<string>()
    const auth = sdk.init({ env: 'methods' }).auth({ persistence: 'local' })
    for (let each = auth; each !== Object.prototype; each = Object.getPrototypeOf(each)) {
      for (const name of Object.getOwnPropertyNames(each)) names.add(name)
    }
    return [...names].filter((name) => isMethod(auth, name)).toSorted()
  }

  globalThis.play = async (name) => {
    const { as, before, run, init } = steps[name]!
    const app = sdk.init({ env: `parity-${++played}`, ...init })
    app.registerHost(host, 'http')
    const captchaOptions = { openURIWithCallback: answerPicture }
    const auth = app.auth({ persistence: 'local', captchaOptions }) as CloudbaseAuth
    const tools = { auth, cloudbase: sdk, prove, providerToken }
    await as?.(tools)
    const prepared = await before?.(tools)
    const events: string[] = []
    void auth.onLoginStateChanged((params) => {
      if (params?.data) events.push(params.data.eventType)
    })
    auth.onAuthStateChange((event) => {
      if (event !== 'INITIAL_SESSION') events.push(event)
    })
    await settle()
    events.length = 0
    await mark()
    const result = await Promise.resolve()
      .then(() => run(tools, prepared as never))
      .then(shapeOf, rejectionOf)
    await settle()
    return { result, events }

    async function prove(contact: { phone_number: string } | { email: string }) {
      const { verification_id } = await auth.getVerification(contact)
      const [to] = Object.values(contact) as [string]
      const verification_code = await codeFor(to)
      const { verification_token } = await auth.verify({ verification_id, verification_code })
      return verification_token
    }

    async function providerToken() {
      const provider = { provider_id: 'demo_idp', provider_redirect_uri: location.href }
      const { uri } = await auth.genProviderRedirectUri({ ...provider, state: 'state' })
      const response = new URL(await consent(uri)).searchParams
      const granted = await auth.grantProviderToken({
        ...provider,
        provider_code: response.get('code')!,
      })
      return granted.provider_token
    }

    async function answerPicture(url: string) {
      const token = new URLSearchParams(url.slice(url.indexOf('?'))).get('token')!
      return auth.verifyCaptchaData({ token, key: await readPicture(token) })
    }
  }
}

/** Waits for the requests in the background and for the events of what has happened. */
async function settle() {
  const turn = () => new Promise((resolve) => setTimeout(resolve, 10))
  await turn()
  await globalThis.answered()
  await turn()
}

const isMethod = (auth: unknown, name: string) =>
  name !== 'constructor' && typeof (auth as Record<string, unknown>)[name] === 'function'

export interface Tools {
  auth: CloudbaseAuth
  cloudbase: Cloudbase
  prove(contact: { phone_number: string } | { email: string }): Promise<string>
  providerToken(): Promise<string>
}
