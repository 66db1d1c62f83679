import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { AuthError } from '../../services/error.ts'
import { refreshUnderLock } from '../../services/session/refreshLock.ts'
import { Secret } from '../../services/secret.ts'
import { memoryStore } from '../../services/session/store.ts'
import type { Credentials } from '../../services/session/credentials.ts'
import { createTokenStore } from '../../services/session/tokenStore.ts'
import type { Tokens } from '../../services/http/wire.ts'

const pair = (name: string, expiresAt = ++moments): Credentials => ({
  access_token: new Secret(`access ${name}`),
  refresh_token: new Secret(`refresh ${name}`),
  sub: 'ada',
  expiresAt,
})
/** The lock's name has the expiry of the token pair, so each test uses another one. */
let moments = Date.now()

const nameOf = ({ access_token }: Credentials | Tokens) => access_token.reveal()
const refusal = new AuthError('invalid_grant')
const busy = new AuthError('unavailable')

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
})

const macrotask = () => new Promise((resolve) => setImmediate(resolve))

/** Waits one second, for which a tab holds the lock. */
async function pass() {
  for (let step = 0; step < 10; step++) {
    await macrotask()
    await vi.advanceTimersByTimeAsync(100)
  }
  await macrotask()
}

/** The outcome for a tab whose stored session has been changed by another one. */
const CHANGED = 'read the stored session again'

/** Opens tabs with a shared store, and a server that accepts each refresh token once. */
function openTabs(old: Credentials) {
  const store = createTokenStore(memoryStore(), 'demo')
  const spent = new Set<string>()
  const refreshed: string[] = []
  /** The server answers after this promise. */
  const server = { gate: Promise.resolve(), failures: 0 }

  async function send(): Promise<Tokens> {
    const name = old.refresh_token!.reveal()
    refreshed.push(name)
    if (server.failures-- > 0) throw busy
    const isSpent = spent.has(name)
    spent.add(name)
    await server.gate
    if (isSpent) throw refusal
    const { expiresAt: _, ...tokens } = pair(`after ${name}`)
    return { ...tokens, expires_in: 7200 }
  }

  /** Opens a tab with the old pair that refreshes it, or reads the stored pair again. */
  function renew({ load = store.load, keep = true, signal = new AbortController() } = {}) {
    const outcome = refreshUnderLock(old, {
      store: { key: 'credentials_demo', load },
      send,
      signal: signal.signal,
    }).then(async (tokens) => {
      if (!tokens) return CHANGED
      if (keep) await store.save({ ...pair('', ++moments), ...tokens })
      return nameOf(tokens)
    })
    const settled: { outcome?: string | Error } = {}
    void outcome.then(
      (name) => (settled.outcome = name),
      (thrown: Error) => (settled.outcome = thrown),
    )
    return { outcome: () => settled.outcome }
  }

  /** Makes the server wait until the returned function is called. */
  function hold(): () => void {
    let answer = () => {}
    server.gate = new Promise((resolve) => (answer = resolve))
    return answer
  }

  return { store, refreshed, renew, server, hold }
}

async function openWithStored() {
  const old = pair('old')
  const tabs = openTabs(old)
  await tabs.store.save(old)
  return { old, ...tabs }
}

