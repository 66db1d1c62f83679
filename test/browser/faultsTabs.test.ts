import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { enter, hour, open, openOfficial, userOf, type World } from './pages/faults/world.ts'

/** Opens a client of `createAuth` whose user is signed in by custom sign-in. */
async function openOurs() {
  const world = await open('ours')
  await enterOurs(world, 'ada')
  world.calls()
  return world
}

async function enterOurs({ sandbox, page }: World, uid: string) {
  const ticket = await sandbox.mintTicket(uid)
  await page.evaluate((ticket) => signInWithTicket(ticket), ticket)
}

const view = (tab: Page) =>
  tab.evaluate(() => {
    const { status, user } = ours.get()
    return [status, user?.uid].filter(Boolean).join(' ')
  })

describe('1. Two tabs refresh with one refresh token', () => {
  test('official: the slower tab deletes the session of both', async () => {
    const { page, tab, pass, stored, hold } = await openOfficial()
    const other = await tab()
    await pass(3 * hour)
    const getToken = (tab: Page) =>
      tab.evaluate(() =>
        official.getAccessToken().then(
          ({ accessToken }) => accessToken,
          ({ error }: { error: string }) => error,
        ),
      )
    const [first, second] = [await hold('/v1/token'), await hold('/v1/token', other)]
    const [winner, loser] = [getToken(page), getToken(other)]
    await Promise.all([first.held, second.held])
    first.letGo()
    expect(userOf(await winner)).toBe('ada')
    expect(await stored()).not.toBe(null)
    second.letGo()
    expect(await loser).toBe('unauthenticated')
    await expect.poll(() => stored()).toBe(null)
  })

  test('createAuth: one of ten tabs refreshes, and all stay signed in', async () => {
    const { page, tab, pass, stored, calls } = await openOurs()
    const tabs = [page]
    while (tabs.length < 10) tabs.push(await tab())
    await pass(3 * hour)
    const tokens = await Promise.all(tabs.map((each) => each.evaluate(() => ours.getAccessToken())))
    expect(new Set(tokens).size).toBe(1)
    expect(calls()).toEqual(['POST /v1/token'])
    await expect.poll(async () => (await stored())?.access_token).toBe(tokens[0])
    for (const each of tabs) expect(await view(each)).toBe('signedIn ada')
  })

  test('createAuth: without Web Locks and storage events, two tabs refresh once all the same', async () => {
    const { page, tab, pass, stored, calls, hold } = await openOurs()
    // The tests share the first page, which keeps what a test adds to it.
    const tabs = [await tab(), await tab()] as const
    await page.goto('about:blank')
    for (const each of tabs) {
      await each.addInitScript(() => {
        Object.defineProperty(navigator, 'locks', { value: undefined })
        addEventListener('storage', (event) => event.stopImmediatePropagation())
      })
      await each.reload()
    }
    const [one, other] = tabs
    await pass(3 * hour)
    const request = await hold('/v1/token', one)
    const first = one.evaluate(() => ours.getAccessToken())
    await Promise.race([request.held, first])
    const second = other.evaluate(() => ours.getAccessToken())
    request.letGo()
    const token = await first
    expect(await second).toBe(token)
    expect(calls()).toEqual(['POST /v1/token'])
    await expect.poll(async () => (await stored(one))?.access_token).toBe(token)
    expect(await view(other)).toBe('signedIn ada')
  })
})

describe('2. A tab does not notice what another tab does to the session', () => {
  test('official: a sign-out or another sign-in in one tab does not reach the other', async () => {
    const world = await openOfficial()
    const { page, tab } = world
    const other = await tab()
    const user = async () =>
      userOf((await other.evaluate(() => official.getAccessToken())).accessToken)
    expect(await user()).toBe('ada')
    await page.evaluate(() => official.signOut())
    await expect.poll(() => other.evaluate(() => official.hasLoginState())).toBe(null)
    expect(await user()).toBe('ada')
    await enter(world, 'bob')
    expect(await user()).toBe('ada')
  })

  test('createAuth: the other tab follows a sign-out and another sign-in', async () => {
    const world = await openOurs()
    const { page, tab } = world
    const other = await tab()
    await expect.poll(() => view(other)).toBe('signedIn ada')
    await page.evaluate(() => ours.send({ type: 'session.end' }))
    await expect.poll(() => view(other)).toBe('signedOut')
    await enterOurs(world, 'bob')
    await expect.poll(() => view(other)).toBe('signedIn bob')
  })

  test('createAuth: a tab from the back/forward cache follows when it is shown again', async () => {
    const { page, tab, stored } = await openOurs()
    const other = await tab()
    await other.addInitScript(() =>
      addEventListener('storage', (event) => event.stopImmediatePropagation()),
    )
    await other.reload()
    await expect.poll(() => view(other)).toBe('signedIn ada')
    await page.evaluate(() => ours.send({ type: 'session.end' }))
    await expect.poll(() => stored(other)).toBe(null)
    await other.evaluate(() =>
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })),
    )
    await expect.poll(() => view(other)).toBe('signedOut')
  })
})
