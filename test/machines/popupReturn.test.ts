import { afterEach, expect, test } from 'vitest'
import { consentAt } from '../support/idp.ts'
import { openProviderWorld, type ProviderWorld } from '../support/providerWorld.ts'

let world: ProviderWorld
afterEach(() => world.close())

test('provider: the callback of a popup that comes to the page itself goes on with the sign-in', async () => {
  world = await openProviderWorld()
  await world.start({ isPopup: true })
  await world.handleCallback(await consentAt(world.popups[0]!.uri))
  expect(world.summarize()).toBe('signedIn: no flow')
  expect(world.countGrants()).toBe(1)
})