describe('refresh in several tabs', () => {
  test('refreshUnderLock: one of several tabs refreshes, and the others read what it has stored', async () => {
    const { renew, refreshed } = await openWithStored()
    const tabs = [1, 2, 3].map(() => renew())
    await pass()
    await pass()
    const outcomes = tabs.map((tab) => tab.outcome())
    expect(outcomes).toEqual(['access after refresh old', CHANGED, CHANGED])
    expect(refreshed).toEqual(['refresh old'])
  })

  test('refreshUnderLock: one of several tabs refreshes, although its stored pair becomes visible late', async () => {
    const { old, renew, refreshed, store } = await openWithStored()
    let isStale = true
    const first = renew()
    const second = renew({ load: async () => (isStale ? old : store.load()) })
    await macrotask()
    await vi.advanceTimersByTimeAsync(900)
    await macrotask()
    expect(first.outcome()).toBe('access after refresh old')
    expect(second.outcome()).toBeUndefined()
    isStale = false
    await pass()
    expect(second.outcome()).toEqual(CHANGED)
    expect(refreshed).toEqual(['refresh old'])
  })

  test('refreshUnderLock: without locks, a rejected tab reads the stored pair', async () => {
    vi.stubGlobal('navigator', {})
    onTestFinished(() => void vi.unstubAllGlobals())
    const { renew, refreshed } = await openWithStored()
    const tabs = [renew(), renew()]
    await pass()
    expect(tabs.map((tab) => tab.outcome())).toEqual(['access after refresh old', CHANGED])
    expect(refreshed).toEqual(['refresh old', 'refresh old'])
  })

  test('refreshUnderLock: tabs do not wait for a tab whose refresh has failed', async () => {
    const { renew, server } = await openWithStored()
    server.failures = 1
    const tabs = [renew(), renew()]
    await macrotask()
    await vi.advanceTimersByTimeAsync(1)
    await macrotask()
    expect(tabs.map((tab) => tab.outcome())).toEqual([busy, 'access after refresh old'])
  })
})

describe('a refresh', () => {
  test('refreshUnderLock: a rejected refresh fails when nothing newer is stored', async () => {
    const { renew } = await openWithStored()
    renew({ keep: false })
    await pass()
    const tab = renew()
    await pass()
    expect(tab.outcome()).toBe(refusal)
  })

  test('refreshUnderLock: a refresh does not restore a session that ended meanwhile', async () => {
    const { renew, store, hold } = await openWithStored()
    const answer = hold()
    const tab = renew()
    await macrotask()
    await store.clear()
    answer()
    await pass()
    expect(tab.outcome()).toEqual(CHANGED)
    expect(await store.load()).toBeUndefined()
  })

  test('refreshUnderLock: a refresh does not replace another user who has signed in meanwhile', async () => {
    const { renew, store, hold } = await openWithStored()
    const answer = hold()
    const tab = renew()
    await macrotask()
    await store.save(pair('of bob'))
    answer()
    await pass()
    expect(tab.outcome()).toEqual(CHANGED)
    expect(nameOf((await store.load())!)).toBe('access of bob')
  })

  test('refreshUnderLock: the refresh of a pair that is no longer stored takes the lock as well', async () => {
    const { renew, store, refreshed } = await openWithStored()
    await store.clear()
    const tabs = [renew({ keep: false }), renew({ keep: false })]
    await macrotask()
    expect(refreshed).toEqual(['refresh old'])
    await pass()
    await pass()
    expect(tabs[0]!.outcome()).toBe('access after refresh old')
  })

  test('refreshUnderLock: nothing is sent when another session is stored', async () => {
    const { renew, store, refreshed } = await openWithStored()
    await store.save(pair('of bob'))
    const tab = renew()
    await pass()
    expect(tab.outcome()).toBe(CHANGED)
    expect(refreshed).toEqual([])
  })

  test('refreshUnderLock: a refresh succeeds with a broken store', async () => {
    const { renew } = openTabs(pair('old'))
    const tab = renew({ load: () => Promise.reject(new Error('blocked')), keep: false })
    await pass()
    expect(tab.outcome()).toBe('access after refresh old')
  })

  test('refreshUnderLock: a refresh proceeds when another tab does not release the lock', async () => {
    const { old, renew } = await openWithStored()
    keepTurn(old)
    const tab = renew()
    await pass()
    await vi.advanceTimersByTimeAsync(18_000)
    await macrotask()
    expect(tab.outcome()).toBeUndefined()
    await pass()
    await pass()
    expect(tab.outcome()).toBe('access after refresh old')
  })

  test('refreshUnderLock: a refresh that is aborted before it gets the lock sends nothing', async () => {
    const { old, renew, refreshed } = await openWithStored()
    keepTurn(old)
    const signal = new AbortController()
    renew({ signal })
    await macrotask()
    signal.abort(new Error('signed out'))
    await pass()
    expect(refreshed).toEqual([])
  })
})

/** Holds the lock as another tab until the test ends. */
function keepTurn({ expiresAt }: Credentials) {
  const kept = new Promise<void>((resolve) => onTestFinished(() => resolve()))
  void navigator.locks.request(`credentials_demo ${expiresAt}`, () => kept)
}
