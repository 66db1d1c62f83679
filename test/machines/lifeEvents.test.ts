import { afterEach, expect, test } from 'vitest'
import type { LifeEvent } from '../../machines/core/session.ts'
import { memoryStore } from '../../services/session/store.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
afterEach(() => world.close())

/** Signs in as a guest, by a call of the app. */
const signIn = () => world.call('signInAnonymously', {})

function eventsOf(type: LifeEvent['type']): LifeEvent[] {
  const received: LifeEvent[] = []
  world.auth.on(type, (event) => received.push(event))
  return received
}

test('client: a session that cannot be stored lasts, and `storageFailed` says why', async () => {
  const update = () => {
    throw new Error('the quota is used up')
  }
  world = await openWorld({ storage: { shared: { ...memoryStore(), update } } })
  const received = eventsOf('storageFailed')
  await signIn()
  await world.settle()
  expect(world.auth.get().status).toBe('anonymous')
  expect(received).toMatchObject([
    { type: 'storageFailed', error: { code: 'unavailable', operation: 'storage' } },
  ])
})

test('client: a system time that is set back while the session lasts emits `clockSkewed`', async () => {
  world = await openWorld()
  await signIn()
  world.clock.advance(-86_400_000)
  const reloading = world.reload()
  const received = eventsOf('clockSkewed')
  await reloading
  expect(received).toEqual([{ type: 'clockSkewed' }])
  expect(world.auth.get().status).toBe('anonymous')
})
