import { expect, onTestFinished, test, vi } from 'vitest'
import type { Clock } from '../../services/clock.ts'
import { AuthError } from '../../services/error.ts'
import type { Tokens } from '../../services/http/wire.ts'
import { Secret } from '../../services/secret.ts'
import { toCredentials } from '../../services/session/credentials.ts'
import { leaseLock, type Lock, processLock } from '../../services/session/lock.ts'
import {
  formatMirror,
  formatRecord,
  type PairRecord,
  parseRecord,
  type SessionRecord,
} from '../../services/session/record.ts'
import {
  createSharedSession,
  type SessionChange,
  type SharedSession,
} from '../../services/session/sharedSession.ts'
import { sessionPorts } from '../../services/session/ports.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import { type ManualClock, manualClock } from '../support/clock.ts'

const KEY = 'authflow_session_app'
const MIRROR = 'credentials_app'

const tokensOf = (name: string, sub = 'ada'): Tokens => ({
  access_token: new Secret(`access ${name}`),
  refresh_token: new Secret(`refresh ${name}`),
  expires_in: 7200,
  sub,
})

const turns = async () => {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve))
}

interface World {
  store: Store
  clock: ManualClock
  lock: Lock
  /** The refresh tokens that were sent. */
  sent: string[]
  /** Whether the store also has the form of the official client, as in pages. */
  hasMirror: boolean
  /** Answers the next refresh. */
  answer(token: string, signal?: AbortSignal): Promise<Tokens>
}

/** A server that accepts each refresh token once. */
function openWorld(store: Store = memoryStore(), hasMirror = true): World {
  const spent = new Set<string>()
  const sent: string[] = []
  return {
    store,
    clock: manualClock(),
    lock: processLock(store),
    sent,
    hasMirror,
    async answer(token) {
      if (spent.has(token)) throw new AuthError('invalid_grant', { operation: 'refresh' })
      spent.add(token)
      return tokensOf(`${spent.size + 1}`)
    },
  }
}

/** Opens a client of the session, as a tab does. */
async function open(world: World, store = world.store) {
  const changes: SessionChange[] = []
  const session: SharedSession = createSharedSession({
    clientId: 'app',
    store,
    identity: store,
    mirror: world.hasMirror ? store : undefined,
    lock: world.lock,
    isShared: false,
    clock: world.clock,
    timeout: 15_000,
    send({ refresh_token }, signal) {
      world.sent.push(refresh_token!.reveal())
      return world.answer(refresh_token!.reveal(), signal)
    },
  })
  const listeners = new Set<(change: SessionChange) => void>()
  const stop = session.open((change) => {
    changes.push(change)
    for (const run of listeners) run(change)
  })
  await session.load()
  const current = () => {
    const pair = changes.findLast(({ type }) => type.startsWith('pair.'))
    return pair && 'credentials' in pair ? pair.credentials.access_token.reveal() : undefined
  }
  return {
    changes,
    stop,
    current,
    refresh: (options?: { isUrgent?: boolean }) => session.refresh(options),
    reload: () => session.reload(),
    end: () => session.end(),
    settled: () => session.settled(),
    retryAt: () => session.retryAt,
    onChange(run: (change: SessionChange) => void) {
      listeners.add(run)
      return () => listeners.delete(run)
    },
    types: () => changes.map(({ type }) => type),
    signIn: (name: string) => session.begin(toCredentials(tokensOf(name), world.clock)),
  }
}

/** A client that has signed in, and one that has seen it. */
async function openTwo(store?: Store, hasMirror?: boolean) {
  const world = openWorld(store, hasMirror)
  const one = await open(world)
  one.signIn('1')
  await one.settled()
  const two = await open(world)
  expect(two.current()).toBe('access 1')
  return { world, one, two }
}

/** Makes the server act at once and answer only when the returned function is called. */
function holdAnswer(world: World): () => void {
  let letGo = () => undefined as void
  const { answer } = world
  world.answer = async (token) => {
    const tokens = await answer(token)
    await new Promise<void>((resolve) => (letGo = resolve))
    return tokens
  }
  return () => letGo()
}

/** What the official client stores when a user signs in. */
const officialFormOf = (user: string, clock: Clock) =>
  JSON.stringify({
    access_token: `of ${user}`,
    refresh_token: 'r',
    sub: user,
    expires_at: new Date(clock.now() + 7200_000).toISOString(),
  })

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: AuthError) => error.code,
  )

