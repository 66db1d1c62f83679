import { transformSync } from 'esbuild'
import { EventEmitter } from 'node:events'
import { compileFunction } from 'node:vm'
import { afterEach, expect, test, vi } from 'vitest'
import type { CloudbaseAuth } from '../../adapters/compat/auth.ts'
import { createCloudbase } from '../../adapters/compat/cloudbase.ts'
import type { InitOptions } from '../../adapters/compat/settings.ts'
import { memoryStore } from '../../services/session/store.ts'
import { blanks, type Needs, runs, samples, typos } from './compatSamples.ts'
import { openCompat, phone } from './compatWorld.ts'

const member = { phone_number: phone, email: 'test@example.com', username: 'myname' }
/** Samples that call `sudo` with this password; users with a phone number need a code instead. */
const passwords: Record<string, string> = {
  '一 Auth.sudo': 'test_old_password',
  '三 Auth.sudo': 'test_password',
}
const $page = 'http://127.0.0.1:9/page'
const wxOpen = { provider_id: 'wx_open', provider_redirect_uri: $page }

afterEach(() => void vi.unstubAllGlobals())

/** Prepares what a sample needs: the user, its blanks filled in, and the compat API. */
async function prepare(title: string, needs: Needs) {
  const { sandbox, url } = await openCompat({ config: { maxSessions: 9 } })
  const { providers } = sandbox.config()
  const test_provider_id = { name: 'Test', autoSignUp: true }
  sandbox.config({ providers: { ...providers, test_provider_id } })
  const storage = memoryStore()
  const cloudbase = createCloudbase()
  const init = (options: InitOptions) => {
    const app = cloudbase.init({ storage, ...options })
    app.registerHost(url)
    return app
  }
  const auth = init({ env: 'xxxx-yyy' }).auth()
  const code = (to?: string) => sandbox.inbox(to)[0]?.code ?? ''

  const elevating = passwords[title]
  if (needs === 'member' || needs === 'bound') {
    const { phone_number, ...others } = member
    const password = elevating ?? 'your password'
    await sandbox.addUser({ ...others, password, ...(!elevating && { phone_number }) })
    await auth.signIn({ username: member.username, password })
  }
  if (needs === 'anonymous') await auth.signInAnonymously()
  if (needs === 'ticket') auth.setCustomSignFunc(() => sandbox.mintTicket('employee-7'))

  const $prove = (contact: { phone_number: string } | { email: string }) =>
    prove(auth, contact, code)
  const consent = async () => {
    const { uri } = await auth.genProviderRedirectUri(wxOpen)
    return new URL(sandbox.consent(uri, 'alex')).searchParams.get('code')!
  }
  const grant = async () => auth.grantProviderToken({ ...wxOpen, provider_code: await consent() })
  if (needs === 'bound') await auth.bindWithProvider(await grant())
  const elevate = async () =>
    auth.sudo({ verification_token: await $prove({ phone_number: phone }) })

  const left: string[] = []
  const assign = (to: string) => left.push(to)
  vi.stubGlobal('location', { href: 'http://app.example/page', assign })
  vi.stubGlobal('wx', {
    login: ({ success }: { success(result: object): void }) => success({ code: 'wx-code-alex' }),
    getAccountInfoSync: () => ({ miniProgram: { appId: 'wx1234567890abcdef' } }),
    cloud: { callFunction },
  })
  const image = { src: '' }
  const scope = {
    cloudbase: { ...cloudbase, init },
    auth,
    console: { log() {}, error() {} },
    EventBus: EventEmitter,
    document: { getElementById: () => image },
    $page,
    $prove,
    $providerCode: await consent(),
    $providerToken: (await grant()).provider_token,
    $sudoToken: needs === 'member' && !elevating && (await elevate()).sudo_token,
    $newestCode: () => code(title === '三 Auth.signUp' ? phone : undefined),
    $giveTicket: (resolve: (ticket: string) => void) => resolve('ticket'),
    $signUpParams: async () => ({
      email: member.email,
      verification_token: await $prove({ email: member.email }),
    }),
  }
  return { sandbox, scope, image, left, before: sandbox.requests().length }
}

