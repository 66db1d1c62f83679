import { expect, test } from 'vitest'
import { memoryStore, type Store } from '../../services/session/store.ts'
import { openWorld } from '../support/world.ts'

const key = 'authflow_demo'
const start = { type: 'flow.start', flow: 'signIn' } as const

/** Creates a tab's store that records its writes and can delay them. */
function recordingStore() {
  const memory = memoryStore()
  const writes: string[] = []
  let gate: Promise<void> | undefined
  const note = async (name: string, write: () => unknown) => {
    writes.push(name)
    await gate
    write()
  }
  const store: Store = {
    get: (key) => memory.get(key),
    set: (key, value) => note('set', () => memory.set(key, value)),
    remove: (key) => note('remove', () => memory.remove(key)),
  }
  return {
    store,
    writes,
    /** Delays writes until the returned function is called. */
    hold() {
      let open!: () => void
      gate = new Promise((resolve) => (open = resolve))
      return open
    },
  }
}

async function open() {
  const tab = recordingStore()
  const world = await openWorld({ storage: { tab: tab.store } })
  await world.sandbox.addUser({ username: 'bob', password: 'right password' })
  await world.call('signIn', { username: 'bob', password: 'right password' })
  const send = async (event: Parameters<typeof world.auth.send>[0]) => {
    world.auth.send(event)
    await world.settle()
  }
  return { world, send, ...tab }
}

test('flowStorage: an unchanged flow is not written again', async () => {
  const { world, send, writes } = await open()
  await world.call('getUser')
  await send(start)
  expect(writes).toEqual(['set'])
  await world.call('getUser')
  expect(writes).toEqual(['set'])
  await send({ type: 'flow.cancel' })
  expect(writes).toEqual(['set', 'remove'])
  await world.call('getUser')
  await world.call('getUser')
  expect(writes).toEqual(['set', 'remove'])
  await send(start)
  expect(writes).toEqual(['set', 'remove', 'set'])
  await world.close()
})

test('flowStorage: while a slow store writes, only the newest flow waits', async () => {
  const { world, send, writes, hold, store } = await open()
  const release = hold()
  for (let times = 0; times < 5; times++) {
    await send(start)
    await send({ type: 'flow.cancel' })
  }
  await send(start)
  await send({ type: 'contact.submit', phone_number: '+86 13800000000' })
  expect(writes).toEqual(['set'])
  release()
  await world.settle()
  expect(writes).toEqual(['set', 'set'])
  await world.reload()
  expect(world.summarize()).toBe('signedIn: signIn.askingCode')
  await send({ type: 'flow.cancel' })
  expect(await store.get(key)).toBeUndefined()
  await world.close()
})

test('flowStorage: a flow that could not be written is written at its next change', async () => {
  const tab = memoryStore()
  let isFull = true
  const set: Store['set'] = (key, value) => {
    if (isFull) throw new Error('full')
    return tab.set(key, value)
  }
  const world = await openWorld({ storage: { tab: { ...tab, set } } })
  world.auth.send(start)
  await world.settle()
  expect(await tab.get(key)).toBeUndefined()
  isFull = false
  world.auth.send({ type: 'contact.submit', phone_number: '+86 13800000000' })
  await world.settle()
  expect(await tab.get(key)).toBeDefined()
  await world.close()
})

test('flowStorage: a flow of another user that an earlier client has stored is removed', async () => {
  const { world, send, store } = await open()
  await send(start)
  await send({ type: 'flow.cancel' })
  const first = world.auth
  await world.reload()
  await send(start)
  world.auth.stop()
  expect(await store.get(key)).toBeDefined()
  await world.storage.shared.remove('credentials_demo')
  first.start()
  world.auth = first
  await world.settle()
  expect(world.summarize()).toBe('signedOut: no flow')
  expect(await store.get(key)).toBeUndefined()
  await world.close()
})