test('session: a client that was idle takes over the pair of the one that refreshed', async () => {
  const { world, one } = await openTwo()
  // Another process, which nothing notifies.
  const two = await open(world, { ...world.store })
  await one.refresh()
  expect(two.current()).toBe('access 1')
  await two.refresh()
  expect(world.sent).toEqual(['refresh 1'])
  expect([one.current(), two.current()]).toEqual(['access 2', 'access 2'])
})

test('session: clients that refresh at once send one request', async () => {
  const { world, one, two } = await openTwo()
  await Promise.all([one.refresh(), two.refresh(), one.refresh(), two.refresh()])
  expect(world.sent).toEqual(['refresh 1'])
})

test('session: a pair can be refreshed as soon as it is known, while it is still being stored', async () => {
  const { world, one } = await openTwo()
  const both: Promise<void>[] = []
  const stop = one.onChange(({ type }) => {
    if (type === 'pair.refreshed' && both.length === 0) both.push(one.refresh())
  })
  await one.refresh()
  await Promise.all(both)
  stop()
  expect(world.sent).toEqual(['refresh 1', 'refresh 2'])
  expect(one.current()).toBe('access 3')
})

test('session: a server that answers a refresh with the same access token prolongs it for every client', async () => {
  const { world, one, two } = await openTwo()
  world.clock.advance(7200_000)
  const refresh_token = new Secret('refresh 2')
  world.answer = () => Promise.resolve({ ...tokensOf('1'), refresh_token })
  await one.refresh()
  await two.settled()
  expect(one.types()).toEqual(['pair.refreshed'])
  for (const { changes } of [one, two]) {
    const { credentials } = changes.at(-1) as Extract<SessionChange, { type: 'pair.restored' }>
    expect(credentials.refresh_token!.reveal()).toBe('refresh 2')
    expect(credentials.expiresAt).toBeGreaterThan(world.clock.now() + 7_000_000)
  }
  expect(world.sent).toEqual(['refresh 1'])
})

test('session: a rejection of an old pair ends nothing while another client holds a newer one', async () => {
  const { world, one, two } = await openTwo()
  let letGo = () => undefined as void
  const held = new Promise<void>((resolve) => (letGo = resolve))
  const { answer } = world
  // The first client gets its answer late, and the second one is rejected meanwhile.
  world.lock = { acquire: async () => ({ hasWaited: false, isHeld: () => true, release() {} }) }
  world.answer = async (token) => {
    const tokens = await answer(token)
    await held
    return tokens
  }
  const first = one.refresh()
  await turns()
  world.answer = answer
  const withoutLock = await open(world)
  await withoutLock.refresh()
  expect(withoutLock.types()).toContain('pair.lost')
  letGo()
  await first
  await turns()
  expect([one.current(), two.current(), withoutLock.current()]).toEqual(Array(3).fill('access 2'))
})

test('session: the rejection of the newest pair ends the session for every client', async () => {
  const { world, one, two } = await openTwo()
  world.answer = () => Promise.reject(new AuthError('invalid_grant'))
  await one.refresh()
  await turns()
  expect(one.changes.at(-1)).toMatchObject({ type: 'pair.lost', error: { code: 'invalid_grant' } })
  expect(two.types().at(-1)).toBe('pair.lost')
  expect(await world.store.get(KEY)).not.toContain('refresh 1')
  expect((await open(world)).current()).toBeUndefined()
})

test('session: a sign-out is final, also when a refresh comes home after it', async () => {
  const { world, one, two } = await openTwo()
  const letGo = holdAnswer(world)
  const refreshing = one.refresh()
  await turns()
  two.end()
  await two.settled()
  letGo()
  await refreshing
  await turns()
  expect(one.current()).toBeUndefined()
  expect(await world.store.get(MIRROR)).toBeUndefined()
  expect((await open(world)).current()).toBeUndefined()
})

test('session: the last sign-in wins over the refresh of the session before it', async () => {
  const { world, one, two } = await openTwo()
  const letGo = holdAnswer(world)
  const refreshing = one.refresh()
  await turns()
  two.signIn('of bob')
  await two.settled()
  letGo()
  await refreshing
  await turns()
  expect(one.current()).toBe('access of bob')
  expect((await open(world)).current()).toBe('access of bob')
})

