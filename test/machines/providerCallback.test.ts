import { afterEach, expect, test, vi } from 'vitest'
import { createAuth, provider, signIn } from 'cloudbase-authflow'
import { signInWithCustomTicket } from 'cloudbase-authflow/endpoints'
import { memoryStore } from '../../services/session/store.ts'
import { consentAt } from '../support/idp.ts'
import {
  openProviderWorld,
  providerInput,
  type ProviderWorld,
  stateOf,
} from '../support/providerWorld.ts'

let world: ProviderWorld
afterEach(() => world.close())

const { redirect_uri } = providerInput

test('provider: every state has 128 random bits', async () => {
  world = await openProviderWorld()
  const random = vi.spyOn(crypto, 'getRandomValues')
  for (let time = 0; time < 20; time++) {
    random.mockClear()
    await world.start()
    expect(random).toHaveBeenCalled()
    await world.send({ type: 'flow.cancel' })
  }
  random.mockRestore()
  const states = world.redirects.map(stateOf)
  for (const state of states) expect(state).toMatch(/^authflow[0-9a-f]{32}$/)
  expect(new Set(states).size).toBe(20)
  // Every digit takes every value somewhere: none is fixed, as in a UUID.
  const digits = Array.from(
    { length: 32 },
    (_, at) => new Set(states.map((s) => s.at(-at - 1))).size,
  )
  expect(Math.min(...digits)).toBeGreaterThan(4)
})

test('provider: the flow ends once, however often the callback is handled', async () => {
  world = await openProviderWorld()
  await world.start()
  const address = await consentAt(world.redirects[0]!)
  world.auth.send({ type: 'provider.return', url: address } as never)
  world.auth.send({ type: 'provider.return', url: address } as never)
  await world.settle()
  expect(world.summarize()).toBe('signedIn: no flow')
  await world.handleCallback(address)
  await world.reload()
  await world.handleCallback(address)
  expect(world.summarize()).toBe('signedIn: no flow')
  expect(world.countGrants()).toBe(1)
})

test('provider: a flow that a reload cuts during the exchange of the code starts again', async () => {
  let isCut = true
  world = await openProviderWorld({
    async wire(input, init) {
      if (!isCut || !(input as string).includes('/provider/token')) return fetch(input, init)
      // The server handles it; its answer never arrives.
      await fetch(input, { ...init, signal: null })
      isCut = false
      return new Promise((_, reject) => init!.signal!.addEventListener('abort', reject))
    },
  })
  await world.start()
  const address = await consentAt(world.redirects[0]!)
  world.auth.send({ type: 'provider.return', url: address } as never)
  await vi.waitFor(() => expect(isCut).toBe(false))
  await world.reload()
  expect(world.summarize()).toBe('signedOut: provider.askingReturn')
  await world.handleCallback(address)
  expect(world.summarize()).toBe(
    'signedOut: provider.askingRetry (grantProviderToken: failed_precondition)',
  )
  await world.send({ type: 'provider.retry' })
  await world.handleCallback(await consentAt(world.redirects.at(-1)!))
  expect(world.summarize()).toBe('signedIn: no flow')
})

const foreign: Record<string, (own: string) => string> = {
  'a code with another state': () => `${redirect_uri}?code=theirs&state=${'0'.repeat(32)}`,
  'a code without a state': () => `${redirect_uri}?code=theirs`,
  'an empty state': () => `${redirect_uri}?code=theirs&state=`,
  'its state in capitals': (own) =>
    `${redirect_uri}?code=theirs&state=${stateOf(own).toUpperCase()}`,
  'a part of its state': (own) => `${redirect_uri}?code=theirs&state=${stateOf(own).slice(0, -1)}`,
  'more than its state': (own) => `${redirect_uri}?code=theirs&state=${stateOf(own)}x`,
  'its state by another name': (own) => `${redirect_uri}?code=theirs&no-state=${stateOf(own)}`,
  'its state behind a #': (own) => `${redirect_uri}#?code=theirs&state=${stateOf(own)}`,
  'a denial with another state': () =>
    `${redirect_uri}?error=access_denied&state=${'0'.repeat(32)}`,
  'no address': () => 'nowhere',
}
test.each(Object.entries(foreign))(
  'provider: a callback with %s changes nothing',
  async (_name, addressOf) => {
    for (const isPopup of [false, true]) {
      world = await openProviderWorld()
      await world.start({ isPopup })
      const uri = isPopup ? world.popups[0]!.uri : world.redirects[0]!
      const { length } = world.calls
      await world.handleCallback(addressOf(uri))
      expect(world.calls).toHaveLength(length)
      expect(world.popups).toHaveLength(isPopup ? 1 : 0)
      expect(world.summarize()).toBe(
        `signedOut: provider.${isPopup ? 'askingPopup' : 'askingReturn'}`,
      )
      if (isPopup) world.popups[0]!.resolve(await consentAt(uri))
      else await world.handleCallback(await consentAt(uri))
      await world.settle()
      expect(world.summarize()).toBe('signedIn: no flow')
      if (!isPopup) await world.close()
    }
  },
)

