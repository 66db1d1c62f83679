import { createSandbox } from 'cloudbase-authflow-sandbox'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type OpenPage, openPage, servePage } from '../support/chromium.ts'

const hour = 3600
const user = { username: 'ada', password: 'Correct-horse-7' }
const pages = { ours: 'parityCompat', official: 'paritySdk' }

/** Opens pages of both SDKs, connected to one sandbox. */
async function openPages() {
  const sandbox = createSandbox()
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  const { sub } = await sandbox.addUser({ ...user, name: 'Ada' })
  const open = async (sdk: keyof typeof pages) => {
    const served = await servePage(`test/browser/pages/${pages[sdk]}.ts`)
    onTestFinished(served.close)
    const page = await openPage(`${served.url}?${new URLSearchParams({ sandbox: url })}`)
    await ready(page)
    return page
  }
  return { sandbox, sub, open }
}

const ready = (page: Pick<OpenPage, 'waitForFunction'>) =>
  page.waitForFunction(() => 'compat' in globalThis)
const signIn = (page: OpenPage, version?: string) =>
  page.evaluate(async (params) => void (await compat.signIn(params)), {
    ...user,
    ...(version && { version }),
  })
const calls = (sandbox: ReturnType<typeof createSandbox>) =>
  sandbox
    .requests()
    .filter(({ method }) => method !== 'OPTIONS')
    .map(({ method, path }) => `${method} ${path}`)

/** Copies the storage of one page to another and reloads that. */
async function moveStorage(from: OpenPage, to: OpenPage) {
  const entries = await from.evaluate(() => Object.entries(localStorage))
  await to.evaluate(
    (entries) => {
      localStorage.clear()
      for (const [key, value] of entries) localStorage.setItem(key, value)
    },
    entries as [string, string][],
  )
  await to.reload()
  await ready(to)
}

test.each([
  ['official', 'ours', 'v1'],
  ['official', 'ours', 'v2'],
  ['ours', 'official', 'v1'],
  ['ours', 'official', 'v2'],
] as const)(
  'a stored session of %s is adopted by %s, in version %s',
  async (before, after, version) => {
    const { sandbox, sub, open } = await openPages()
    const from = await open(before)
    const to = await open(after)
    await signIn(from, version)
    const device = await from.evaluate(() => localStorage.getItem('device_id'))
    await moveStorage(from, to)

    const known = await to.evaluate(() => ({
      state: compat.hasLoginState() !== null,
      uid: compat.currentUser?.uid,
      name: compat.currentUser?.name,
    }))
    expect(known).toEqual({ state: true, uid: sub, name: 'Ada' })
    expect(await to.evaluate(() => localStorage.getItem('device_id'))).toBe(device)

    const seen = calls(sandbox).length
    sandbox.advance(3 * hour)
    await to.clock.setSystemTime(Date.now() + 3 * hour * 1000)
    expect(await to.evaluate(() => compat.getUserInfo())).toMatchObject({ uid: sub, name: 'Ada' })
    expect(calls(sandbox).slice(seen)).toEqual([
      `POST /auth/${version}/token`,
      'GET /auth/v1/user/me',
    ])
    expect(to.errors).toEqual([])
  },
)

test('onLoginStateChanged: every tab is notified of a sign-in, a sign-out and another sign-in', async () => {
  const { sandbox, sub, open } = await openPages()
  const one = await open('ours')
  const two = (await one.context().newPage()) as OpenPage
  await two.goto(one.url())
  await ready(two)
  const eventsOfTwo = () => two.evaluate(() => globalThis.loginEvents)

  await signIn(one)
  await vi.waitUntil(async () => (await eventsOfTwo()).length === 1)
  expect(await two.evaluate(() => compat.currentUser?.uid)).toBe(sub)

  const grace = await sandbox.addUser({ username: 'grace', password: user.password })
  await one.evaluate(async (params) => void (await compat.signIn(params)), {
    username: 'grace',
    password: user.password,
  })
  await vi.waitUntil(async () => (await eventsOfTwo()).length === 2)
  expect(await two.evaluate(() => compat.currentUser?.uid)).toBe(grace.sub)

  await one.evaluate(async () => void (await compat.signOut()))
  await vi.waitUntil(async () => (await eventsOfTwo()).length === 3)
  expect(await two.evaluate(() => compat.hasLoginState())).toBe(null)
  expect(await eventsOfTwo()).toEqual([`sign_in ${sub}`, `sign_in ${grace.sub}`, 'sign_out'])
  expect(await one.evaluate(() => loginEvents)).toEqual(await eventsOfTwo())
})