/** A client whose sign-in is stored later than it shows in the official form, and another client. */
async function openSlowStore(world = openWorld()) {
  const update = world.store.update!
  let letGo = () => {}
  const held = new Promise<void>((resolve) => (letGo = resolve))
  const one = await open(world, {
    ...world.store,
    update: (key, decide) =>
      key === KEY ? held.then(() => update(key, decide)) : update(key, decide),
  })
  const two = await open(world)
  const look = async (client: typeof one) => {
    client.reload()
    await client.settled()
  }
  return { world, one, two, look, letGo: () => (letGo(), one.settled()) }
}

test.each(['before', 'after'])(
  'session: what the app has cleared stays cleared when it is seen %s a sign-in is stored',
  async (when) => {
    const { world, one, two, look, letGo } = await openSlowStore()
    one.signIn('1')
    await look(two)
    expect(two.current()).toBe('access 1')

    await world.store.remove(MIRROR)
    if (when === 'before') await look(two)
    await letGo()
    await look(two)
    await look(one)
    expect([one.types().at(-1), two.types().at(-1)]).toEqual(['pair.lost', 'pair.lost'])
    expect(await world.store.get(MIRROR)).toBeUndefined()
  },
)

test('session: a sign-in is not ended by what the app has cleared before it', async () => {
  const world = openWorld()
  const before = await open(world)
  before.signIn('0')
  await before.settled()
  await world.store.remove(MIRROR)
  before.reload()
  await before.settled()
  before.stop()
  world.clock.advance(1)

  const { one, two, look, letGo } = await openSlowStore(world)
  one.signIn('1')
  await look(two)
  expect(two.current()).toBe('access 1')
  await letGo()
  await look(two)
  await look(one)
  expect(two.current()).toBe('access 1')
  expect(one.types()).not.toContain('pair.lost')
})

test('session: a refresh that was sent is kept although the client was stopped', async () => {
  const { world, one } = await openTwo()
  const letGo = holdAnswer(world)
  const refreshing = one.refresh()
  await turns()
  one.stop()
  letGo()
  await refreshing
  expect((await open(world)).current()).toBe('access 2')
})

test('session: an answer just after the deadline is kept', async () => {
  const { world, one, two } = await openTwo()
  const letGo = holdAnswer(world)
  const code = codeOf(one.refresh())
  await turns()
  world.clock.advance(15_000)
  expect(await code).toBe('deadline_exceeded')
  letGo()
  await turns()
  expect([one.current(), two.current()]).toEqual(['access 2', 'access 2'])
})

test('session: a request without an answer is aborted a second after its deadline, before the next is sent', async () => {
  const { world, one, two } = await openTwo()
  const signals: (AbortSignal | undefined)[] = []
  world.answer = (_, signal) => {
    signals.push(signal)
    return new Promise(() => undefined)
  }
  const first = codeOf(one.refresh())
  await turns()
  world.clock.advance(15_000)
  expect(await first).toBe('deadline_exceeded')
  // A new client does not know of the failure, as after a reload.
  await world.store.remove(`${KEY}_outage`)
  void codeOf(two.refresh({ isUrgent: true }))
  await turns()
  expect([signals.length, signals[0]!.aborted]).toEqual([1, false])
  world.clock.advance(1_000)
  await turns()
  expect(signals[0]!.aborted).toBe(true)
  world.clock.advance(1_000)
  await turns()
  expect(signals).toHaveLength(2)
})

test('session: a pair is not sent under a lock that was lost meanwhile', async () => {
  const { world, one } = await openTwo()
  const sentBefore: number[] = []
  world.lock.acquire = async () => {
    const isHeld = sentBefore.push(world.sent.length) > 1
    return { hasWaited: false, isHeld: () => isHeld, release: () => undefined }
  }
  await one.refresh()
  expect([sentBefore, world.sent.length]).toEqual([[0, 0], 1])
})

test('session: clients whose lock fails refresh once, under a record in the store', async () => {
  const { world, one, two } = await openTwo()
  world.lock.acquire = () => Promise.reject(new Error('denied'))
  const both = [one.refresh(), two.refresh()]
  const timer = setInterval(() => world.clock.advance(100), 1)
  await Promise.all(both)
  clearInterval(timer)
  expect(world.sent).toEqual(['refresh 1'])
  expect([one.current(), two.current()]).toEqual(['access 2', 'access 2'])
})

