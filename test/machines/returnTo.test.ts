import { afterEach, beforeEach, expect, test } from 'vitest'
import { account, upgrade } from '../../adapters/client/index.ts'
import { consentAt } from '../support/idp.ts'
import { openWorld, type World } from '../support/world.ts'

const journey = {
  provider_id: 'demo_idp',
  redirect_uri: 'https://app.example/back',
  returnTo: '/checkout?step=2#cart',
}
const there = 'https://app.example/checkout?step=2#cart'

let world: World

beforeEach(async () => {
  world = await openWorld({ flows: { account, upgrade } })
})
afterEach(() => world.close())

/** A guest to be upgraded, a user to bind a provider to. */
async function enter(flow: string) {
  if (flow === 'upgrade') {
    await world.call('signInAnonymously')
  } else {
    const { sub } = await world.sandbox.addUser({ phone_number: '+86 13800000000' })
    const ticket = await world.sandbox.mintTicket(sub)
    await world.call('signInWithCustomTicket', { provider_id: 'custom', ticket })
  }
  await send({ type: 'flow.start', flow })
}

async function send(event: object) {
  world.auth.send(event as never)
  await world.settle()
}

test.each([
  ['upgrade', 'provider.choose', 'signedIn: no flow'],
  ['account', 'provider.bind', 'signedIn: account.askingEdit'],
])('%s takes a person there once the provider has been of use', async (flow, type, end) => {
  await enter(flow)
  await send({ type, ...journey })
  await world.reload()
  await send({ type: 'provider.return', url: await consentAt(world.redirects[0]!) })
  expect(world.summarize()).toBe(end)
  expect(world.redirects.slice(1)).toEqual([there])
})

test.each([
  ['upgrade', 'provider.choose', 'anonymous: upgrade.askingAccount'],
  ['account', 'provider.bind', 'signedIn: account.askingEdit'],
])('%s takes nobody to a foreign page', async (flow, type, where) => {
  await enter(flow)
  await send({ type, ...journey, returnTo: 'https://evil.example' })
  expect(world.summarize()).toBe(`${where} (destinationOf: invalid_argument)`)
  expect(world.redirects).toEqual([])
})
