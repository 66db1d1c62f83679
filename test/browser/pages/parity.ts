import type { CloudbaseAuth } from '../../../adapters/compat/index.ts'
import { shapeOf } from './parityShape.ts'
import { steps } from './paritySteps.ts'

/** What the pages offer to their test, and the test to them. */
declare global {
  /** Plays a step and answers the shape of its result, or the error it was refused with. */
  var play: (name: string) => Promise<unknown>
  /** The names of what `auth` can do. */
  var methods: () => string[]
  /** The requests from now on count. */
  var mark: () => Promise<void>
  /** What the newest message to a contact says. */
  var codeFor: (to: string) => Promise<string>
  var ticket: () => Promise<string>
  /** Where a provider leads back to somebody who consents. */
  var consent: (uri: string) => Promise<string>
  var readPicture: (token: string) => Promise<string>
}

/** As far as both APIs are alike. */
interface Cloudbase {
  init(options: { env: string }): {
    registerHost(host: string, protocol: 'http'): void
    auth(options: object): unknown
  }
  parseCaptcha(url: string): object
}

/** Makes the steps playable on one compat: the same script drives both. */
export function offer(cloudbase: unknown) {
  const compat = cloudbase as Cloudbase
  const { host } = new URL(new URLSearchParams(location.search).get('sandbox')!)
  let played = 0

  globalThis.methods = () => {
    const names = new Set<string>()
    const auth = compat.init({ env: 'methods' }).auth({ persistence: 'local' })
    for (let each = auth; each !== Object.prototype; each = Object.getPrototypeOf(each)) {
      for (const name of Object.getOwnPropertyNames(each)) names.add(name)
    }
    return [...names].filter((name) => isMethod(auth, name)).toSorted()
  }

  globalThis.play = async (name) => {
    const { as, before, run } = steps[name]!
    const app = compat.init({ env: `parity-${++played}` })
    app.registerHost(host, 'http')
    const captchaOptions = { openURIWithCallback: answerPicture }
    const auth = app.auth({ persistence: 'local', captchaOptions }) as CloudbaseAuth
    const tools = { auth, cloudbase: compat, prove, providerToken }
    await as?.(tools)
    const prepared = await before?.(tools)
    await mark()
    try {
      return shapeOf(await run(tools, prepared as never))
    } catch (thrown) {
      const { error = 'unknown' } = thrown as { error?: string }
      return `refused: ${error}`
    }

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
      const back = new URL(await consent(uri)).searchParams
      const granted = await auth.grantProviderToken({
        ...provider,
        provider_code: back.get('code')!,
      })
      return granted.provider_token
    }

    async function answerPicture(url: string) {
      const token = new URLSearchParams(url.slice(url.indexOf('?'))).get('token')!
      return auth.verifyCaptchaData({ token, key: await readPicture(token) })
    }
  }
}

const isMethod = (auth: unknown, name: string) =>
  name !== 'constructor' && typeof (auth as Record<string, unknown>)[name] === 'function'

export interface Tools {
  auth: CloudbaseAuth
  cloudbase: Cloudbase
  prove(contact: { phone_number: string } | { email: string }): Promise<string>
  providerToken(): Promise<string>
}
