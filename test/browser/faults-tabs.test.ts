import { describe, expect, test } from 'vitest'
import { ada, bob, hold, open, userOf } from './pages/faults/world.ts'

const hours = 3600

describe('1. Two tabs renew with one refresh token', () => {
  test('official: the slower tab wipes the session of both', async () => {
    const { sandbox, page, tab, pass, stored } = await open('official')
    await sandbox.addUser(ada)
    await page.evaluate((user) => official.signIn(user), ada)
    const other = await tab()
    await pass(3 * hours)
    const token = (tab: typeof page) =>
      tab.evaluate(() =>
        official.getAccessToken().then(
          ({ accessToken }) => accessToken,
          ({ error }: { error: string }) => error,
        ),
      )
    const first = await hold(page, '/v1/token')
    const second = await hold(other, '/v1/token')
    const [winner, loser] = [token(page), token(other)]
    await Promise.all([first.arrived, second.arrived])
    first.letGo()
    expect(userOf(await winner)).toBe(sandbox.users()[0]!.sub)
    expect(await stored()).not.toBe(null)
    second.letGo()
    expect(await loser).toBe('unauthenticated')
    expect(await stored()).toBe(null)
  })

  test('ours: one of them renews, and both stay signed in', async () => {
    const { sandbox, page, tab, pass, stored, calls } = await open('ours')
    await sandbox.addUser(ada)
    await page.evaluate((user) => ours.call('signIn', user), ada)
    const other = await tab()
    await pass(3 * hours)
    calls()
    const tokens = await Promise.all(
      [page, other].map((tab) => tab.evaluate(() => ours.getAccessToken())),
    )
    expect(new Set(tokens).size).toBe(1)
    expect(calls()).toEqual(['POST /v1/token'])
    expect((await stored())!.access_token).toBe(tokens[0])
    for (const tab of [page, other]) {
      expect(await tab.evaluate(() => ours.get().status)).toBe('signedIn')
    }
  })

  test('ours: where pages cannot take turns, the slower one takes over what the faster one got', async () => {
    const { sandbox, page, tab, pass, stored, calls } = await open('ours')
    const onItsOwn = () => {
      Object.defineProperty(navigator, 'locks', { value: undefined })
      addEventListener('storage', (event) => event.stopImmediatePropagation())
    }
    await page.context().addInitScript(onItsOwn)
    await page.reload()
    await sandbox.addUser(ada)
    await page.evaluate((user) => ours.call('signIn', user), ada)
    const other = await tab()
    await pass(3 * hours)
    calls()
    const first = await hold(page, '/v1/token')
    const second = await hold(other, '/v1/token')
    const [winner, loser] = [page, other].map((tab) => tab.evaluate(() => ours.getAccessToken()))
    await Promise.all([first.arrived, second.arrived])
    first.letGo()
    await winner
    second.letGo()
    expect(await loser).toBe(await winner)
    expect(calls()).toEqual(['POST /v1/token', 'POST /v1/token invalid_grant'])
    expect((await stored())!.access_token).toBe(await winner)
    expect(await other.evaluate(() => ours.get().status)).toBe('signedIn')
  })
})

describe('2. What another tab does to the session goes unseen', () => {
  test('official: who has signed out, or is somebody else, in one tab stays in the other', async () => {
    const { sandbox, page, tab } = await open('official')
    await sandbox.addUser(ada)
    const { sub } = sandbox.users()[0]!
    await sandbox.addUser(bob)
    await page.evaluate((user) => official.signIn(user), ada)
    const other = await tab()
    const user = async () =>
      userOf((await other.evaluate(() => official.getAccessToken())).accessToken)
    expect(await user()).toBe(sub)
    await page.evaluate(() => official.signOut())
    expect(await user()).toBe(sub)
    expect(await other.evaluate(() => official.hasLoginState())).toBe(null)
    await page.evaluate((user) => official.signIn(user), bob)
    expect(await user()).toBe(sub)
  })

  test('ours: every tab follows', async () => {
    const { sandbox, page, tab } = await open('ours')
    const { sub } = await sandbox.addUser(ada)
    const { sub: sub2 } = await sandbox.addUser(bob)
    await page.evaluate((user) => ours.call('signIn', user), ada)
    const other = await tab()
    const user = () => other.evaluate(() => ours.get().user?.uid)
    await expect.poll(user).toBe(sub)
    await page.evaluate(() => ours.send({ type: 'session.end' }))
    await expect.poll(() => other.evaluate(() => ours.get().status)).toBe('signedOut')
    await page.evaluate((user) => ours.call('signIn', user), bob)
    await expect.poll(user).toBe(sub2)
  })
})