test('provider: a callback with two states is refused before the exchange', async () => {
  world = await openProviderWorld()
  await world.start()
  const state = stateOf(world.redirects[0]!)
  await world.handleCallback(`${redirect_uri}?code=theirs&state=${'0'.repeat(32)}&state=${state}`)
  expect(world.summarize()).toBe('signedOut: provider.askingRetry (readCallback: foreign_callback)')
  expect(world.countGrants()).toBe(0)
})

test.each(['&from=idp', '#_=_', '#'])(
  'provider: a callback followed by %j is understood',
  async (rest) => {
    world = await openProviderWorld()
    await world.start()
    await world.handleCallback((await consentAt(world.redirects[0]!)) + rest)
    expect(world.summarize()).toBe('signedIn: no flow')
  },
)

test('provider: after a denial the state is not accepted any more', async () => {
  world = await openProviderWorld()
  await world.start()
  const uri = world.redirects[0]!
  const address = await consentAt(uri)
  await world.handleCallback(await consentAt(uri, null))
  expect(world.summarize()).toBe('signedOut: provider.askingRetry (readCallback: access_denied)')
  await world.handleCallback(address)
  await world.send({ type: 'provider.retry' })
  await world.handleCallback(address)
  expect(world.summarize()).toBe('signedOut: provider.askingReturn')
  expect(world.countGrants()).toBe(0)
  await world.handleCallback(await consentAt(world.redirects[1]!))
  expect(world.summarize()).toBe('signedIn: no flow')
})

test('provider: the callback of a sign-in binds nothing', async () => {
  world = await openProviderWorld()
  await world.start({ purpose: 'signIn' })
  const address = await consentAt(world.redirects[0]!)
  await world.send({ type: 'flow.cancel' })
  await world.signInUser()
  await world.start({ purpose: 'bind' })
  await world.handleCallback(address)
  expect(world.summarize()).toBe('signedIn: provider.askingReturn')
  expect(world.countGrants()).toBe(0)
})

test('provider: a bind that began signed out binds to no user who signs in meanwhile', async () => {
  world = await openProviderWorld()
  await world.start({ purpose: 'bind', uid: 'li.hua' })
  const address = await consentAt(world.redirects[0]!)
  // Another tab of the same browser signs the user in while this one is at the provider.
  const storage = { shared: world.storage.shared, tab: memoryStore() }
  const other = createAuth({ env: 'demo', endpoint: world.url, storage, flows: {} })
  other.start()
  await world.sandbox.addUser({ sub: 'li.hua', phone_number: '+86 13800000000' })
  const ticket = await world.sandbox.mintTicket('li.hua')
  await other.call(signInWithCustomTicket, { provider_id: 'custom', ticket })
  other.stop()
  world.auth.stop()
  world.auth.start()
  world.auth.send({ type: 'provider.return', url: address } as never)
  await world.settle()
  const view = world.auth.get()
  expect(view).toMatchObject({ status: 'signedIn', user: { uid: 'li.hua' }, step: 'askingRetry' })
  expect(view.error).toMatchObject({ code: 'cancelled' })
  expect(world.calls.filter((call) => call.includes('/bind'))).toEqual([])
})

test('provider: two tabs at once each handle their own callback', async () => {
  world = await openProviderWorld()
  await world.start()
  const [here] = world.redirects
  // Another tab of the same browser: it shares one store and has one of its own.
  const { shared, tab } = world.storage
  const other = { shared, tab: memoryStore() }
  const away: string[] = []
  const auth = createAuth({
    env: 'demo',
    endpoint: world.url,
    storage: other,
    flows: { provider },
    platform: { redirect: (uri) => void away.push(uri) },
  })
  auth.start()
  auth.send({ type: 'flow.start', flow: 'provider', input: providerInput })
  await vi.waitFor(() => expect(away).toHaveLength(1))
  const hereBack = await consentAt(here!)
  const awayBack = await consentAt(away[0]!, 'lilei')
  auth.send({ type: 'provider.return', url: hereBack })
  await world.handleCallback(awayBack)
  expect(auth.get().step).toBe('askingReturn')
  expect(world.summarize()).toBe('signedOut: provider.askingReturn')
  expect(world.countGrants()).toBe(0)
  await world.handleCallback(hereBack)
  expect(world.summarize()).toBe('signedIn: no flow')
  auth.send({ type: 'provider.return', url: awayBack })
  await vi.waitFor(() => expect(auth.get()).toMatchObject({ status: 'signedIn', flow: undefined }))
  expect(await tab.get('authflow_demo')).toBeUndefined()
  auth.stop()
})

test('provider: a sign-in that needs a second factor goes on in signIn', async () => {
  world = await openProviderWorld({ flows: { provider, signIn } })
  await world.start()
  const path = '/auth/v1/signin/with/provider'
  const body = { error: 'mfa_phone_required' }
  world.sandbox.faults([{ method: 'POST', path, status: 403, body }])
  await world.handleCallback(await consentAt(world.redirects[0]!))
  const why = 'signInWithProvider: mfa_phone_required'
  expect(world.summarize()).toBe(`signedOut: provider.askingSecondFactor (${why})`)
  await world.reload()
  expect(world.summarize()).toBe(`signedOut: provider.askingSecondFactor (${why})`)
  await world.send({ type: 'flow.start', flow: 'signIn' })
  expect(world.summarize()).toBe('signedOut: signIn.askingAccount')
})