async function prove(
  auth: CloudbaseAuth,
  contact: { phone_number: string } | { email: string },
  code: (to: string) => string,
) {
  const { verification_id } = await auth.getVerification(contact)
  const [to] = Object.values(contact) as [string]
  const { verification_token } = await auth.verify({ verification_id, verification_code: code(to) })
  return verification_token
}

/** WeChat's cloud function, which forwards HTTP. */
async function callFunction({ data }: { data: Record<string, string> }) {
  const { url, method, headers, body } = data
  const { origin: _, ...sent } = headers as unknown as Record<string, string>
  const init = { method: method!, headers: sent, body: JSON.stringify(body) }
  return { result: { body: (await (await fetch(url!, init)).json()) as unknown } }
}

const isFor = (sample: string, title: string) => title.includes(sample)

function corrected(title: string, code: string): string {
  const meant = typos
    .filter(([sample]) => isFor(sample, title))
    .reduce((text, [, wrong, right]) => text.replace(wrong, right), code)
  return blanks
    .reduce((text, [written, filled]) => text.replaceAll(written, filled), meant)
    .replace(/^import cloudbase .*$/m, '')
}

async function run(code: string, scope: object): Promise<unknown> {
  const { code: script } = transformSync(`async function sample() {\n${code}\n}`, { loader: 'ts' })
  const sample = compileFunction(`${script}; return sample()`, Object.keys(scope))
  return sample(...(Object.values(scope) as string[])) as Promise<unknown>
}

test.each(samples.filter(({ title }) => !title.startsWith('二')))(
  'sample of the official documents: $title',
  async (sample) => {
    const { title, code } = sample
    const [needs, ...calls] = runs[title] ?? runs[title.slice(2)]!
    const { sandbox, scope, before, left } = await prepare(title, needs)

    await run(corrected(title, code), scope)
    // Some samples do not await their own calls.
    const sent = () => sandbox.requests().slice(before)
    await vi.waitUntil(() => sent().length >= calls.length && sent().every(({ status }) => status))
    expect(
      sent().map(({ method, path, error }) => [method, path, error].filter(Boolean).join(' ')),
    ).toEqual(calls)
    expect(left).toHaveLength(title.endsWith('toDefaultLoginPage') ? 1 : 0)
  },
)

test('sample of the official documents: 二 验证码处理指南', async () => {
  const { title, code } = samples.find((sample) => sample.title.startsWith('二'))!
  const { sandbox, scope, image } = await prepare(title, 'signedOut')
  sandbox.config({ captchaOnEveryCall: 'on' })
  const returned = 'return { auth, verifyCaptchaData, state: () => captchaState }'
  const { auth, verifyCaptchaData, state } = (await run(
    `${corrected(title, code)}\n${returned}`,
    scope,
  )) as Recipe
  expect(Object.keys(scope)).not.toContain('adapter')

  const call = auth.isUsernameRegistered('ada')
  await vi.waitUntil(() => image.src)
  expect(image.src).toBe(state().captchaData)
  await verifyCaptchaData('wrong')
  expect(image.src).toBe(state().captchaData)
  await verifyCaptchaData(sandbox.captchaAnswer(state().token)!)
  expect(await call).toBe(false)
})

interface Recipe {
  auth: CloudbaseAuth
  verifyCaptchaData(text: string): Promise<void>
  state(): { captchaData: string; token: string }
}

test('samples: every listed typo and blank occurs in a sample', () => {
  const isThere = (sample: string, text: string) =>
    samples.some(({ title, code }) => isFor(sample, title) && code.includes(text))
  expect(typos.filter(([sample, wrong]) => !isThere(sample, wrong))).toEqual([])
  expect(blanks.filter(([written]) => !isThere('', written))).toEqual([])
})