test('session: a client that had to wait for the lock waits for what its holder has stored', async () => {
  const { world, one } = await openTwo()
  world.lock.acquire = async () => ({
    hasWaited: true,
    isHeld: () => true,
    release: () => undefined,
  })
  const refreshed = one.refresh()
  await turns()
  const before = parseRecord(await world.store.get(KEY)) as PairRecord
  const credentials = toCredentials(tokensOf('of the holder'), world.clock)
  await world.store.set(KEY, formatRecord({ ...before, generation: 1, credentials }))
  world.clock.advance(1_000)
  await refreshed
  expect([one.current(), world.sent]).toEqual(['access of the holder', []])
})

test('session: a failed refresh keeps the session, and other clients do not try at once', async () => {
  const { world, one, two } = await openTwo()
  world.answer = () => Promise.reject(new AuthError('unavailable', { status: 503 }))
  expect(await codeOf(one.refresh())).toBe('unavailable')
  expect(await codeOf(two.refresh())).toBe('unavailable')
  expect(world.sent).toEqual(['refresh 1'])
  expect(two.retryAt()).toBeGreaterThan(world.clock.now())
  world.clock.advance(1000)
  expect(await codeOf(two.refresh())).toBe('unavailable')
  expect(world.sent).toHaveLength(2)
})

test('session: an urgent refresh cuts a pause, except one that the server has asked for', async () => {
  const { world, one, two } = await openTwo()
  const { answer } = world
  world.answer = () => Promise.reject(new AuthError('unavailable', { retryAfter: 30 }))
  await codeOf(one.refresh())
  world.answer = answer
  expect(await codeOf(two.refresh({ isUrgent: true }))).toBe('unavailable')
  world.clock.advance(30_000)
  world.answer = () => Promise.reject(new AuthError('unreachable'))
  await codeOf(one.refresh())
  world.answer = answer
  world.clock.advance(1)
  expect(await codeOf(two.refresh({ isUrgent: true }))).toBe('done')
})

test.each([
  ['its record', KEY],
  ['its official form', MIRROR],
])('session: an app that removes %s signs the user out everywhere', async (_name, key) => {
  const { world, one, two } = await openTwo()
  await world.store.remove(key)
  await one.refresh()
  await turns()
  expect(world.sent).toEqual([])
  expect([one.current(), two.current()]).toEqual([undefined, undefined])
  expect((await open(world)).current()).toBeUndefined()
})

test.each([
  ['its record', KEY],
  ['its official form', MIRROR],
])('session: damage to %s is repaired', async (_name, key) => {
  const { world, one, two } = await openTwo()
  await world.store.set(key, '{"access_token":tru')
  one.reload()
  await one.settled()
  expect(two.current()).toBe('access 1')
  expect((await open(world)).current()).toBe('access 1')
})

test.each([
  ['one tab, as a copy of `localStorage` can be', (seen: string | null) => seen],
  ['every tab', (_: string | null, current: () => string | null) => current()],
])(
  'session: a tab that repairs the official form after a sign-out ends no sign-in, with the form read in %s',
  async (_, seenBy) => {
    const { world, one, two } = await openTwo()
    one.end()
    await one.settled()
    world.clock.advance(5_000)
    // What this tab writes lands late.
    const { store } = world
    const landing: (() => unknown)[] = []
    const late: Store = {
      ...store,
      update(key, decide) {
        if (key !== MIRROR) return store.update!(key, decide)
        const seen = store.get(key) as string
        landing.push(() => {
          const text = decide(seenBy(seen, () => store.get(key) as string))
          if (text !== undefined) void store.set(key, text)
        })
      },
      remove: (key) => void landing.push(() => store.remove(key)),
    }
    const three = await open(world, late)
    await store.set(MIRROR, '{"access_token":tru')
    three.reload()
    await three.settled()
    two.signIn('bob')
    await two.settled()
    expect(landing).toHaveLength(1)
    for (const land of landing) void land()
    two.reload()
    await two.settled()
    expect((await open(world)).current()).toBe('access bob')
    expect(await store.get(MIRROR)).toContain('access bob')
  },
)

