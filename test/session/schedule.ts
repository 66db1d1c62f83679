import fc from 'fast-check'
import type { RefreshPolicy } from '../../sandbox/config.ts'
import { toCredentials } from '../../services/session/credentials.ts'
import { leaseLock, processLock, webLock } from '../../services/session/lock.ts'
import { formatMirror, formatRecord } from '../../services/session/record.ts'
import {
  type Awaitable,
  memoryStore,
  type Store,
  webStore,
  withTimeout,
} from '../../services/session/store.ts'
import { type Answer, SimulatedClient } from './simulatedClient.ts'
import {
  full,
  SimulatedChannels,
  SimulatedDatabase,
  SimulatedLocalStorage,
  SimulatedLocks,
} from './simulatedPlaces.ts'
import {
  type Fault,
  LIFETIME,
  type ServerSession,
  type ServerToken,
  SimulatedServer,
} from './simulatedServer.ts'
import { Process, Simulation } from './simulation.ts'
import { UnreadChange } from './unreadChange.ts'

/** Where a session is kept, and the lock it is refreshed under. */
export const places = [
  /** `localStorage` with Web Locks. */
  'local+locks',
  /** `localStorage` alone, in a page that is not secure. */
  'local',
  /** IndexedDB and its mirror in `localStorage`, with Web Locks. */
  'database+locks',
  /** IndexedDB and its mirror in `localStorage`, in a page that is not secure. */
  'database',
  /** Processes of Node.js on one Redis. */
  'redis',
  /** Several clients in one process, on a store with three asynchronous methods. */
  'process',
] as const

/** One of {@link places}. */
export type Place = (typeof places)[number]

/** The policies of a server. */
export const policies = ['strict', 'family', 'window'] as const

/** Something that disturbs a session. */
export type Happening =
  | { type: 'ask' }
  | { type: 'signIn'; user: string }
  | { type: 'signOut'; revokes: boolean }
  | { type: 'signOutAndLeave' }
  | { type: 'open' }
  | { type: 'kill' }
  | { type: 'freeze'; ms: number }
  | { type: 'stop'; ms: number }
  | { type: 'wake' }
  | { type: 'full'; ms: number }
  | { type: 'fault'; how: Fault; ms: number }
  | { type: 'jump'; hours: number }
  | { type: 'damage' }
  | { type: 'damageMirror' }
  | { type: 'clear' }
  | { type: 'clearDatabase' }
  | { type: 'officialSignIn'; user: string }
  | { type: 'officialRefresh' }
  | { type: 'revoked' }

/** Callers of every client, and what happens around them. */
export interface Round {
  /** Seconds since the round before; a token is due after 70 and over after 100. */
  gap: number
  happenings: { at: number; client: number; what: Happening }[]
}

/** A generated story of a session. */
export interface Schedule {
  place: Place
  policy: RefreshPolicy
  seed: number
  clients: number
  /** The first page has two clients. */
  hasTwin: boolean
  timeout: number
  rounds: Round[]
}

const duration = fc.constantFrom(50, 300, 1_000, 4_000, 9_000, 25_000)
const user = fc.constantFrom('bob', 'cleo', 'dan', 'ada')
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Happening>({ type: 'ask' }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('signIn' as const), user }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('signOut' as const), revokes: fc.boolean() }),
  },
  fc.constant<Happening>({ type: 'signOutAndLeave' }),
  fc.constant<Happening>({ type: 'open' }),
  fc.constant<Happening>({ type: 'kill' }),
  { weight: 2, arbitrary: fc.record({ type: fc.constant('freeze' as const), ms: duration }) },
  fc.record({ type: fc.constant('stop' as const), ms: fc.constantFrom(1, 10, 100, 2_000) }),
  fc.constant<Happening>({ type: 'wake' }),
  fc.record({ type: fc.constant('full' as const), ms: duration }),
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('fault' as const),
      how: fc.constantFrom<Fault[]>(
        'lostBefore',
        'lostAfter',
        'hangs',
        'answersLate',
        'unavailable',
        'ordersPause',
        'refusesOddly',
      ),
      ms: fc.constantFrom(100, 1_000, 2_500, 3_500, 4_000, 15_500, 20_000),
    }),
  },
  fc.record({ type: fc.constant('jump' as const), hours: fc.constantFrom(-24, -1, 1, 24) }),
  fc.constant<Happening>({ type: 'damage' }),
  fc.constant<Happening>({ type: 'damageMirror' }),
  fc.constant<Happening>({ type: 'clear' }),
  fc.constant<Happening>({ type: 'clearDatabase' }),
  fc.record({ type: fc.constant('officialSignIn' as const), user }),
  fc.constant<Happening>({ type: 'officialRefresh' }),
  fc.constant<Happening>({ type: 'revoked' }),
)

