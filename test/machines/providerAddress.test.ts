import { inspect } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { AuthError } from 'cloudbase-authflow'
import { consentAt } from '../support/idp.ts'
import { openProviderWorld, providerInput, type ProviderWorld } from '../support/providerWorld.ts'

let world: ProviderWorld
afterEach(() => world.close())

const { redirect_uri } = providerInput

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
])('provider: the address %j of the server is not followed', async (uri) => {
  for (const isPopup of [false, true]) {
    world = await openProviderWorld()
    const wrong = { method: 'GET', path: '/auth/v1/provider/uri', body: { uri } }
    world.sandbox.faults([wrong])
    await world.start({ isPopup })
    const why = `${isPopup ? 'openPopup' : 'redirect'}: invalid_response`
    expect(world.summarize()).toBe(`signedOut: provider.askingRetry (${why})`)
    expect([...world.redirects, ...world.popups]).toEqual([])
    await world.send({ type: 'provider.retry' })
    expect(world.summarize()).toBe(
      `signedOut: provider.${isPopup ? 'askingPopup' : 'askingReturn'}`,
    )
    if (!isPopup) await world.close()
  }
})

test('provider: the code is exchanged with the provider of the flow, whatever the callback says', async () => {
  const bodies: string[] = []
  world = await openProviderWorld({
    wire(input, init) {
      if ((input as string).includes('/provider/token')) bodies.push(init!.body as string)
      return fetch(input, init)
    },
  })
  await world.start()
  await world.handleCallback(
    `${await consentAt(world.redirects[0]!)}&provider_id=evil&redirect_uri=https://evil.example/`,
  )
  expect(JSON.parse(bodies[0]!)).toMatchObject({
    provider_id: 'demo_idp',
    provider_redirect_uri: redirect_uri,
  })
  expect(world.summarize()).toBe('signedIn: no flow')
})

test('provider: the code of the callback is never seen', async () => {
  const seen: string[] = []
  world = await openProviderWorld({
    inspect(event) {
      if ('event' in event) seen.push(printed(event.event))
      if ('snapshot' in event) {
        const { context, input, output } = event.snapshot as unknown as Record<string, unknown>
        seen.push(printed([context, input, output]))
      }
    },
  })
  world.auth.subscribe((view) => seen.push(printed(view)))
  await world.start()
  const address = await consentAt(world.redirects[0]!)
  world.sandbox.faults([{ method: 'POST', path: '/auth/v1/provider/token', status: 500 }])
  await world.handleCallback(address)
  expect(world.summarize()).toBe(
    'signedOut: provider.askingRetry (grantProviderToken: unavailable)',
  )
  const code = new URL(address).searchParams.get('code')!
  expect(seen.filter((text) => text.includes(code))).toEqual([])
  expect(await world.storage.tab.get('authflow_demo')).not.toContain(code)
})

test('provider: a blocked popup opens at the next click with the same address', async () => {
  world = await openProviderWorld()
  await world.start({ isPopup: true })
  const { uri, reject } = world.popups[0]!
  const { length } = world.calls
  reject(new AuthError('failed_precondition', { operation: 'openPopup' }))
  await world.settle()
  await world.reload()
  expect(world.summarize()).toBe('signedOut: provider.askingClick (openPopup: failed_precondition)')
  await world.send({ type: 'provider.retry' })
  expect(world.summarize()).toBe('signedOut: provider.askingPopup')
  expect(world.popups[1]!.uri).toBe(uri)
  expect(world.calls).toHaveLength(length)
  world.popups[1]!.resolve(await consentAt(uri))
  await world.settle()
  expect(world.summarize()).toBe('signedIn: no flow')
})

const endings: Record<string, [object | string | undefined, string]> = {
  'a closed popup': ['cancelled', 'openPopup: cancelled'],
  'a popup without a callback': ['deadline_exceeded', 'openPopup: deadline_exceeded'],
}
test.each(Object.entries(endings))(
  'provider: %s ends at askingRetry',
  async (_name, [code, why]) => {
    world = await openProviderWorld()
    await world.start({ isPopup: true })
    world.popups[0]!.reject(new AuthError(code as string, { operation: 'openPopup' }))
    await world.settle()
    expect(world.summarize()).toBe(`signedOut: provider.askingRetry (${why})`)
    await world.send({ type: 'provider.retry' })
    world.popups[1]!.resolve(await consentAt(world.popups[1]!.uri))
    await world.settle()
    expect(world.summarize()).toBe('signedIn: no flow')
  },
)

/** Prints a value as an inspector might, with hidden fields. */
const printed = (value: object) =>
  inspect(value, { depth: 5, showHidden: true, maxStringLength: null })
