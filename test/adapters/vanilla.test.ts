import * as endpoints from '../../services/http/endpoints.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { provider } from '../../adapters/client/index.ts'
import { AuthError } from '../../services/error.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld({ flows: { provider } })
})
afterEach(() => world.close())

describe('a call', () => {
  const failure = async (call: Promise<unknown>) => call.catch((thrown: unknown) => thrown)
  const call = () => failure(world.auth.call(endpoints.signInAnonymously))
  const cancelled = { code: 'cancelled', operation: 'signInAnonymously' }

  test('is cancelled by a stop, be it at once, and is not done by the next session', async () => {
    const atOnce = call()
    world.auth.stop()
    expect(await atOnce).toMatchObject(cancelled)
    world.auth.start()
    const before = call()
    world.auth.stop()
    world.auth.start()
    expect(await before).toMatchObject(cancelled)
    expect(world.calls).toEqual([])
  })

  test('is refused before the start, unless that follows at once', async () => {
    world.auth.stop()
    expect(await call()).toMatchObject({ code: 'failed_precondition' })
    const early = call()
    world.auth.start()
    expect(await early).toMatchObject({ scope: 'anonymous' })
  })
})

describe('a platform of an app’s own', () => {
  const openPopup = async (thrown: Error) => {
    const input = { provider_id: 'demo_idp', redirect_uri: 'https://app.example/', isPopup: true }
    world.auth.send({ type: 'flow.start', flow: 'provider', input } as never)
    await world.settle()
    world.popups[0]!.reject(thrown)
    await world.settle()
    return world.auth.get().error
  }

  test('that fails to visit fails as that', async () => {
    const thrown = new Error('no windows here')
    const error = await openPopup(thrown)
    expect(error).toMatchObject({ code: 'unknown', operation: 'openPopup', cause: thrown })
  })

  test('that says what is wrong is passed on', async () => {
    const error = await openPopup(
      new AuthError('unimplemented', { description: 'no windows here' }),
    )
    expect(error).toMatchObject({
      code: 'unimplemented',
      operation: 'openPopup',
      description: 'no windows here',
    })
  })
})
