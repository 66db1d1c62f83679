import { createSandbox } from 'cloudbase-authflow-sandbox'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openPage, servePage } from '../support/chromium.ts'

type Name = keyof typeof clients

const user = { username: 'ada', password: 'Correct-horse-7' }
const names: Name[] = ['auth', 'compat', 'otherCompat']

/** Opens a page with a client of `createAuth` and two of the compat API. */
async function open() {
  const sandbox = createSandbox()
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  await sandbox.addUser({ ...user, sub: 'ada' })
  const served = await servePage('test/browser/pages/oneSession.ts')
  onTestFinished(served.close)
  const page = await openPage(`${served.url}?${new URLSearchParams({ sandbox: url })}`)
  const uids = () =>
    page.evaluate(
      (names) => Promise.all(names.map(async (name) => (await clients[name].uid()) ?? null)),
      names,
    )
  const call = (name: Name, method: 'signIn' | 'signOut') =>
    page.evaluate(async ([name, method, user]) => void (await clients[name][method](user)), [
      name,
      method,
      user,
    ] as const)
  return { sandbox, page, uids, call }
}

test('clients of one environment in a page share a session, whichever of them signs in or out', async () => {
  const { uids, call } = await open()
  for (const [one, other] of [
    ['auth', 'compat'],
    ['compat', 'otherCompat'],
    ['otherCompat', 'auth'],
  ] as const) {
    await call(one, 'signIn')
    await expect.poll(uids).toEqual(['ada', 'ada', 'ada'])
    await call(other, 'signOut')
    await expect.poll(uids).toEqual([null, null, null])
  }
})

test('clients of one environment in a page refresh an expired token once', async () => {
  const { sandbox, page, uids, call } = await open()
  await call('compat', 'signIn')
  await vi.waitUntil(async () => (await uids()).every((uid) => uid === 'ada'))
  await page.clock.setSystemTime(Date.now() + 3 * 3_600_000)
  sandbox.advance(3 * 3600)
  const tokens = await page.evaluate(
    (names) => Promise.all(names.map((name) => clients[name].getAccessToken())),
    names,
  )
  expect(new Set(tokens).size).toBe(1)
  const refreshes = sandbox
    .requests()
    .filter(({ method, path }) => method === 'POST' && path === '/auth/v1/token')
  expect(refreshes).toHaveLength(1)
})

test('a reload finds the session of the other API, and localStorage has the form of the official client', async () => {
  const { page, uids, call } = await open()
  await call('auth', 'signIn')
  await vi.waitUntil(async () => (await uids()).every((uid) => uid === 'ada'))
  await page.reload()
  await page.waitForFunction(() => 'clients' in globalThis)
  expect((await uids()).slice(1)).toEqual(['ada', 'ada'])
  const stored = await page.evaluate(() => localStorage.getItem('credentials_one-session'))
  expect(JSON.parse(stored!)).toMatchObject({ version: 'v1', sub: 'ada' })
})
