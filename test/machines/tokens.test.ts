import { expect, test } from 'vitest'
import { createAuth, memoryStore } from '../../adapters/client/index.ts'
import { signInAnonymously } from '../../services/http/endpoints.ts'
import { openWorld } from '../support/world.ts'

test('tokens: a store that cannot be read again does not end the session', async () => {
  const store = memoryStore()
  let isBroken = false
  const get = (key: string) => {
    if (isBroken) throw new Error('the store is damaged')
    return store.get(key)
  }
  const world = await openWorld({ storage: { shared: { ...store, get } } })
  await world.call('signInAnonymously')
  isBroken = true
  world.actor('tokens').send({ type: 'tokens.reload' })
  await world.settle()
  expect(world.auth.get().status).toBe('anonymous')
  expect(await world.call('getUser')).toHaveProperty('sub')
  await world.close()
})

test('tokens: a session that another client stores during a refresh is taken over', async () => {
  const world = await openWorld()
  await world.call('signInAnonymously')
  world.holdRequests(/v1\/token$/)
  const actor = world.actor('tokens')
  actor.send({ type: 'tokens.refresh', serial: actor.getSnapshot().context.serial })
  await world.settle()
  const shared = world.storage.shared
  const storage = { shared, tab: memoryStore() }
  const other = createAuth({ env: 'demo', endpoint: world.url, flows: {}, storage })
  other.start()
  await other.call(signInAnonymously)
  world.releaseRequests()
  await world.settle()
  expect(await world.auth.getAccessToken()).toBe(await other.getAccessToken())
  other.stop()
  await world.close()
})