test.each(['before', 'after'])(
  'session: a sign-in of the official client just %s a refresh is rejected is kept',
  async (when) => {
    const { world, one, two } = await openTwo({ ...memoryStore(), isAtomic: false })
    const signIn = () => world.store.set(MIRROR, officialFormOf('bob', world.clock))
    world.answer = async () => {
      if (when === 'before') await signIn()
      throw new AuthError('invalid_grant', { operation: 'refresh' })
    }
    const refreshed = one.refresh()
    await turns()
    if (when === 'after') await signIn()
    for (let second = 0; second < 3; second++) {
      world.clock.advance(1_000)
      await turns()
    }
    await refreshed
    expect([one.current(), two.current()]).toEqual(['of bob', 'of bob'])
  },
)

test('session: a user who signed in with the official client is taken over', async () => {
  const { world, one, two } = await openTwo()
  await world.store.set(MIRROR, officialFormOf('bob', world.clock))
  one.reload()
  await one.settled()
  await turns()
  expect([one.current(), two.current()]).toEqual(['of bob', 'of bob'])
})

test('session: a pair that does not fit leaves a mark, and a later sign-out is seen', async () => {
  const kept = memoryStore()
  let isFull = false
  const store: Store = {
    ...kept,
    update(key, decide) {
      return kept.update!(key, (text) => {
        const next = decide(text)
        if (isFull && (next?.length ?? 0) > 100) throw new Error('full')
        return next
      })
    },
  }
  const { one, two, world } = await openTwo(store)
  isFull = true
  await one.refresh()
  await turns()
  expect(one.current()).toBe('access 2')
  expect(one.types()).toContain('store.failed')
  // The pair that was used is not presented again.
  expect(await store.get(KEY)).toContain('"spent"')
  two.end()
  await two.settled()
  await turns()
  expect(one.current()).toBeUndefined()
  expect(world.sent).toEqual(['refresh 1'])
})

/** Lets something happen in a store just before the next write under a key. */
function interrupt(store: Store) {
  const acts = new Map<string, () => unknown>()
  const run = (key: string) => {
    const act = acts.get(key)
    acts.delete(key)
    void act?.()
  }
  const interrupted: Store = {
    ...store,
    update(key, decide) {
      run(key)
      return store.update!(key, decide)
    },
  }
  return { store: interrupted, before: (key: string, act: () => unknown) => acts.set(key, act) }
}

type Two = Awaited<ReturnType<typeof openTwo>>

const writes: [string, (it: Two) => unknown][] = [
  ['a refreshed pair is stored', ({ one }) => one.refresh()],
  [
    'a damaged record is repaired',
    async ({ one, world }) => {
      await world.store.set(KEY, '{"kind":"pa')
      one.reload()
    },
  ],
]
const mirrorWrites: typeof writes = [
  [
    'a sign-in of the official client is taken over',
    async ({ one, world }) => {
      await world.store.set(MIRROR, officialFormOf('bob', world.clock))
      one.reload()
    },
  ],
  [
    'a missing mirror is written and noted',
    async ({ world }) => {
      const unnoted = JSON.parse((await world.store.get(KEY)) as string) as object
      await world.store.set(KEY, JSON.stringify({ ...unnoted, isMirrored: undefined }))
      await world.store.remove(MIRROR)
      await open(world)
    },
  ],
]

/** What another process stores, which then leaves. */
const actions = {
  'sign-out': (epoch: number): SessionRecord => ({ kind: 'out', epoch }),
  'sign-in': (epoch: number, clock: Clock): SessionRecord => ({
    kind: 'pair',
    epoch,
    generation: 0,
    credentials: toCredentials(tokensOf('cleo', 'cleo'), clock),
    isMirrored: true,
  }),
}

