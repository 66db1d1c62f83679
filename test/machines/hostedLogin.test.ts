import { afterEach, describe, expect, test } from 'vitest'
import { hostedLogin } from '../../adapters/client/index.ts'
import { withChecksum } from '../../adapters/client/flowStorage.ts'
import { openWorld, type World, type WorldOptions } from '../support/world.ts'

const redirect_uri = 'https://app.example/orders?page=2&state=own'
const password = 'Correct-horse-7'

let world: World
afterEach(() => world.close())

async function open(options: WorldOptions = {}) {
  world = await openWorld({ flows: { hostedLogin }, ...options })
  await world.sandbox.addUser({ sub: 'ada', username: 'ada', password })
}

const send = async (...events: object[]) => {
  for (const event of events) {
    world.auth.send(event as never)
    await world.settle()
  }
}
const start = (input: object = {}) =>
  send({ type: 'flow.start', flow: 'hostedLogin', input: { redirect_uri, ...input } })

/** Leaves the app and signs in on the hosted page, which stores the session as the official SDK does. */
async function signInThere(username: string) {
  world.auth.stop()
  const response = await fetch(`${world.url}/auth/v1/signin?client_id=demo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  })
  const tokens = (await response.json()) as { expires_in: number }
  const expires_at = new Date(world.clock.now() + tokens.expires_in * 1000).toISOString()
  await world.storage.shared.set(
    'credentials_demo',
    JSON.stringify({ ...tokens, version: 'v1', expires_at }),
  )
}

/** The address that the hosted page of the last redirect returns to. */
const returnAddress = () => new URL(world.redirects.at(-1)!).searchParams.get('redirect_uri')!

async function comeBack(url = returnAddress()) {
  const reloaded = world.reload()
  world.auth.send({ type: 'provider.return', url } as never)
  await reloaded
}

test('hostedLogin: it leaves for the hosted page of this client, whose return carries a state', async () => {
  await open()
  await start({ query: { lang: 'en' } })
  expect(world.summarize()).toBe('signedOut: hostedLogin.askingReturn')
  const page = new URL(world.redirects[0]!)
  expect(page.origin + page.pathname).toBe('https://app.example/__auth/')
  expect(Object.fromEntries(page.searchParams)).toMatchObject({
    env_id: 'demo',
    client_id: 'demo',
    config_version: 'env',
    lang: 'en',
  })
  expect(returnAddress()).toMatch(
    /^https:\/\/app\.example\/orders\?state=authflowlogin[0-9a-f]{32}&page=2&state=own$/,
  )
})

test('hostedLogin: the user comes back signed in, and the flow goes on to returnTo once', async () => {
  await open()
  await start({ returnTo: '/orders/7' })
  const url = returnAddress()
  await signInThere('ada')
  await comeBack(url)
  expect(world.summarize()).toBe('signedIn: no flow')
  expect(world.auth.get().user).toEqual({ uid: 'ada', hasPassword: true })
  expect(world.redirects.slice(1)).toEqual(['https://app.example/orders/7'])
  await comeBack(url)
  expect(world.redirects).toHaveLength(2)
})

test.each(['a guest', 'another user'])(
  'hostedLogin: %s comes back as the user of the hosted page, and the flow ends as well',
  async (before) => {
    await open()
    if (before === 'a guest') await world.call('signInAnonymously', {})
    else {
      await world.sandbox.addUser({ sub: 'bob', username: 'bob' })
      const ticket = await world.sandbox.mintTicket('bob')
      await world.call('signInWithCustomTicket', { provider_id: 'custom', ticket })
    }
    await start({ returnTo: '/' })
    await signInThere('ada')
    await comeBack()
    expect(world.summarize()).toBe('signedIn: no flow')
    expect(world.auth.get().user?.uid).toBe('ada')
    expect(world.redirects[1]).toBe('https://app.example/')
  },
)

test('hostedLogin: a user who comes back without signing in sees an error and can go there again', async () => {
  await open()
  await start()
  const first = returnAddress()
  await comeBack()
  expect(world.summarize()).toBe('signedOut: hostedLogin.askingRetry (getUser: unauthenticated)')
  await send({ type: 'provider.return', url: first })
  expect(world.summarize()).toBe('signedOut: hostedLogin.askingRetry (getUser: unauthenticated)')
  await send({ type: 'provider.retry' })
  expect(returnAddress()).not.toBe(first)
  await signInThere('ada')
  await comeBack()
  expect(world.summarize()).toBe('signedIn: no flow')
})

test('hostedLogin: a server that cannot be reached after the return is asked again', async () => {
  await open()
  await start()
  await signInThere('ada')
  world.sandbox.faults([{ method: 'GET', path: '/auth/v1/user/me', status: 500, times: 9 }])
  await comeBack()
  expect(world.summarize()).toBe('signedIn: hostedLogin.askingRetry (getUser: unavailable)')
  world.sandbox.faults([])
  await send({ type: 'provider.retry' })
  expect(world.summarize()).toBe('signedIn: no flow')
  expect(world.redirects).toHaveLength(1)
})

describe('hostedLogin: an address that leads elsewhere', () => {
  test.each([
    'https://app.example/orders',
    `https://app.example/orders?state=authflowlogin${'0'.repeat(32)}`,
    'https://app.example/orders?state=',
  ])('the return %s, which belongs to no redirect of this flow, changes nothing', async (url) => {
    await open()
    await start({ returnTo: '/orders/7' })
    await signInThere('ada')
    await comeBack(url)
    expect(world.summarize()).toBe('signedIn: hostedLogin.askingReturn')
    expect(world.redirects).toHaveLength(1)
  })

  test.each([
    'https://evil.example/',
    '//evil.example',
    'javascript:alert(1)',
    'https://a@app.example/',
  ])('the returnTo %j is refused before the page is left', async (returnTo) => {
    await open({ returnOrigins: ['https://shop.example'] })
    await start({ returnTo })
    expect(world.summarize()).toBe('signedOut: no flow (destinationOf: invalid_argument)')
    expect(world.redirects).toEqual([])
  })

  test('a returnTo that was changed in the store is not followed', async () => {
    await open()
    await start({ returnTo: '/orders/7' })
    const { tab } = world.storage
    const stored = (await tab.get('authflow_demo'))!.slice(9)
    const changed = stored.replaceAll('https://app.example/orders/7', 'https://evil.example/')
    await tab.set('authflow_demo', withChecksum(changed))
    await signInThere('ada')
    await comeBack()
    expect(world.summarize()).toBe('signedIn: no flow (destinationOf: invalid_argument)')
    expect(world.redirects).toHaveLength(1)
  })
})
