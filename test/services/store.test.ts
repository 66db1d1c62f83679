import fc from 'fast-check'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Clock, systemClock } from '../../services/clock.ts'
import { memoryStore, type Store, webStore, withTimeout } from '../../services/session/store.ts'
import { manualClock } from '../support/clock.ts'

/** A browser's storage with a quota in characters. */
class FakeStorage implements Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  readonly values = new Map<string, string>()
  quota = Infinity

  getItem(key: string) {
    return this.values.get(key) ?? null
  }

  setItem(key: string, value: string) {
    const others = [...this.values].filter(([name]) => name !== key)
    const used = others.reduce((sum, [name, text]) => sum + name.length + text.length, 0)
    if (used + key.length + value.length > this.quota)
      throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
    this.values.set(key, value)
  }

  removeItem(key: string) {
    this.values.delete(key)
  }
}

const names = ['localStorage', 'sessionStorage'] as const

const open = (name: (typeof names)[number] = 'localStorage') => {
  const storage = new FakeStorage()
  vi.stubGlobal(name, storage)
  return { storage, store: webStore(name) }
}

/** Makes every access throw, as browsers do when the user blocks site data. */
const block = (name: (typeof names)[number] = 'localStorage') => {
  const get = () => {
    throw new DOMException('Access is denied for this document.', 'SecurityError')
  }
  vi.stubGlobal(name, undefined)
  Object.defineProperty(globalThis, name, { get, configurable: true })
}

afterEach(() => vi.unstubAllGlobals())

const kinds: [string, () => Store][] = [
  ['memoryStore', memoryStore],
  ...names.map((name): [string, () => Store] => [`webStore of ${name}`, () => open(name).store]),
  [
    'webStore that is blocked',
    () => {
      block()
      return webStore('localStorage')
    },
  ],
  [
    'webStore where there is none',
    () => {
      vi.stubGlobal('localStorage', undefined)
      return webStore('localStorage')
    },
  ],
  [
    'webStore that is full',
    () => {
      const { storage, store } = open()
      storage.quota = 0
      return store
    },
  ],
]

describe.each(kinds)('%s', (name, create) => {
  test(`${name}: the last value is returned, and none after remove`, async () => {
    const store = create()
    expect((await store.get('a')) ?? null).toBeNull()
    await store.set('a', '1')
    await store.set('b', '')
    await store.set('a', '2')
    expect(await store.get('a')).toBe('2')
    expect(await store.get('b')).toBe('')
    await store.remove('a')
    await store.remove('never set')
    expect((await store.get('a')) ?? null).toBeNull()
    expect(await store.get('b')).toBe('')
  })

  test(`${name}: it behaves like a Map`, async () => {
    const key = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'length')
    const step = fc.oneof(
      fc.record({ key, value: fc.string({ maxLength: 5 }) }),
      fc.record({ key, value: fc.constant(undefined) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const store = create()
        const map = new Map<string, string>()
        for (const { key, value } of steps) {
          if (value === undefined) map.delete(key)
          else map.set(key, value)
          await (value === undefined ? store.remove(key) : store.set(key, value))
        }
        for (const { key } of steps)
          expect((await store.get(key)) ?? null).toBe(map.get(key) ?? null)
      }),
      { numRuns: 50 },
    )
  })
})

test('memoryStore: two stores share nothing', async () => {
  const [one, other] = [memoryStore(), memoryStore()]
  await one.set('a', '1')
  expect(await other.get('a')).toBeUndefined()
})