test.each(
  [true, false].flatMap((hasMirror) =>
    [...writes, ...(hasMirror ? mirrorWrites : [])].flatMap(([title, write]) =>
      (['sign-out', 'sign-in'] as const).map(
        (action) => [action, title, hasMirror ? 'with' : 'without', hasMirror, write] as const,
      ),
    ),
  ),
)(
  'session: a %s of another process just before %s is not written over, %s a mirror',
  async (action, _title, _with, hasMirror, write) => {
    const kept = memoryStore()
    const { store, before } = interrupt(kept)
    const it = await openTwo(store, hasMirror)
    const record = actions[action](it.world.clock.now() + 1_000, it.world.clock)
    let isDone = false
    before(KEY, () => {
      isDone = true
      void kept.set(KEY, formatRecord(record))
      if (!hasMirror) return
      if (record.kind === 'pair') void kept.set(MIRROR, formatMirror(record))
      else void kept.remove(MIRROR)
    })
    await write(it)
    await turns()
    expect(isDone).toBe(true)
    expect(parseRecord(await store.get(KEY))).toMatchObject({
      kind: record.kind,
      epoch: record.epoch,
    })
    for (const client of [it.one, it.two]) {
      client.reload()
      await client.settled()
    }
    const fresh = await open(it.world)
    const expected = action === 'sign-in' ? 'access cleo' : undefined
    expect([it.one.current(), it.two.current(), fresh.current()]).toEqual(Array(3).fill(expected))
  },
)

test('session: the mark of a pair that does not fit is not written over a sign-out', async () => {
  const kept = memoryStore()
  let isFull = false
  const { store, before } = interrupt({
    ...kept,
    update: (key, decide) =>
      kept.update!(key, (text) => {
        const next = decide(text)
        if (isFull && (next?.length ?? 0) > 100) throw new Error('full')
        return next
      }),
  })
  const { world, one } = await openTwo(store, false)
  const out = actions['sign-out'](world.clock.now() + 1_000)
  isFull = true
  // The pair is tried first, and then the mark.
  before(KEY, () => before(KEY, () => kept.set(KEY, formatRecord(out))))
  await one.refresh()
  expect(parseRecord(await store.get(KEY))).toEqual(out)
})

test('session: a sign-out is final where there is no mirror', async () => {
  const { world, one, two } = await openTwo(memoryStore(), false)
  one.end()
  await one.settled()
  await turns()
  expect([two.current(), (await open(world)).current()]).toEqual([undefined, undefined])
})

test('session: a sign-in of the official client just before the mirror is repaired is kept', async () => {
  const { store, before } = interrupt(memoryStore())
  const { world, one } = await openTwo(store)
  await store.set(MIRROR, '{"access_token":tru')
  before(MIRROR, () => store.set(MIRROR, officialFormOf('bob', world.clock)))
  one.reload()
  await one.settled()
  expect((await open(world)).current()).toBe('of bob')
})

test('session: the last action wins over one of another process whose clock is ahead', async () => {
  const { world, one } = await openTwo(memoryStore(), false)
  const ahead = { ...world.clock, now: () => world.clock.now() + 3600_000 }
  const other = await open({ ...world, clock: ahead }, { ...world.store })
  other.signIn('bob')
  await other.settled()
  one.end()
  await one.settled()
  other.reload()
  await other.settled()
  expect(other.types().at(-1)).toBe('pair.lost')
  expect((await open(world)).current()).toBeUndefined()
})

test('session: a client whose store takes nothing at all still sees a sign-out', async () => {
  const kept = memoryStore()
  let isFull = false
  const store: Store = {
    ...kept,
    update(key, decide) {
      if (isFull) throw new Error('full')
      return kept.update!(key, decide)
    },
  }
  const world = openWorld(store)
  const one = await open(world)
  isFull = true
  one.signIn('1')
  await one.settled()
  await kept.set(KEY, JSON.stringify({ kind: 'out', epoch: world.clock.now() + 1000 }))
  one.reload()
  await one.settled()
  expect(one.types().at(-1)).toBe('pair.lost')
})

test('session: clients that know nothing do not wake each other without end over damaged data', async () => {
  const kept = memoryStore()
  let reads = 0
  const get = (key: string) => {
    if (key === KEY) reads++
    return kept.get(key)
  }
  const world = openWorld({ ...kept, get })
  await kept.set(KEY, '{"kind":"pa')
  void open(world)
  void open(world)
  for (let n = 0; n < 5; n++) await turns()
  expect(reads).toBeLessThan(10)
})

test('session: the clock of a sign-in in the future does not keep later ones out', async () => {
  const { world, one, two } = await openTwo()
  world.clock.advance(24 * 3600_000)
  one.signIn('tomorrow')
  await one.settled()
  world.clock.advance(-24 * 3600_000)
  two.signIn('today')
  await two.settled()
  await turns()
  expect([one.current(), (await open(world)).current()]).toEqual(['access today', 'access today'])
})

