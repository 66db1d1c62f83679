import { createSandbox } from 'cloudbase-authflow-sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { bundlePage, openPage } from '../support/chromium.ts'

const env = 'sandbox-env'
const password = 'Correct-horse-7'

const open = async (redirect = (url: string) => `${url}/auth/idp/none?back`, language = '') => {
  const sandbox = createSandbox()
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  await sandbox.addUser({ sub: 'ada', username: 'ada', password })
  const query = new URLSearchParams({
    app_id: '',
    env_id: env,
    client_id: env,
    config_version: 'env',
    redirect_uri: redirect(url),
  })
  const page = await openPage('about:blank')
  if (language) await page.setExtraHTTPHeaders({ 'accept-language': language })
  await page.goto(`${url}/__auth/?${query}`)
  const stored = () =>
    page.evaluate(
      (key) => JSON.parse(localStorage.getItem(key) ?? 'null') as Record<string, string> | null,
      `credentials_${env}`,
    )
  return { sandbox, page, stored }
}

test('sandbox hosted page: a password signs in, the session is stored as the SDK does, and the page goes back', async () => {
  const { page, stored } = await open()
  await page.fill('#username', 'ada')
  await page.fill('#password', 'wrong')
  await page.click('[value=signIn]')
  await page.waitForSelector('#problem:not([hidden])')
  expect(await stored()).toBeNull()
  await page.fill('#password', password)
  await page.click('[value=signIn]')
  await page.waitForURL('**/auth/idp/none?back')
  expect(await stored()).toMatchObject({
    sub: 'ada',
    version: 'v1',
    expires_in: 7200,
    expires_at: expect.stringMatching(/^\d{4}-/),
    access_token: expect.any(String),
    refresh_token: expect.any(String),
  })
})

test.each([
  ['en', 'The account or the password is incorrect.', 'Check the phone number or e-mail address.'],
  ['zh-CN', '账号或密码不正确。', '请检查手机号或邮箱。'],
])(
  'sandbox hosted page: errors are in the language %s of the page, describe the fields and move nothing',
  async (language, wrongPassword, wrongContact) => {
    const { page } = await open(undefined, language)
    const boxes = async () =>
      Promise.all((await page.locator('input, button').all()).map((each) => each.boundingBox()))
    const before = await boxes()
    await page.fill('#username', 'ada')
    await page.fill('#password', 'wrong')
    await page.click('[value=signIn]')
    await expect.poll(() => page.innerText('#problem')).toBe(wrongPassword)
    expect(await page.locator('#password').getAttribute('aria-describedby')).toBe('problem')
    expect(await boxes()).toEqual(before)
    await page.fill('#username', '1')
    await page.click('[value=code]')
    await expect.poll(() => page.innerText('#problem')).toBe(wrongContact)
    expect(await axeViolations(page)).toEqual([])
  },
)

test('sandbox hosted page: a code signs a new user up', async () => {
  const { sandbox, page, stored } = await open()
  await page.fill('#username', '13800000000')
  await page.click('[value=signIn]')
  await page.waitForSelector('#problem:not([hidden])')
  await page.click('[value=code]')
  await page.waitForFunction(() => document.activeElement?.id === 'code')
  await page.fill('#code', sandbox.inbox('+86 13800000000')[0]!.code)
  await page.click('[value=signIn]')
  await page.waitForURL('**/auth/idp/none?back')
  const [user] = sandbox.users().filter((each) => each.phone_number)
  expect(await stored()).toMatchObject({ sub: user!.sub })
})

/** Opens an app beside the hosted page, and signs in there. */
async function openApp() {
  const { sandbox, page } = await open()
  const script = await bundlePage('test/browser/pages/hosted.ts')
  const { origin } = new URL(page.url())
  const html = '<!doctype html><body><script type="module" src="/app.js"></script>'
  await page.route('**/app?*', (route) => route.fulfill({ body: html, contentType: 'text/html' }))
  await page.route('**/app.js', (route) =>
    route.fulfill({ body: script, contentType: 'text/javascript' }),
  )
  await page.goto(`${origin}/app?a=b%20c`)
  const isSignedOut = () =>
    page.waitForFunction(() => globalThis.hostedAuth?.get().status === 'signedOut')
  return {
    sandbox,
    page,
    isSignedOut,
    async leave(by: 'page' | 'flow') {
      await isSignedOut()
      await page.click(`#${by}`)
      await page.waitForURL('**/__auth/**')
    },
    async signIn() {
      await page.fill('#username', 'ada')
      await page.fill('#password', password)
      await page.click('[value=signIn]')
    },
    isSignedIn: () => page.waitForFunction(() => globalThis.hostedAuth?.get().user?.uid === 'ada'),
  }
}

test('hostedLoginPage: a client signs in on the hosted page, also after a sign-out, and is signed in when it is back', async () => {
  const { sandbox, page, leave, signIn, isSignedIn } = await openApp()
  for (let times = 0; times < 2; times++) {
    await leave('page')
    await signIn()
    await page.waitForURL('**/app?a=b%20c')
    await isSignedIn()
    await page.evaluate(() => hostedAuth.signOut())
  }
  expect(sandbox.requests().filter(({ path }) => path === '/auth/v1/signin')).toHaveLength(2)
})

test('hostedLogin: the flow leaves for the hosted page and goes on to returnTo, signed in, also after a sign-out', async () => {
  const { page, leave, signIn, isSignedIn } = await openApp()
  const home = page.url()
  for (let times = 0; times < 2; times++) {
    await leave('flow')
    await signIn()
    await page.waitForURL('**/app?signed-in')
    await isSignedIn()
    expect(await page.evaluate(() => hostedAuth.get().flow)).toBeUndefined()
    expect(page.errors).toEqual([])
    await page.evaluate(() => hostedAuth.signOut())
    await page.goto(home)
  }
})

test('hostedLogin: the back button returns to the flow, which can go there again', async () => {
  const { page, leave, signIn, isSignedOut, isSignedIn } = await openApp()
  await leave('flow')
  await page.goBack()
  await isSignedOut()
  await page.waitForFunction(() => hostedAuth.get().step === 'askingReturn')
  expect(page.url()).toContain('/app?a=b%20c')
  await page.evaluate(() => hostedAuth.send({ type: 'provider.retry' }))
  await page.waitForURL('**/__auth/**')
  await signIn()
  await page.waitForURL('**/app?signed-in')
  await isSignedIn()
})

test('sandbox hosted page: an address of another origin is not gone back to', async () => {
  const { page } = await open(() => 'https://app.example/')
  await page.waitForSelector('#problem:not([hidden])')
  expect(await page.isVisible('form')).toBe(false)
})

test.each(['javascript://x/%0aalert(1)', '', 'https://a@b.example/'])(
  'sandbox hosted page: the redirect_uri %j makes the link invalid',
  async (redirect_uri) => {
    const sandbox = createSandbox()
    const query = new URLSearchParams({ client_id: env, redirect_uri })
    const response = await sandbox.fetch(`http://127.0.0.1/__auth/?${query}`)
    expect(response.status).toBe(400)
    expect(await response.text()).not.toContain('<script')
    expect(response.headers.get('x-frame-options')).toBe('DENY')
  },
)