/** Schedules of a place. Calm ones have callers only. */
export function schedules(place: fc.Arbitrary<Place>, isCalm = false): fc.Arbitrary<Schedule> {
  const event = fc.record({ at: fc.nat(400), client: fc.nat(3), what: happening })
  return fc.record({
    place,
    policy: fc.constantFrom<RefreshPolicy[]>(...policies),
    seed: fc.nat(1_000_000),
    clients: fc.integer({ min: 2, max: 4 }),
    hasTwin: fc.boolean(),
    timeout: fc.constantFrom(3_000, 3_000, 15_000),
    rounds: fc.array(
      fc.record({
        gap: isCalm ? fc.constant(105) : fc.constantFrom(1, 5, 75, 105, 105, 105),
        happenings: isCalm ? fc.constant([]) : fc.array(event, { maxLength: 4 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
}

/** What a schedule has shown. */
export interface Outcome {
  /** Promises that were broken. */
  broken: string[]
  /** What no client could have prevented. */
  inevitable: string[]
  requests: number
  log: string[]
}

/** A user's action, or what counts as one. */
interface Action {
  type: 'signIn' | 'signOut' | 'clear' | 'ended'
  user?: string
  session?: ServerSession
  process?: Process
  /** When it was asked for. */
  from: number
  /** When every client can have seen it; undefined until it is stored. */
  to?: number
  /** Clients that did not notice it may go on. */
  isOptional?: boolean
}

const KEY = 'authflow_session_app'
const MIRROR = 'credentials_app'

/** Milliseconds a caller waits at most: two refreshes would be the pair of another client that expired. */
const MAX_WAIT_MS = 22_000

/** Milliseconds until what the app or the official client did to the mirror is taken over. */
const ADOPTION_MS = 3_500

/** Milliseconds in which a write of one page may not be seen in another. */
const CROSSING_MS = 1_000

interface MirrorWrite {
  process: Process
  at: number
}

/** No schedule needs more writes of the session and its mirror. */
const MAX_WRITES = 300

interface Stored {
  kind: 'pair' | 'spent' | 'out'
  epoch: number
  generation?: number
  isCleared?: boolean
  credentials?: { access_token: string }
}

const parse = (text: string | null | undefined): Stored | undefined => {
  try {
    return JSON.parse(text ?? '') as Stored
  } catch {
    return undefined
  }
}

/** Most writes are seen at once, a few late. */
const lagOf = (max: number) => (random: () => number) => {
  const part = random()
  return part < 0.8 ? part * 30 : part < 0.97 ? part * 200 : part * max
}

/** The globals that the library finds in a page, for the page that runs. */
function installGlobals(globals: Record<string, PropertyDescriptor>) {
  const before = Object.keys(globals).map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  )
  for (const [name, descriptor] of Object.entries(globals))
    Object.defineProperty(globalThis, name, { configurable: true, ...descriptor })
  const { random } = Math
  return () => {
    Math.random = random
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor)
      else delete (globalThis as Record<string, unknown>)[name]
    }
  }
}

/** Plays a schedule with real sessions. */
export async function play(schedule: Schedule, isLogged = false): Promise<Outcome> {
  const { place, policy } = schedule
  const simulation = new Simulation(schedule.seed, isLogged)
  const server = new SimulatedServer(simulation, policy)
  const isLocal = place.startsWith('local')
  const isPage = place !== 'redis' && place !== 'process'
  const hasLocks = place.endsWith('+locks')
  const lag = isLocal ? 700 : 50
  const storage = new SimulatedLocalStorage(simulation, lagOf(700), onWrite)
  const database = new SimulatedDatabase(
    simulation,
    place === 'redis' ? 'compare' : 'transaction',
    onWrite,
  )
  const locks = new SimulatedLocks(simulation)
  const { Channel } = new SimulatedChannels(simulation)
  const memory = memoryStore()
  const broken = new Set<string>()
  const inevitable = new Set<string>()
  const clients: SimulatedClient[] = []
  const actions: Action[] = []
  let writes = 0
  const official: MirrorWrite[] = []
  const clearing: MirrorWrite[] = []
  const mirrorWrites: MirrorWrite[] = []
  const unread = new UnreadChange(ADOPTION_MS)
  storage.onRead = (key, text) => key === MIRROR && unread.read(text, simulation.now)
  let hasCrossed = false
  /** Whether neither process could see what the other one wrote. */
  const isCrossing = (write: MirrorWrite, process: Process) =>
    write.process !== process && simulation.now - write.at < CROSSING_MS
  let isDamaged = false
  let wasFull = false
  let isLossy = false
  let isSetBack = false
  let isOfficialBusy = false

  /** A damage has hit what no living client knows. */
  let isOnlyCopyLost = () => false

  const fail = (what: string) => {
    if (hasCrossed) return void inevitable.add('two pages wrote the mirror at the same moment')
    simulation.note('!!', what)
    broken.add(what)
  }
  /** A record that was damaged before a living client had read it is known to none any more. */
  const failUnlessDamaged = (what: string) => {
    if (isOnlyCopyLost()) inevitable.add('the only copy was damaged')
    else fail(what)
  }
  const alive = () => clients.filter(({ process }) => !process.isDead)
  const stored = () =>
    parse(
      isLocal
        ? storage.values.get(KEY)
        : place === 'process'
          ? (memory.get(KEY) as string | undefined)
          : database.values.get(KEY),
    )

  function onWrite(process: Process, key: string, text: string | null) {
    if (key === MIRROR) simulation.note(process.name, 'mirror:', text && shortOf(text))
    if ((key === KEY || key === MIRROR) && ++writes > MAX_WRITES)
      fail('clients write against each other')
    if (key === MIRROR) {
      unread.forget()
      mirrorWrites.push({ process, at: simulation.now })
      if ([...official, ...clearing].some((write) => isCrossing(write, process))) hasCrossed = true
    }
    if (key !== KEY) return
    simulation.note(process.name, 'stores', text)
    const record = parse(text)
    const { now } = simulation
    if (record?.kind === 'pair') {
      const session = server.byAccess.get(record.credentials!.access_token)?.session
      for (const action of actions) if (action.session === session) action.to ??= now + lag
    } else if (record?.kind === 'out' && !record.isCleared) {
      for (const action of actions) {
        if (action.type === 'signOut' && action.process === process) action.to ??= now + lag
      }
    }
  }

  server.onAct = (process, token) => {
    if (token.spentAt === undefined || token.session.ended) return
    const next = token.session.newest
    const holder = next.sentTo
    const isSlow =
      wasFull || isLossy || isDamaged || isOfficialBusy || clients.some((c) => c.process.wasFrozen)
    const why = process.isDead
      ? 'its sender is dead'
      : next.isAnswerLost
        ? 'the answer was lost'
        : next.isAnswerLate
          ? 'the answer came too late'
          : holder?.isDead
            ? 'the holder is dead'
            : holder?.wasFrozen
              ? 'the holder was frozen'
              : isSlow
                ? 'requests have crossed in a disturbance'
                : undefined
    simulation.note('server:', token.id, 'again, from', process.name, why)
    if (why) inevitable.add(`a used pair was sent: ${why}`)
    else failUnlessDamaged('a used pair was sent')
  }

  const viewOf = (process: Process) =>
    parse(
      isLocal
        ? storage.of(process).view.get(KEY)
        : place === 'process'
          ? (memory.get(KEY) as string | undefined)
          : database.lastRead.get(process)?.get(KEY),
    )

  function send(process: Process, id: string, signal?: AbortSignal) {
    simulation.note(process.name, 'sends', id)
    const view = viewOf(process)
    const token = server.tokens.get(id)!
    const shown = view?.credentials && server.byAccess.get(view.credentials.access_token)
    const isSpent =
      (shown && shown !== token && shown.session === token.session && isAfter(shown, token)) ||
      (view?.kind === 'spent' && view.generation === generationOf(token))
    if (isSpent) failUnlessDamaged('a pair was sent that the store shows as used')
    return server.send(process, id, signal)
  }
  const isAfter = (a: ServerToken, b: ServerToken) => Number(a.id.slice(1)) > Number(b.id.slice(1))
  /** Known only for the sessions whose pairs were all stored in order. */
  const generationOf = (token: ServerToken) => generations.get(token)
  const generations = new Map<ServerToken, number>()

  function openProcess() {
    const process = new Process(simulation, `p${simulation.processes.length}`)
    if (isPage) storage.of(process)
    process.onDeath.push(
      () => locks.release(process),
      () => database.abort(process),
    )
    return process
  }

  function openClient(process = openProcess(), twin?: { store: Store; mirror?: Store }) {
    simulation.current = process
    const { clock } = process
    const local = () => webStore('localStorage')
    const mirrored = () => {
      const store = local()
      return { store, mirror: store }
    }
    const atomic = () => withTimeout(database.storeOf(process), clock, 3_000)
    const stores: { store: Store; mirror?: Store } =
      twin ??
      (isLocal
        ? mirrored()
        : place === 'redis'
          ? { store: atomic() }
          : place === 'process'
            ? { store: slowStore, mirror: slowStore }
            : { store: atomic(), mirror: local() })
    const { store } = stores
    const client = new SimulatedClient(`c${clients.length}`, process, {
      ...stores,
      lock: hasLocks
        ? webLock(locks.managerOf(process))
        : place === 'process'
          ? processLock(store)
          : leaseLock(store),
      isShared: place !== 'process',
      timeout: schedule.timeout,
      send: ({ refresh_token }, signal) => send(process, refresh_token!.reveal(), signal),
    })
    clients.push(client)
    client.start()
    return { client, stores }
  }

  /** A store as an app gives it: asynchronous, without `update`. */
  const slowStore: Store = {
    get: (key) => later(() => memory.get(key)),
    set: (key, text) =>
      later(() => {
        void memory.set(key, text)
        onWrite(simulation.processes[0]!, key, text)
      }),
    remove: (key) =>
      later(() => {
        void memory.remove(key)
        onWrite(simulation.processes[0]!, key, null)
      }),
  }
  let laterAt = 0
  function later<T>(act: () => Awaitable<T>): Promise<T> {
    return new Promise((resolve) => {
      laterAt = Math.max(laterAt, simulation.now) + simulation.random() * 3
      simulation.after(laterAt - simulation.now, () => resolve(act()))
    })
  }

  const uninstall = installGlobals({
    localStorage: { get: () => storage.storageOf(simulation.current!) },
    window: {
      value: {
        addEventListener: (_: string, run: (event: StorageEvent) => void) =>
          storage.of(simulation.current!).listeners.add(run),
        removeEventListener: (_: string, run: (event: StorageEvent) => void) =>
          storage.of(simulation.current!).listeners.delete(run),
      },
    },
    BroadcastChannel: { value: isPage ? Channel : undefined },
  })
  Math.random = () => (simulation.current ?? simulation).random()
  const rejections: unknown[] = []
  const onRejection = (reason: unknown) => void rejections.push(reason)
  globalThis.process.on('unhandledRejection', onRejection)

  /** Notes a user's action. */
  function act(action: Omit<Action, 'from'>) {
    const { now } = simulation
    simulation.note('--', action.process?.name ?? '', action.type, action.user ?? '')
    actions.push({ ...action, from: now })
  }

  /** Two holders that hang one after the other still leave time for a refresh. */
  const isPrompt =
    schedule.timeout === 3_000 &&
    schedule.rounds.every(({ happenings }) =>
      happenings.every(({ what }) => what.type !== 'fault' && what.type !== 'jump'),
    )
  const answers: { client: SimulatedClient; answer: Answer; round: number }[] = []
  let asked = 0
  let round = 0
  function ask(client: SimulatedClient) {
    if (client.state === 'stopped') return
    const askedAt = simulation.now
    const inRound = round
    asked++
    client.process.enter(() => {
      void client.ask().then((answer) => {
        answers.push({ client, answer, round: inRound })
        simulation.note(client.name, 'answers', ...Object.values(answer))
        const waited = simulation.now - Math.max(askedAt, client.process.thawedAt)
        if (waited > MAX_WAIT_MS) fail('a caller has waited too long')
        if (answer.type === 'unavailable' && isPrompt && !client.process.wasFrozen)
          fail('a caller has got nothing although the server was well')
        if (answer.type !== 'token') return
        const token = server.byAccess.get(answer.token)!
        if (token.session.user !== answer.user) fail('a token has another user than its client')
      })
    })
  }

  const happen: { [T in Happening['type']]: (what: never, client: SimulatedClient) => void } = {
    ask: (_, client) => ask(client),
    signIn({ user }: { user: string }, client) {
      client.process.post(20 + client.process.random() * 100, () => {
        if (client.state === 'stopped') return
        const token = server.signIn(user)
        token.sentTo = client.process
        act({ type: 'signIn', user, session: token.session, process: client.process })
        client.signIn(server.tokensOf(token))
      })
    },
    signOut({ revokes }: { revokes: boolean }, client) {
      const token = server.byAccess.get(client.credentials?.access_token.reveal() ?? '')
      const action: Action = {
        type: 'signOut',
        process: client.process,
        from: simulation.now,
      }
      actions.push(action)
      if (!client.signOut()) return void actions.splice(actions.indexOf(action), 1)
      simulation.note('--', client.name, 'signs out')
      if (revokes) simulation.after(50, () => (token!.session.ended ??= 'revoked'))
    },
    signOutAndLeave(_, client) {
      happen.signOut({ revokes: false } as never, client)
      simulation.after(15, () => happen.kill(undefined as never, client))
    },
    open: () => void (clients.length < 7 && place !== 'process' && openClient()),
    kill(_, client) {
      const others = alive().filter(({ process }) => process !== client.process)
      if (others.length === 0 || client.process.isDead) return
      simulation.note(client.process.name, 'dies')
      client.process.kill()
    },
    freeze({ ms }: { ms: number }, client) {
      if (client.process.isFrozen || place === 'process') return
      simulation.note(client.process.name, 'freezes for', ms)
      client.process.freeze(ms)
    },
    stop({ ms }: { ms: number }, client) {
      if (client.state === 'stopped') return
      simulation.note(client.name, 'stops for', ms)
      client.stop()
      client.process.post(ms, () => client.state === 'stopped' && client.start())
    },
    wake: (_, client) => client.wake(),
    full({ ms }: { ms: number }, client) {
      simulation.note(client.process.name, 'is full for', ms)
      wasFull = true
      full.add(client.process)
      simulation.after(ms, () => full.delete(client.process))
    },
    fault({ how, ms }: { how: Fault; ms: number }) {
      simulation.note('--', how, 'for', ms)
      isLossy = true
      server.fault = { how, until: simulation.now + ms }
    },
    jump({ hours }: { hours: number }) {
      simulation.note('-- clock', hours, 'h')
      if (hours < 0) isSetBack = true
      simulation.skew += hours * 3600_000
    },
    damage(_, client) {
      const record = stored()
      if (!record) return
      isDamaged = true
      const token = record.credentials?.access_token
      const knowing = alive().filter(({ known }) => known && known.token === token)
      const before = isOnlyCopyLost
      isOnlyCopyLost = () => before() || knowing.every(({ process }) => process.isDead)
      simulation.note('-- damage')
      if (isLocal) storage.write(client.process, KEY, '{"kind":')
      else if (place === 'process') void memory.set(KEY, '{"kind":')
      else database.write(client.process, KEY, '{"kind":')
    },
    damageMirror(_, client) {
      if (!isPage) return
      // What the official client has just written, no other client may have read.
      if (official.some(({ at }) => simulation.now - at < ADOPTION_MS)) hasCrossed = true
      unread.damage(simulation.now)
      storage.write(client.process, MIRROR, '{"version":')
    },
    clear(_, client) {
      if (!isPage) return
      act({ type: 'clear', process: client.process })
      actions.at(-1)!.to = simulation.now + lag + ADOPTION_MS
      clearing.push({ process: client.process, at: simulation.now })
      if (mirrorWrites.some((write) => isCrossing(write, client.process))) hasCrossed = true
      storage.write(client.process, null, null)
      changeUnread(null, actions.at(-1)!)
    },
    clearDatabase(_, client) {
      if (isLocal || place === 'process') return
      act({ type: 'clear', process: client.process })
      // A client that opens takes the session from the mirror.
      Object.assign(actions.at(-1)!, { to: simulation.now + lag, isOptional: place !== 'redis' })
      database.clear(client.process)
    },
    officialSignIn({ user }: { user: string }, client) {
      if (!isPage) return
      const token = server.signIn(user)
      token.sentTo = client.process
      act({ type: 'signIn', user, session: token.session, process: client.process })
      writeOfficially(token, client)
    },
    officialRefresh(_, client) {
      const text = isPage && storage.of(client.process).view.get(MIRROR)
      const { access_token } = (parse(text || '') ?? {}) as { access_token?: string }
      const token = server.byAccess.get(String(access_token))
      if (!token || token.spentAt !== undefined || token.session.ended) return
      isOfficialBusy = true
      const { session } = token
      act({ type: 'signIn', user: session.user, session, process: client.process })
      actions.at(-1)!.to = simulation.now + lag + ADOPTION_MS
      writeOfficially(server.act(client.process, token.id), client)
    },
    revoked(_, client) {
      const token = server.byAccess.get(client.credentials?.access_token.reveal() ?? '')
      if (!token || token.session.ended) return
      simulation.note('-- the server ends the session of', client.name)
      token.session.ended = 'by the server'
    },
  }

  function writeOfficially(token: ServerToken, client: SimulatedClient) {
    const { process } = client
    if (mirrorWrites.some((write) => isCrossing(write, process))) hasCrossed = true
    official.push({ process, at: simulation.now })
    const text = officialForm(token, client)
    storage.write(process, MIRROR, text)
    changeUnread(text, actions.at(-1)!, token)
  }

  /** Notes what happened in a page to the mirror alone. */
  function changeUnread(text: string | null, action: Action, token?: ServerToken) {
    // Beside the mirror there is the record, which was cleared as well.
    if (isLocal && text === null) return
    unread.write(text, () => {
      inevitable.add('a change of the mirror was erased before a client had taken it over')
      action.isOptional = true
      if (token) token.isErased = true
    })
  }

  function officialForm(token: ServerToken, { process: { clock } }: SimulatedClient) {
    const { access_token, refresh_token, ...rest } = server.tokensOf(token)
    return JSON.stringify({
      version: 'v1',
      ...rest,
      access_token: access_token.reveal(),
      refresh_token: refresh_token!.reveal(),
      expires_at: new Date(clock.now() + LIFETIME * 700).toISOString(),
    })
  }

  try {
    const first = server.signIn('ada')
    actions.push({ type: 'signIn', user: 'ada', session: first.session, from: -1, to: -1 })
    const begin = new Process(simulation, 'before').clock
    const credentials = toCredentials(server.tokensOf(first), begin)
    const record = {
      kind: 'pair',
      epoch: begin.now(),
      generation: 0,
      credentials,
      isMirrored: true,
    } as const
    simulation.processes.length = 0
    if (isLocal) storage.values.set(KEY, formatRecord(record))
    else if (place === 'process') {
      void memory.set(KEY, formatRecord(record))
      void memory.set(MIRROR, formatMirror(record))
    } else database.values.set(KEY, formatRecord(record))
    if (isPage) storage.values.set(MIRROR, formatMirror(record))

    const { client, stores } = openClient()
    const hasOneProcess = place === 'process'
    if (hasOneProcess || schedule.hasTwin) openClient(client.process, stores)
    if (!hasOneProcess) while (clients.length < schedule.clients) openClient()
    await simulation.runFor(1_000)

    const requestsBefore = server.requests
    for (const { gap, happenings } of schedule.rounds) {
      await simulation.runFor(gap * 1_000)
      simulation.note('== round')
      for (const client of alive()) {
        for (let call = 0; call < 2; call++)
          simulation.after(simulation.random() * 40, () => ask(client))
      }
      for (const { at, client: index, what } of happenings) {
        simulation.after(at, () => {
          const client = clients[index]
          if (!client || client.process.isDead) return
          if (client.process.isFrozen && what.type !== 'kill') return
          client.process.enter(() => happen[what.type](what as never, client))
        })
      }
      await simulation.runFor(500)
    }
    await simulation.runFor(35_000)
    const requests = server.requests - requestsBefore

    simulation.note('== quiet')
    for (const client of alive()) {
      full.delete(client.process)
      client.process.enter(() => {
        if (client.state === 'stopped') client.start()
        client.wake()
      })
    }
    await simulation.runFor(5_000)
    round = 1
    for (const client of alive()) ask(client)
    await simulation.runFor(25_000)
    await simulation.runFor(LIFETIME * 1_000)
    round = 2
    simulation.note('== second round')
    for (const client of alive()) ask(client)
    await simulation.runFor(30_000)
    openClient(hasOneProcess ? clients[0]!.process : undefined, hasOneProcess ? stores : undefined)
    await simulation.runFor(3_000)
    round = 3
    simulation.note('== third round')
    for (const client of alive()) ask(client)
    await simulation.runFor(30_000)
    await simulation.runFor(35_000)
    judge(requests)
  } finally {
    globalThis.process.off('unhandledRejection', onRejection)
    uninstall()
  }
  for (const reason of rejections) {
    const text = String((reason as Error)?.stack ?? reason)
    simulation.note(text)
    fail(`a promise was rejected and not handled: ${text.split('\n')[0]}`)
  }
  if (simulation.isStorm) return { ...outcome(), broken: ['clients write without end'] }
  return outcome()

  function outcome(): Outcome {
    return {
      broken: [...broken],
      inevitable: [...inevitable],
      requests: server.requests,
      log: simulation.log,
    }
  }

  /** Returns why a session could not go on; undefined when it could. */
  function reasonOfEnd({ ended, newest }: ServerSession): string | undefined {
    if (ended) return ended
    const text = JSON.stringify([...storage.values, ...database.values])
    const isHeld =
      text.includes(`${newest.access}\\"`) ||
      alive().some((c) => c.credentials?.access_token.reveal() === newest.access)
    if (isHeld) return undefined
    if (newest.isAnswerLost) return 'its answer was lost'
    if (newest.isAnswerLate) return 'its answer came too late'
    if (newest.isErased) return 'its only copy was erased'
    if (newest.sentTo?.isDead) return 'its holder is dead'
    if (isDamaged) return 'damaged'
    return wasFull ? 'did not fit' : undefined
  }

  function judge(requests: number) {
    const isCalm = schedule.rounds.every(({ happenings }) => happenings.length === 0)
    if (isCalm) {
      const expiries = schedule.rounds.filter(({ gap }) => gap > LIFETIME * 0.7).length
      if (requests !== expiries) fail(`${requests} requests for ${expiries} expiries`)
    }
    const waiting = asked - answers.length
    const silent = alive().some(
      ({ name }) =>
        answers.filter(({ client, round }) => client.name === name && round > 0).length <
        (name === clients.at(-1)!.name ? 1 : 3),
    )
    if (silent) fail(`callers were never answered (${waiting})`)

    const late = answers.filter(({ round }) => round > 1).map(({ answer }) => answer)
    const users = new Set(late.flatMap((a) => (a.type === 'token' ? [a.user] : [])))
    const isSomeOut = late.some(({ type }) => type === 'signedOut')
    if (users.size > 1) fail('two users at once')

    // What was not stored because its page was left counts if the mirror shows it.
    const done = actions
      .filter(({ to, process }) => to !== undefined || !process?.isDead || isPage)
      .map((action) =>
        action.to === undefined && action.process?.isDead
          ? { ...action, to: action.from + lag + ADOPTION_MS, isOptional: true }
          : action,
      )
    const last = done.reduce((a, b) => (b.from >= a.from ? b : a))
    const before = done
      .filter(({ isOptional }) => !isOptional)
      .reduce((a, b) => (b.from >= a.from ? b : a))
    const accepted = done.filter(
      (action) => action === last || action === before || (action.to ?? Infinity) >= last.from,
    )
    if (accepted.length > 1) inevitable.add('actions at the same moment')
    const sessions = accepted.filter(({ type }) => type === 'signIn')
    const mayBeOut = accepted.some(({ type }) => type !== 'signIn')
    for (const user of users) {
      if (sessions.some((action) => action.user === user)) continue
      if (isSetBack && done.length > 2) inevitable.add('the clock was set back between actions')
      else
        failUnlessDamaged(
          `the last action was ${last.type} ${last.user ?? ''}, and a client is signed in`,
        )
    }
    if (isSomeOut && !mayBeOut) {
      // The official client may have signed the same user in again, beside a refresh.
      const ofUser = done.filter(({ user }) => sessions.some((action) => action.user === user))
      const reasons = ofUser.map(({ session }) => session && reasonOfEnd(session))
      if (isSetBack && done.length > 2) reasons.push('the clock was set back between actions')
      const reason = reasons.find(Boolean)
      if (reason) inevitable.add(`out: ${reason}`)
      else failUnlessDamaged('a session has ended by accident')
    }
    if (late.some((a) => a.type === 'unavailable')) fail('unavailable in the end')
  }
}

const shortOf = (text: string) => /"access_token":"(\w+)"/.exec(text)?.[1] ?? JSON.stringify(text)