test('session: the clock that was set back is reported', async () => {
  const { world } = await openTwo()
  world.clock.advance(-24 * 3600_000)
  expect((await open(world)).types()).toContain('clock.skewed')
})

test('leaseLock: one holder at a time, and a dead one is followed after its lease', async () => {
  const clock = manualClock()
  const lock = leaseLock(memoryStore())
  const options = { lease: 18_000, clock }
  const first = await lock.acquire('name', options)
  expect(first.hasWaited).toBe(false)
  let isGranted = false
  const second = lock.acquire('name', options).then((held) => ((isGranted = true), held))
  for (let n = 0; n < 17; n++) {
    clock.advance(1000)
    await turns()
  }
  expect([isGranted, first.isHeld()]).toEqual([false, true])
  clock.advance(2000)
  await turns()
  clock.advance(1000)
  await turns()
  expect([isGranted, first.isHeld()]).toEqual([true, false])
  await (await second).release()
  expect((await lock.acquire('name', options)).hasWaited).toBe(false)
})

test('leaseLock: in a store that lags, a claim counts once every client could see it', async () => {
  const clock = manualClock()
  const { isAtomic: _, ...store } = memoryStore()
  const [one, two] = [leaseLock(store), leaseLock(store)]
  const options = { lease: 18_000, clock }
  const granted: string[] = []
  void one.acquire('name', options).then(() => granted.push('one'))
  // The other client has not seen the claim and writes its own.
  const text = await store.get('name')
  await store.remove('name')
  void two.acquire('name', options).then(() => granted.push('two'))
  expect(text).toBeTruthy()
  await turns()
  clock.advance(1000)
  await turns()
  expect(granted).toEqual(['two'])
})

test('refresh: a pair that another client has adopted under another epoch is still refreshed', async () => {
  const world = openWorld(memoryStore(), false)
  const one = await open(world)
  one.signIn('1')
  await one.settled()
  const record = parseRecord(await world.store.get(KEY)) as PairRecord
  await world.store.set(KEY, formatRecord({ ...record, epoch: record.epoch + 1 }))
  world.clock.advance(8000_000)
  const refreshed = one.refresh()
  await turns()
  // It asks for the lock again, and waits as after another holder.
  world.clock.advance(1000)
  await refreshed
  expect(world.sent).toEqual(['refresh 1'])
  expect(one.current()).toBe('access 2')
})

/** A page whose browser denies it this, as far as a session needs one. */
function openDeniedPage(...denied: ('indexedDB' | 'localStorage' | 'BroadcastChannel')[]) {
  const deny = () => {
    throw new DOMException('The operation is insecure.', 'SecurityError')
  }
  vi.stubGlobal('document', {})
  vi.stubGlobal('BroadcastChannel', undefined)
  for (const name of denied) {
    if (name === 'BroadcastChannel') vi.stubGlobal(name, deny)
    else Object.defineProperty(globalThis, name, { get: deny, configurable: true })
  }
  onTestFinished(() => {
    vi.unstubAllGlobals()
    for (const name of denied) Reflect.deleteProperty(globalThis, name)
  })
}

/** Opens a client on the ports of the page. */
async function openInPage(clock: Clock) {
  const session = createSharedSession({
    ...sessionPorts({}, clock),
    clientId: 'app',
    clock,
    timeout: 15_000,
    send: () => Promise.reject(new AuthError('unreachable')),
  })
  const types: string[] = []
  onTestFinished(session.open(({ type }) => types.push(type)))
  await session.load()
  const signIn = () => session.begin(toCredentials(tokensOf('1'), clock))
  return { types, signIn, settled: () => session.settled() }
}

test('a page whose browser blocks all storage keeps the session in memory', async () => {
  openDeniedPage('indexedDB', 'localStorage', 'BroadcastChannel')
  const one = await openInPage(manualClock())
  one.signIn()
  await one.settled()
  expect(one.types).toEqual([])
})

test('two clients in a page without BroadcastChannel learn of each other at once', async () => {
  openDeniedPage()
  const values = memoryStore()
  const { get: getItem, set: setItem, remove: removeItem } = values
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => getItem(key) ?? null,
    setItem,
    removeItem,
  })
  const clock = manualClock()
  const [one, two] = [await openInPage(clock), await openInPage(clock)]
  one.signIn()
  await one.settled()
  await turns()
  expect(two.types).toEqual(['pair.restored'])
})