describe('webStore', () => {
  test('webStore: values are written to the storage it is named after, and only there', async () => {
    const local = open('localStorage')
    const session = open('sessionStorage')
    await local.store.set('a', '1')
    expect([...local.storage.values]).toEqual([['a', '1']])
    expect([...session.storage.values]).toEqual([])
    await local.store.remove('a')
    expect([...local.storage.values]).toEqual([])
  })

  test('webStore: a value of another tab is read', async () => {
    const { storage, store } = open()
    await store.set('a', 'mine')
    storage.setItem('a', 'theirs')
    expect(await store.get('a')).toBe('theirs')
    storage.removeItem('a')
    expect(await store.get('a')).toBeNull()
  })

  test('webStore: a value that exceeds the quota is kept in memory until it can be written', async () => {
    const { storage, store } = open()
    await store.set('a', 'short')
    storage.quota = 10
    await store.set('a', 'a longer text')
    expect(await store.get('a')).toBe('a longer text')
    expect(await store.get('b')).toBeNull()

    storage.quota = Infinity
    await store.set('a', 'another long text')
    expect(storage.getItem('a')).toBe('another long text')
    storage.setItem('a', 'theirs')
    expect(await store.get('a')).toBe('theirs')
  })

  test('webStore: an update that exceeds the quota throws and hides nothing that another tab stores', () => {
    const { storage, store } = open()
    storage.quota = 10
    expect(() => store.update!('key', () => 'far too long')).toThrow('quota')
    storage.setItem('key', 'short')
    expect(store.get('key')).toBe('short')
  })

  test('webStore: remove clears the value in memory and the stored one', async () => {
    const { storage, store } = open()
    await store.set('a', 'old')
    storage.quota = 0
    await store.set('a', 'new')
    await store.remove('a')
    expect(await store.get('a')).toBeNull()
    expect(storage.getItem('a')).toBeNull()
  })

  test('webStore: a storage that is blocked later is replaced by memory', async () => {
    const { store } = open()
    await store.set('a', 'stored')
    block()
    expect((await store.get('a')) ?? null).toBeNull()
    await store.set('a', 'kept')
    expect(await store.get('a')).toBe('kept')
    await store.remove('a')
    expect((await store.get('a')) ?? null).toBeNull()
  })

  test('webStore: the storage is looked up when it is used', async () => {
    vi.stubGlobal('localStorage', undefined)
    const store = webStore('localStorage')
    const storage = new FakeStorage()
    vi.stubGlobal('localStorage', storage)
    await store.set('a', '1')
    expect(storage.getItem('a')).toBe('1')
  })
})

describe('withTimeout', () => {
  /** A store whose three methods do the same. */
  const storeOf = (work: () => Promise<never>): Store => ({ get: work, set: work, remove: work })
  const refuse = (): never => {
    throw new Error('blocked')
  }
  const endsOf = (store: Store) => {
    const uses = [() => store.get('a'), () => store.set('a', '1'), () => store.remove('a')]
    return Promise.allSettled(uses.map(async (use) => use()))
  }

  test('withTimeout: a store that does not answer rejects after 10 s', async () => {
    const clock = manualClock()
    const ends = endsOf(
      withTimeout(
        storeOf(() => new Promise<never>(() => {})),
        clock,
      ),
    )
    clock.advance(10_000)
    for (const end of await ends)
      expect(end).toMatchObject({ reason: { code: 'deadline_exceeded' } })
  })

  test('withTimeout: a synchronous store stays synchronous and starts no wait', () => {
    const until = vi.fn<Clock['until']>()
    const store = withTimeout(memoryStore(), { ...systemClock, until })
    expect(store.set('a', '1')).toBeUndefined()
    expect(store.get('a')).toBe('1')
    expect(store.remove('a')).toBeUndefined()
    expect(store.get('a')).toBeUndefined()
    expect(until).not.toHaveBeenCalled()
  })

  test('withTimeout: an asynchronous answer leaves no timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const store = withTimeout({ ...memoryStore(), get: async () => 'value' }, systemClock)
    const answer = store.get('a')
    expect(vi.getTimerCount()).toBe(1)
    expect(await answer).toBe('value')
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([
    ['throws', () => refuse()],
    ['rejects', async () => refuse()],
  ])('withTimeout: the error of a store that %s reaches the caller only', async (_, work) => {
    const onUnhandled = vi.fn<() => void>()
    process.on('unhandledRejection', onUnhandled)
    onTestFinished(() => void process.off('unhandledRejection', onUnhandled))
    for (const clock of [systemClock, manualClock()]) {
      for (const end of await endsOf(withTimeout(storeOf(work), clock)))
        expect(end).toMatchObject({ reason: { message: 'blocked' } })
    }
    await new Promise((resolve) => setImmediate(resolve))
    expect(onUnhandled).not.toHaveBeenCalled()
  })
})
