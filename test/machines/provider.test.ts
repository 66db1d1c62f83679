import { inspect } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { provider as flow } from '../../adapters/client/index.ts'
import { withChecksum } from '../../adapters/client/flowStorage.ts'
import { createAuth } from '../../adapters/client/createAuth.ts'
import { provider } from '../../machines/flows/provider.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { memoryStore } from '../../services/session/store.ts'
import { consentAt } from '../support/idp.ts'
import { type Model } from '../support/paths.ts'
import { signInAs } from '../support/driver.ts'
import { testPaths } from '../support/testPaths.ts'
import { type WorldOptions, openWorld, type World } from '../support/world.ts'

const fails = (code: string) => ({ error: new AuthError(code) })
const journey = { provider_id: 'demo_idp', redirect_uri: 'https://app.example/back' }

const modelOf = (purpose: string): Model => ({
  note: purpose,
  input: { ...journey, purpose },
  cases: {
    'xstate.done.actor.consent': [{ output: { providerToken: new Secret('sealed') } }],
    'xstate.error.actor.consent': [fails('access_denied')],
    'xstate.error.actor.signInWithProvider': ['internal', 'not_found', 'mfa_phone_required'].map(
      fails,
    ),
    'xstate.error.actor.bindProvider': ['internal', 'failed_precondition'].map(fails),
  },
  facts: ({ providerToken }: { providerToken?: Secret }) => [!!providerToken],
})

testPaths({
  flows: { provider: flow },
  machine: provider,
  models: [modelOf('signIn'), modelOf('bind')],
  async begin(driver, { model }) {
    const purpose = model.note
    if (purpose === 'bind') await signInAs(driver, { phone_number: '+86 13800000000' })
    await driver.enter({ type: 'flow.start', flow: 'provider', input: { ...journey, purpose } })
  },
  losses: {
    // What the provider vouched for: it is asked again.
    'askingRetry on provider.retry': [
      'signedOut: provider.askingReturn',
      'signedIn: provider.askingReturn',
    ],
  },
})

