import { afterEach, beforeEach, expect, test } from 'vitest'
import { account, upgrade } from '../../adapters/client/index.ts'
import { consentAt } from '../support/idp.ts'
import { openWorld, type World } from '../support/world.ts'

const providerInput = {
  provider_id: 'demo_idp',
  redirect_uri: 'https://app.example/back',
  returnTo: '/checkout?step=2#cart',
}
const target = 'https://app.example/checkout?step=2#cart'

let world: World

beforeEach(async () => {
  world = await openWorld({ flows: { account, upgrade } })
})
afterEach(() => world.close())

/** Starts the flow as a guest to upgrade, or as a user to bind a provider to. */
async function startFlow(flow: string) {
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
])('%s: %s redirects to returnTo once the provider was used', async (flow, type, end) => {
  await startFlow(flow)
  await send({ type, ...providerInput })
  await world.reload()
  await send({ type: 'provider.return', url: await consentAt(world.redirects[0]!) })
  expect(world.summarize()).toBe(end)
  expect(world.redirects.slice(1)).toEqual([target])
})

test.each([
  ['upgrade', 'provider.choose', 'anonymous: upgrade.askingAccount'],
  ['account', 'provider.bind', 'signedIn: account.askingEdit'],
])('%s: %s refuses a returnTo of another origin', async (flow, type, where) => {
  await startFlow(flow)
  await send({ type, ...providerInput, returnTo: 'https://evil.example' })
  expect(world.summarize()).toBe(`${where} (destinationOf: invalid_argument)`)
  expect(world.redirects).toEqual([])
})
