import { createSandbox } from 'cloudbase-authflow-sandbox'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { openPage, type ServedPage, servePage } from '../support/chromium.ts'

let served: ServedPage
beforeAll(async () => {
  served = await servePage('test/browser/pages/parityCompat.ts')
  return served.close
})

/** Opens a page that redirects to a provider, where a user consents. */
async function open(path: string) {
  const sandbox = createSandbox()
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  const query = new URLSearchParams({ sandbox: url, keep: '1' })
  const page = await openPage(`${served.url}${path}?${query}#here`)
  await page.waitForFunction(() => 'compat' in globalThis)
  const before = page.url()
  await page.evaluate(() => void compat.signInWithOAuth({ provider: 'demo_idp' }))
  await page.waitForURL(/\/auth\/idp\/demo_idp/)
  const decide = async (action: 'allow' | 'deny') => {
    await page.getByLabel('Alex Doe').check()
    await page.locator(`button[value=${action}]`).click()
    await page.waitForFunction(() => 'compat' in globalThis)
  }
  const calls = () =>
    sandbox
      .requests()
      .filter(({ method, path }) => method !== 'OPTIONS' && !path.startsWith('/auth/idp/'))
      .map(({ method, path }) => `${method} ${path}`)
  return { sandbox, page, before, decide, calls }
}

const requestsOfSignIn = [
  'GET /auth/v1/provider/uri',
  'POST /auth/v1/provider/token',
  'POST /auth/v1/signin/with/provider',
  'GET /auth/v1/user/me',
]

test('verifyOAuth finishes the sign-in on the page and restores its URL', async () => {
  const { sandbox, page, before, decide, calls } = await open('')
  await decide('allow')
  expect(page.url()).toContain('code=')

  const [one, two] = await page.evaluate(() =>
    Promise.all([compat.verifyOAuth(), compat.verifyOAuth()]),
  )
  expect(one).toMatchObject({ error: null, data: { type: 'sign_in', redirectUrl: before } })
  expect(two).toEqual(one)
  expect(one.data.user?.id).toBe(sandbox.users()[0]!.sub)
  expect(page.url()).toBe(before)
  expect(calls()).toEqual(requestsOfSignIn)

  const again = await page.evaluate(() => compat.verifyOAuth())
  expect(again.error).not.toBe(null)
  expect(calls()).toEqual(requestsOfSignIn)
})

test('detectSessionInUrl finishes the sign-in without a call', async () => {
  const { sandbox, page, before, decide, calls } = await open('detect')
  await decide('allow')
  await vi.waitUntil(() => page.evaluate(() => loginEvents.length > 0))
  expect(await page.evaluate(() => loginEvents)).toEqual([`sign_in ${sandbox.users()[0]!.sub}`])
  expect(page.url()).toBe(before)
  // The guard of the page reads the user as well, once they are signed in.
  expect(await page.evaluate(() => guarded)).toEqual({
    session: true,
    loginState: true,
    user: true,
  })
  expect(calls()).toEqual([...requestsOfSignIn, 'GET /auth/v1/user/me'])
  expect(page.errors).toEqual([])
})

test('verifyOAuth returns the error of a denied authorization', async () => {
  const { page, before, decide, calls } = await open('')
  await decide('deny')
  const { error } = await page.evaluate(async () => {
    const { error } = await compat.verifyOAuth()
    return { error: error?.error }
  })
  expect(error).toBe('access_denied')
  expect(page.url()).toBe(before)
  expect(calls()).toEqual(['GET /auth/v1/provider/uri'])
})
