import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { memoryStore, type Store } from '../../services/session/store.ts'
import { call, serve } from './server.ts'

describe('the device id', () => {
  const idOf = (request: { headers: { [name: string]: unknown } }) => request.headers['x-device-id']

  test('device id: 32 hex digits are stored under the key of the official SDK', async () => {
    const { http, requests, last } = await serve()
    const store = memoryStore()
    await http({ store })(call)
    expect(idOf(last())).toMatch(/^[0-9a-f]{32}$/)
    expect(await store.get('device_id')).toBe(idOf(last()))

    await http({ store })(call)
    await http({ store: memoryStore() })(call)
    const [first, again, other] = requests.map(idOf)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  test.each(['7f6c37ab16a34b35b48d29c2601db3ee', 'a'.repeat(16), 'Z-9_'.repeat(12)])(
    'device id: the stored %s is kept',
    async (id) => {
      const { http, last } = await serve()
      const store = memoryStore()
      await store.set('device_id', id)
      await http({ store })(call)
      expect(idOf(last())).toBe(id)
      expect(await store.get('device_id')).toBe(id)
    },
  )

  test.each([
    ['empty', ''],
    ['too short', 'a'.repeat(15)],
    ['too long', 'a'.repeat(49)],
    ['a header more', `${'a'.repeat(32)}\r\nx-evil: 1`],
    ['a line more', `${'a'.repeat(32)}\n`],
    ['no ASCII', '设'.repeat(20)],
    ['blank', ' '.repeat(32)],
  ])('device id: a stored one that is %s is replaced', async (_, id) => {
    const { http, last } = await serve()
    const store = memoryStore()
    await store.set('device_id', id)
    await http({ store })(call)
    expect(idOf(last())).toMatch(/^[0-9a-f]{32}$/)
    expect(await store.get('device_id')).toBe(idOf(last()))
  })

  const later = <T>(value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value)))
  const laterStore = (): Store => {
    const { get, set, remove } = memoryStore()
    return {
      get: async (key) => later(await get(key)),
      set: async (key, value) => later(await set(key, value)),
      remove: async (key) => later(await remove(key)),
    }
  }

  test.each([
    ['at once', memoryStore],
    ['later', laterStore],
  ])('device id: concurrent calls share one, with a store that answers %s', async (_, create) => {
    const { http, requests } = await serve()
    const store = create()
    const send = http({ store })
    await Promise.all([send(call), send(call), send(call)])
    expect(requests).toHaveLength(3)
    expect(new Set(requests.map(idOf))).toEqual(new Set([await store.get('device_id')]))
  })

  const blocked = (): never => {
    throw new DOMException('Access is denied for this document.', 'SecurityError')
  }
  const broken = () => Promise.reject(new Error('no database'))

  test.each<[string, Partial<Store>]>([
    ['throws', { get: blocked, set: blocked }],
    ['rejects', { get: broken, set: broken }],
    ['can be read only', { set: blocked }],
    ['can be read only, as it says later', { set: broken }],
    ['can be written only', { get: broken }],
  ])('device id: calls share one with a store that %s', async (_, store) => {
    const { http, requests } = await serve()
    const send = http({ store: { ...memoryStore(), ...store } })
    await Promise.all([send(call), send(call)])
    await send(call)
    expect(requests.map(idOf)).toEqual(Array(3).fill(idOf(requests[0]!)))
    expect(idOf(requests[0]!)).toMatch(/^[0-9a-f]{32}$/)
  })

  test('device id: no secure context is required', async () => {
    const { http, last } = await serve()
    const getRandomValues = crypto.getRandomValues.bind(crypto)
    vi.stubGlobal('crypto', { getRandomValues })
    onTestFinished(() => void vi.unstubAllGlobals())
    await http()(call)
    expect(idOf(last())).toMatch(/^[0-9a-f]{32}$/)
    expect(last().headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
  })
})
