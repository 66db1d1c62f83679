import { afterEach, describe, expect, test } from 'vitest'
import { withChecksum } from '../../adapters/client/flowStorage.ts'
import { consentAt } from '../support/idp.ts'
import { openProviderWorld, type ProviderWorld } from '../support/providerWorld.ts'

let world: ProviderWorld
afterEach(() => world.close())

describe('provider: returnTo', () => {
  const returnTo = '/checkout?step=2#cart'
  const target = `https://app.example${returnTo}`
  const countReturns = () => world.redirects.filter((address) => address === target).length

  test.each(['signIn', 'bind'])(
    'provider: %s redirects to returnTo once, when it has succeeded',
    async (purpose) => {
      world = await openProviderWorld()
      if (purpose === 'bind') await world.signInUser()
      await world.start({ purpose, returnTo })
      await world.reload()
      const address = await consentAt(world.redirects[0]!)
      await world.handleCallback(address)
      expect(world.summarize()).toBe('signedIn: no flow')
      expect(countReturns()).toBe(1)
      expect(await world.storage.tab.get('authflow_demo')).toBeUndefined()
      await world.handleCallback(address)
      await world.reload()
      expect(countReturns()).toBe(1)
    },
  )

  test('provider: a popup flow redirects to returnTo as well', async () => {
    world = await openProviderWorld()
    await world.start({ isPopup: true, returnTo })
    world.popups[0]!.resolve(await consentAt(world.popups[0]!.uri))
    await world.settle()
    expect(world.redirects).toEqual([target])
  })

  test('provider: a denial, a failure and a cancelled flow do not redirect to returnTo', async () => {
    world = await openProviderWorld()
    await world.start({ returnTo })
    await world.handleCallback(await consentAt(world.redirects[0]!, null))
    await world.send({ type: 'provider.retry' })
    const path = '/auth/v1/signin/with/provider'
    world.sandbox.faults([{ method: 'POST', path, status: 500 }])
    await world.handleCallback(await consentAt(world.redirects[1]!))
    expect(world.summarize()).toBe(
      'signedOut: provider.askingRetry (signInWithProvider: unavailable)',
    )
    expect(countReturns()).toBe(0)
    await world.send({ type: 'provider.retry' })
    expect(world.summarize()).toBe('signedIn: no flow')
    expect(countReturns()).toBe(1)
    await world.start({ returnTo })
    await world.send({ type: 'flow.cancel' })
    expect(countReturns()).toBe(1)
  })

  test('provider: returnTo may have another origin that the app allows', async () => {
    world = await openProviderWorld({ returnOrigins: ['https://shop.example'] })
    await world.start({ returnTo: 'https://shop.example/basket' })
    await world.handleCallback(await consentAt(world.redirects[0]!))
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
    'https://user@app.example/',
    'http://app.example/',
    'https://app.example:8443/',
    '/\t/evil.example',
    '/ok\n',
    'weixin://dl',
  ]
  test.each(hostile)('provider: returnTo %j is refused before any request', async (returnTo) => {
    world = await openProviderWorld({ returnOrigins: ['https://shop.example'] })
    const { length } = world.calls
    await world.start({ returnTo })
    expect(world.summarize()).toBe(
      'signedOut: provider.askingRetry (destinationOf: invalid_argument)',
    )
    expect(world.auth.get().error!.description).toContain('returnOrigins')
    expect(world.calls).toHaveLength(length)
    await world.send({ type: 'provider.retry' })
    expect(world.calls).toHaveLength(length)
    await world.send({ type: 'flow.cancel' })
    await world.start()
    await world.handleCallback(await consentAt(world.redirects[0]!))
    expect(world.summarize()).toBe('signedIn: no flow')
    expect(world.redirects).toHaveLength(1)
  })

  test('provider: a returnTo that was changed in the store is not followed', async () => {
    world = await openProviderWorld()
    await world.start({ returnTo })
    const { tab } = world.storage
    const stored = (await tab.get('authflow_demo'))!.slice(9)
    await tab.set('authflow_demo', withChecksum(stored.replaceAll(target, 'https://evil.example/')))
    await world.reload()
    expect(world.summarize()).toBe('signedOut: provider.askingReturn')
    await world.handleCallback(await consentAt(world.redirects[0]!))
    expect(world.summarize()).toBe('signedIn: no flow (destinationOf: invalid_argument)')
    expect(world.redirects).toHaveLength(1)
  })
})