describe('a journey to a provider', () => {
  const phone_number = '+86 13800000000'
  let world: World
  afterEach(() => world.close())

  const open = async (options: WorldOptions = {}) => {
    world = await openWorld({ flows: { provider: flow }, ...options })
  }
  const send = async (...events: object[]) => {
    for (const event of events) {
      world.auth.send(event as never)
      await world.settle()
    }
  }
  const begin = (more: object = {}) =>
    send({ type: 'flow.start', flow: 'provider', input: { ...journey, ...more } })
  const grants = () => world.calls.filter((call) => call.endsWith('/provider/token')).length
  const stateOf = (address: string) => new URL(address).searchParams.get('state')!
  const comeBack = (url: string) => send({ type: 'provider.return', url })

  test('goes out with 128 random bits, other ones each time', async () => {
    await open()
    const random = vi.spyOn(crypto, 'getRandomValues')
    for (let time = 0; time < 20; time++) {
      random.mockClear()
      await begin()
      expect(random).toHaveBeenCalled()
      await send({ type: 'flow.cancel' })
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

  test('ends once, however often the callback is handled', async () => {
    await open()
    await begin()
    const address = await consentAt(world.redirects[0]!)
    world.auth.send({ type: 'provider.return', url: address } as never)
    world.auth.send({ type: 'provider.return', url: address } as never)
    await world.settle()
    expect(world.summarize()).toBe('signedIn: no flow')
    await comeBack(address)
    await world.reload()
    await comeBack(address)
    expect(world.summarize()).toBe('signedIn: no flow')
    expect(grants()).toBe(1)
  })

  test('that a reload cuts on its way back is gone through again', async () => {
    let isCut = true
    await open({
      async wire(input, init) {
        if (!isCut || !(input as string).includes('/provider/token')) return fetch(input, init)
        // The server has heard it; its answer never arrives.
        await fetch(input, { ...init, signal: null })
        isCut = false
        return new Promise((_, reject) => init!.signal!.addEventListener('abort', reject))
      },
    })
    await begin()
    const address = await consentAt(world.redirects[0]!)
    world.auth.send({ type: 'provider.return', url: address } as never)
    await vi.waitFor(() => expect(isCut).toBe(false))
    await world.reload()
    expect(world.summarize()).toBe('signedOut: provider.askingReturn')
    await comeBack(address)
    expect(world.summarize()).toBe(
      'signedOut: provider.askingRetry (grantProviderToken: failed_precondition)',
    )
    await send({ type: 'provider.retry' })
    await comeBack(await consentAt(world.redirects.at(-1)!))
    expect(world.summarize()).toBe('signedIn: no flow')
  })

  const foreign: Record<string, (own: string) => string> = {
    'a code of somebody else': () => `${journey.redirect_uri}?code=theirs&state=${'0'.repeat(32)}`,
    'a code without a state': () => `${journey.redirect_uri}?code=theirs`,
    'an empty state': () => `${journey.redirect_uri}?code=theirs&state=`,
    'its state in capitals': (own) =>
      `${journey.redirect_uri}?code=theirs&state=${stateOf(own).toUpperCase()}`,
    'a part of its state': (own) =>
      `${journey.redirect_uri}?code=theirs&state=${stateOf(own).slice(0, -1)}`,
    'more than its state': (own) => `${journey.redirect_uri}?code=theirs&state=${stateOf(own)}x`,
    'its state by another name': (own) =>
      `${journey.redirect_uri}?code=theirs&no-state=${stateOf(own)}`,
    'its state behind a #': (own) => `${journey.redirect_uri}#?code=theirs&state=${stateOf(own)}`,
    'a denial of somebody else': () =>
      `${journey.redirect_uri}?error=access_denied&state=${'0'.repeat(32)}`,
    'no address': () => 'nowhere',
  }
  test.each(Object.entries(foreign))('is not disturbed by %s', async (_name, addressOf) => {
    for (const isPopup of [false, true]) {
      await open()
      await begin({ isPopup })
      const uri = isPopup ? world.popups[0]!.uri : world.redirects[0]!
      const { length } = world.calls
      await comeBack(addressOf(uri))
      expect(world.calls).toHaveLength(length)
      expect(world.popups).toHaveLength(isPopup ? 1 : 0)
      expect(world.summarize()).toBe(
        `signedOut: provider.${isPopup ? 'askingPopup' : 'askingReturn'}`,
      )
      if (isPopup) world.popups[0]!.resolve(await consentAt(uri))
      else await comeBack(await consentAt(uri))
      await world.settle()
      expect(world.summarize()).toBe('signedIn: no flow')
      if (!isPopup) await world.close()
    }
  })

  test('never sends on a code whose state is its own only at second sight', async () => {
    await open()
    await begin()
    const state = stateOf(world.redirects[0]!)
    await comeBack(`${journey.redirect_uri}?code=theirs&state=${'0'.repeat(32)}&state=${state}`)
    expect(world.summarize()).toBe(
      'signedOut: provider.askingRetry (readCallback: foreign_callback)',
    )
    expect(grants()).toBe(0)
  })

  test.each(['&from=idp', '#_=_', '#'])('knows its state before %j', async (rest) => {
    await open()
    await begin()
    await comeBack((await consentAt(world.redirects[0]!)) + rest)
    expect(world.summarize()).toBe('signedIn: no flow')
  })

  test('is over after a denial, and its state with it', async () => {
    await open()
    await begin()
    const uri = world.redirects[0]!
    const address = await consentAt(uri)
    await comeBack(await consentAt(uri, null))
    expect(world.summarize()).toBe('signedOut: provider.askingRetry (readCallback: access_denied)')
    await comeBack(address)
    await send({ type: 'provider.retry' })
    await comeBack(address)
    expect(world.summarize()).toBe('signedOut: provider.askingReturn')
    expect(grants()).toBe(0)
    await comeBack(await consentAt(world.redirects[1]!))
    expect(world.summarize()).toBe('signedIn: no flow')
  })

  test('keeps its purpose: who went out to sign in binds nothing, and the other way round', async () => {
    await open()
    await world.sandbox.addUser({ sub: 'li.hua', phone_number })
    const ticket = await world.sandbox.mintTicket('li.hua')
    await begin({ purpose: 'signIn' })
    const address = await consentAt(world.redirects[0]!)
    await send({ type: 'flow.cancel' })
    await world.call('signInWithCustomTicket', { provider_id: 'custom', ticket })
    await begin({ purpose: 'bind' })
    await comeBack(address)
    expect(world.summarize()).toBe('signedIn: provider.askingReturn')
    expect(grants()).toBe(0)
  })

  test('is the tab’s own: two at once both end where they began', async () => {
    await open()
    await begin()
    const [here] = world.redirects
    // The same browser: what tabs share is shared, what each has of its own is not.
    const { shared, tab } = world.storage
    const other = { shared, tab: memoryStore() }
    const away: string[] = []
    const auth = createAuth({
      env: 'demo',
      endpoint: world.url,
      storage: other,
      flows: { provider: flow },
      platform: { redirect: (uri) => void away.push(uri) },
    })
    auth.start()
    auth.send({ type: 'flow.start', flow: 'provider', input: journey })
    await vi.waitFor(() => expect(away).toHaveLength(1))
    const hereBack = await consentAt(here!)
    const awayBack = await consentAt(away[0]!, 'lilei')
    auth.send({ type: 'provider.return', url: hereBack })
    await comeBack(awayBack)
    expect(auth.get().step).toBe('askingReturn')
    expect(world.summarize()).toBe('signedOut: provider.askingReturn')
    expect(grants()).toBe(0)
    await comeBack(hereBack)
    expect(world.summarize()).toBe('signedIn: no flow')
    auth.send({ type: 'provider.return', url: awayBack })
    await vi.waitFor(() =>
      expect(auth.get()).toMatchObject({ status: 'signedIn', flow: undefined }),
    )
    expect(await tab.get('authflow_demo')).toBeUndefined()
    auth.stop()
  })

  describe('with a place to return to', () => {
    const returnTo = '/checkout?step=2#cart'
    const there = `https://app.example${returnTo}`
    const isThere = () => world.redirects.filter((address) => address === there).length

    test.each(['signIn', 'bind'])('goes there once it has ended well (%s)', async (purpose) => {
      await open()
      if (purpose === 'bind') {
        await world.sandbox.addUser({ sub: 'li.hua', phone_number })
        const ticket = await world.sandbox.mintTicket('li.hua')
        await world.call('signInWithCustomTicket', { provider_id: 'custom', ticket })
      }
      await begin({ purpose, returnTo })
      await world.reload()
      const address = await consentAt(world.redirects[0]!)
      await comeBack(address)
      expect(world.summarize()).toBe('signedIn: no flow')
      expect(isThere()).toBe(1)
      expect(await world.storage.tab.get('authflow_demo')).toBeUndefined()
      await comeBack(address)
      await world.reload()
      expect(isThere()).toBe(1)
    })

    test('goes there by a window, too', async () => {
      await open()
      await begin({ isPopup: true, returnTo })
      world.popups[0]!.resolve(await consentAt(world.popups[0]!.uri))
      await world.settle()
      expect(world.redirects).toEqual([there])
    })

    test('does not go there after a denial, a failure or when it is left', async () => {
      await open()
      await begin({ returnTo })
      await comeBack(await consentAt(world.redirects[0]!, null))
      await send({ type: 'provider.retry' })
      const path = '/auth/v1/signin/with/provider'
      world.sandbox.faults([{ method: 'POST', path, status: 500 }])
      await comeBack(await consentAt(world.redirects[1]!))
      expect(world.summarize()).toBe(
        'signedOut: provider.askingRetry (signInWithProvider: unavailable)',
      )
      expect(isThere()).toBe(0)
      await send({ type: 'provider.retry' })
      expect(world.summarize()).toBe('signedIn: no flow')
      expect(isThere()).toBe(1)
      await begin({ returnTo })
      await send({ type: 'flow.cancel' })
      expect(isThere()).toBe(1)
    })

    test('of another origin goes there if the app allows it', async () => {
      await open({ returnOrigins: ['https://shop.example'] })
      await begin({ returnTo: 'https://shop.example/basket' })
      await comeBack(await consentAt(world.redirects[0]!))
      expect(world.redirects[1]).toBe('https://shop.example/basket')
    })

    const hostile = [
      'javascript:alert(1)',
      'data:text/html,1',
      '//evil.example',
      '\\\\evil.example',
      '/\\evil.example',
      'https://evil.example',
      'https://app.example.evil.example',
      'https://app.example@evil.example',
      'https://somebody@app.example/',
      'http://app.example/',
      'https://app.example:8443/',
      '/\t/evil.example',
      '/ok\n',
      'weixin://dl',
    ]
    test.each(hostile)('refuses %j before anything is asked', async (returnTo) => {
      await open({ returnOrigins: ['https://shop.example'] })
      const { length } = world.calls
      await begin({ returnTo })
      expect(world.summarize()).toBe(
        'signedOut: provider.askingRetry (destinationOf: invalid_argument)',
      )
      expect(world.auth.get().error!.description).toContain('returnOrigins')
      expect(world.calls).toHaveLength(length)
      await send({ type: 'provider.retry' })
      expect(world.calls).toHaveLength(length)
      await send({ type: 'flow.cancel' })
      await begin()
      await comeBack(await consentAt(world.redirects[0]!))
      expect(world.summarize()).toBe('signedIn: no flow')
      expect(world.redirects).toHaveLength(1)
    })

    test('is looked at again: what was put into the store meanwhile is not followed', async () => {
      await open()
      await begin({ returnTo })
      const { tab } = world.storage
      const stored = (await tab.get('authflow_demo'))!.slice(9)
      await tab.set(
        'authflow_demo',
        withChecksum(stored.replaceAll(there, 'https://evil.example/')),
      )
      await world.reload()
      expect(world.summarize()).toBe('signedOut: provider.askingReturn')
      await comeBack(await consentAt(world.redirects[0]!))
      expect(world.summarize()).toBe('signedIn: no flow (destinationOf: invalid_argument)')
      expect(world.redirects).toHaveLength(1)
    })
  })

  test.each([
    'javascript:document.title=1',
    'JaVaScript:1',
    ' javascript:1',
    'java\nscript:1',
    'data:text/html,<script>1</script>',
    'vbscript:1',
    'blob:https://app.example/1',
    'file:///etc/passwd',
    'weixin://dl/business',
    'about:blank',
    '//idp.example/',
    '/auth/idp/demo_idp',
    'https:idp.example',
  ])('does not lead to %j, though the server does', async (uri) => {
    for (const isPopup of [false, true]) {
      await open()
      const wrong = { method: 'GET', path: '/auth/v1/provider/uri', body: { uri } }
      world.sandbox.faults([wrong])
      await begin({ isPopup })
      const why = `${isPopup ? 'openPopup' : 'redirect'}: invalid_response`
      expect(world.summarize()).toBe(`signedOut: provider.askingRetry (${why})`)
      expect([...world.redirects, ...world.popups]).toEqual([])
      await send({ type: 'provider.retry' })
      expect(world.summarize()).toBe(
        `signedOut: provider.${isPopup ? 'askingPopup' : 'askingReturn'}`,
      )
      if (!isPopup) await world.close()
    }
  })

  test('grants with the provider it went out to, whatever the address says', async () => {
    const bodies: string[] = []
    await open({
      wire(input, init) {
        if ((input as string).includes('/provider/token')) bodies.push(init!.body as string)
        return fetch(input, init)
      },
    })
    await begin()
    await comeBack(
      `${await consentAt(world.redirects[0]!)}&provider_id=evil&redirect_uri=https://evil.example/`,
    )
    expect(JSON.parse(bodies[0]!)).toMatchObject({
      provider_id: 'demo_idp',
      provider_redirect_uri: journey.redirect_uri,
    })
    expect(world.summarize()).toBe('signedIn: no flow')
  })

  test('shows its code to nobody', async () => {
    const seen: string[] = []
    await open({
      inspect(event) {
        if ('event' in event) seen.push(printed(event.event))
        if ('snapshot' in event) {
          const { context, input, output } = event.snapshot as unknown as Record<string, unknown>
          seen.push(printed([context, input, output]))
        }
      },
    })
    world.auth.subscribe((view) => seen.push(printed(view)))
    await begin()
    const address = await consentAt(world.redirects[0]!)
    world.sandbox.faults([{ method: 'POST', path: '/auth/v1/provider/token', status: 500 }])
    await comeBack(address)
    expect(world.summarize()).toBe(
      'signedOut: provider.askingRetry (grantProviderToken: unavailable)',
    )
    const code = new URL(address).searchParams.get('code')!
    expect(seen.filter((text) => text.includes(code))).toEqual([])
    expect(await world.storage.tab.get('authflow_demo')).not.toContain(code)
  })

  test('whose window is blocked opens it at the next click, with the address at hand', async () => {
    await open()
    await begin({ isPopup: true })
    const { uri, reject } = world.popups[0]!
    const { length } = world.calls
    reject(new AuthError('failed_precondition', { operation: 'openPopup' }))
    await world.settle()
    await world.reload()
    expect(world.summarize()).toBe(
      'signedOut: provider.askingClick (openPopup: failed_precondition)',
    )
    await send({ type: 'provider.retry' })
    expect(world.summarize()).toBe('signedOut: provider.askingPopup')
    expect(world.popups[1]!.uri).toBe(uri)
    expect(world.calls).toHaveLength(length)
    world.popups[1]!.resolve(await consentAt(uri))
    await world.settle()
    expect(world.summarize()).toBe('signedIn: no flow')
  })

  test('that takes a second factor goes on by signing in', async () => {
    await open({ flows: { provider: flow, signIn } })
    await begin()
    const path = '/auth/v1/signin/with/provider'
    const body = { error: 'mfa_phone_required' }
    world.sandbox.faults([{ method: 'POST', path, status: 403, body }])
    await comeBack(await consentAt(world.redirects[0]!))
    const why = 'signInWithProvider: mfa_phone_required'
    expect(world.summarize()).toBe(`signedOut: provider.askingSecondFactor (${why})`)
    await world.reload()
    expect(world.summarize()).toBe(`signedOut: provider.askingSecondFactor (${why})`)
    await send({ type: 'flow.start', flow: 'signIn' })
    expect(world.summarize()).toBe('signedOut: signIn.askingAccount')
  })

  const endings: Record<string, [object | string | undefined, string]> = {
    'a window that is closed': ['cancelled', 'openPopup: cancelled'],
    'a window nobody comes back from': ['deadline_exceeded', 'openPopup: deadline_exceeded'],
  }
  test.each(Object.entries(endings))('%s leaves a choice', async (_name, [code, why]) => {
    await open()
    await begin({ isPopup: true })
    world.popups[0]!.reject(new AuthError(code as string, { operation: 'openPopup' }))
    await world.settle()
    expect(world.summarize()).toBe(`signedOut: provider.askingRetry (${why})`)
    await send({ type: 'provider.retry' })
    world.popups[1]!.resolve(await consentAt(world.popups[1]!.uri))
    await world.settle()
    expect(world.summarize()).toBe('signedIn: no flow')
  })
})

/** As an inspector might print it, secrets and hidden fields and all. */
const printed = (value: object) =>
  inspect(value, { depth: 5, showHidden: true, maxStringLength: null })
