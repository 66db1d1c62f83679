import { __unsafe_getAllOwnEventDescriptors as typesOf, type AnyActorRef } from 'xstate'
import { AuthError } from '../../services/error.ts'
import type { Clock } from '../../services/clock.ts'
import type { AnyEndpoint } from '../../services/http/endpoint.ts'
import type { Caller } from '../../services/http/caller.ts'
import { type Kind, read } from '../../services/http/shape.ts'
import { hasOwn } from '../../services/record.ts'
import { readCallback } from '../../services/platform/platform.ts'
import { Secret } from '../../services/secret.ts'
import { toCredentials } from '../../services/session/credentials.ts'
import { processLock } from '../../services/session/lock.ts'
import { createSharedSession } from '../../services/session/sharedSession.ts'
import { formatRecord, parseRecord } from '../../services/session/record.ts'
import type { Store } from '../../services/session/store.ts'
import { type Client, createClient } from '../client/client.ts'
import { flowActors, viewOf } from '../client/view.ts'
import { inspectors } from '../inspect/inspectors.ts'
import type { Inspector } from '../inspect/index.ts'
import { type AppCall, CALLBACK, isFault, type Model, NONCE, outcomesOf } from './model.ts'
import { type Outcome, owners } from './outcomes.ts'
import { keyOf, type State } from './state.ts'
import {
  type Choice,
  type Look,
  type PopupOutcome,
  popupOutcomes,
  type TabAction,
  tabActions,
} from './story.ts'

/** A client on a server that does not answer, and a clock that stands still, until a choice moves them. */
export interface World {
  /** The operations that the last choice has called, in order. */
  readonly calls: readonly Sent[]
  /** Milliseconds that the last choice has let pass. */
  readonly elapsed: number
  /**
   * Describes where it is.
   *
   * @param known states by key, of which an equal one is returned
   */
  state(known?: ReadonlyMap<string, State>): State
  /** Finds the payload of an event. */
  payloadOf(choice: Extract<Choice, { type: 'send' }>): object
  /**
   * Lets something happen, and waits until nothing more happens by itself.
   *
   * @throws AuthError `failed_precondition` when it is not possible here
   */
  perform(choice: Choice): Promise<void>
  /** Ends it. */
  stop(): void
}

/** A call to the server. */
export interface Sent {
  operation: string
  /** The names of the fields of its input that are set. */
  fields: readonly string[]
}

interface Popup {
  state: string
  resolve(url: string): void
  reject(error: unknown): void
}

interface Pending {
  endpoint: AnyEndpoint
  input: object
  resolve(output: unknown): void
  reject(error: unknown): void
}

const ENV = 'world'
const START = Date.UTC(2026, 0)
const SESSION_KEY = `authflow_session_${ENV}`

/** Fake timers of a test runner must not stop the world. */
const { setImmediate } = globalThis
const nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve))

/**
 * Starts a client as an app has it, with real flows, on a world that a list of choices decides.
 *
 * @param model the flows, and how the world behaves
 */
export async function openWorld(model: Model): Promise<World> {
  // What the client imports when it is first needed would need more turns the first time.
  await import('../client/flowStorage.ts')
  let now = START
  let serial = 0
  let faults = 0
  let reloads = 0
  let elapsed = 0
  let calls: Sent[] = []
  let tabs = 0
  /** The operations that the app has called, and the calls that have not ended. */
  let made: string[] = []
  let running: AppCall[] = []
  /** The lasting answer of each operation. */
  const lasting = new Map<string, string>()
  let pending: Pending[] = []
  let waits: { deadline: number; resolve(): void }[] = []
  let popups: Popup[] = []
  const shared = mapStore()
  const tab = mapStore()
  /** Whether the page is left, and what it has written last has to be stored. */
  let isLeaving = false
  let store: (() => void) | undefined
  /** Whether the next deadline is that of the store of the tab, which answers late. */
  let isStoring = false
  /** A page that is left frees its locks. */
  let lock = processLock({})

  /** Ends a wait or a call when its signal aborts. */
  function onAbort(
    signal: AbortSignal | undefined,
    remove: () => void,
    reject: (e: unknown) => void,
    operation?: string,
  ) {
    const abort = () => {
      remove()
      reject(new AuthError('cancelled', { operation }))
    }
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort)
  }

  /**
   * What a tab stores counts when the page is left; until then the first write waits, and the client, which keeps
   * only the newest one behind it, has nothing to serialize.
   */
  function late(write: () => void): Promise<void> | void {
    if (isLeaving) return write()
    isStoring = true
    return new Promise((resolve) => {
      store = () => {
        write()
        resolve()
      }
    })
  }
  const lateTab: Store = {
    get: (key) => tab.get(key),
    set: (key, value) => late(() => void tab.set(key, value)),
    remove: (key) => late(() => void tab.remove(key)),
  }

  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    random: () => 0.5,
    until: (deadline, signal) =>
      new Promise((resolve, reject) => {
        if (isStoring) return void (isStoring = false)
        if (deadline <= now) return resolve()
        const wait = { deadline, resolve }
        waits.push(wait)
        onAbort(signal, () => (waits = waits.filter((each) => each !== wait)), reject)
      }),
  }

  const call: Caller = (endpoint, input, grants) =>
    new Promise((resolve, reject) => {
      const { operation } = endpoint
      const fields = Object.entries(input as object).filter(([, value]) => value !== undefined)
      calls.push({ operation, fields: fields.map(([name]) => name) })
      const sent: Pending = {
        endpoint: endpoint as AnyEndpoint,
        input: input as object,
        resolve: resolve as Pending['resolve'],
        reject,
      }
      pending.push(sent)
      const remove = () => (pending = pending.filter((each) => each !== sent))
      onAbort(grants?.signal, remove, reject, operation)
    })

  // An inspector is the place where every call passes.
  const inspect = { observe: model.inspect, watchCalls: () => call } as unknown as Inspector
  inspectors.add(inspect)

  async function start(): Promise<Client<Model['flows']>> {
    const client = createClient(
      {
        env: ENV,
        flows: model.flows,
        clock,
        inspect,
        storage: { tab: lateTab },
        returnOrigins: ['https://app.example'],
        platform: {
          nonce: () => NONCE,
          redirect: () => undefined,
          openPopup: (_url, state, signal) =>
            new Promise((resolve, reject) => {
              const popup = { state, resolve, reject }
              popups.push(popup)
              onAbort(signal, () => (popups = popups.filter((each) => each !== popup)), reject)
            }),
          readCallback,
        },
      },
      { store: shared, shared, lock, isShared: false },
    )
    client.auth.start()
    for (let turn = 0; turn < MAX_TURNS && client.auth.get().status === 'unknown'; turn++) {
      await nextTurn()
    }
    return client
  }

  if (model.status !== 'signedOut') {
    const tokens = { access_token: new Secret('access 0'), refresh_token: new Secret('refresh 0') }
    const credentials = toCredentials(
      { ...tokens, expires_in: 7200, ...owners[model.status] },
      clock,
    )
    void shared.set(
      SESSION_KEY,
      formatRecord({ kind: 'pair', epoch: now, generation: 0, credentials }),
    )
  }
  let client = await start()
  const storedKind = () => parseRecord(shared.entries.get(SESSION_KEY))?.kind

  const rootOf = () => client.system()!.get('session') as AnyActorRef
  const payloadsOf = (type: string) => {
    const listed = hasOwn(model.events, type) ? model.events[type] : [{}]
    return listed || []
  }

  function payloadOf({ event, note }: Extract<Choice, { type: 'send' }>): object {
    const found = payloadsOf(event).find((payload) => payload.note === note)
    const { note: _, ...payload } = { note, ...found }
    return payload
  }

  const outcomesFor = ({ endpoint, input }: Pending) =>
    outcomesOf(model, endpoint.operation, sampleOf(endpoint)).filter(
      ({ when }) => !when || when(input),
    )

  const isAsBefore = ({ endpoint: { operation } }: Pending, { isLasting, name }: Outcome) =>
    !isLasting || (lasting.get(operation) ?? name) === name

  function sends(isModal: boolean): Choice[] {
    const { system } = rootOf()
    const actors = [system.get('captcha'), ...flowActors(system), rootOf()] as AnyActorRef[]
    const types = new Set(actors.flatMap((actor) => typesOf(actor.getSnapshot()) as string[]))
    return [...types]
      .filter((type) => !type.includes('*') && (!isModal || type.startsWith('captcha.')))
      .flatMap((event) =>
        payloadsOf(event).map((payload): Extract<Choice, { type: 'send' }> => {
          const { note } = payload
          return { type: 'send', event, ...(note !== undefined && { note }) }
        }),
      )
      .filter((choice) => {
        return client.auth.can({ type: choice.event, ...payloadOf(choice) } as never)
      })
  }

  function answers(): Choice[] {
    const first = pending.filter(
      ({ endpoint }, at) =>
        pending.findIndex((other) => other.endpoint.operation === endpoint.operation) === at,
    )
    return first.flatMap((sent) =>
      outcomesFor(sent)
        .filter((outcome) => isAsBefore(sent, outcome))
        .filter((outcome) => faults < model.faults || !isFault(outcome))
        .map(({ name }): Choice => {
          return { type: 'answer', operation: sent.endpoint.operation, outcome: name }
        }),
    )
  }

  /** What happens beside the user, the server and time, within what the model allows. */
  function others(): Choice[] {
    const tabActs = tabs < model.otherTabs ? tabActions.filter(canTab) : []
    const calls = model.calls.filter(({ endpoint }) => !made.includes(endpoint.operation))
    return [
      ...(popups.length > 0 ? popupOutcomes : []).map((outcome): Choice => ({
        type: 'popup',
        outcome,
      })),
      ...calls.map(({ endpoint: { operation } }): Choice => ({ type: 'call', operation })),
      ...tabActs.map((action): Choice => ({ type: 'otherTab', action })),
      ...(reloads < model.reloads ? [{ type: 'reload' } as const] : []),
    ]
  }

  /** Only a tab with a session has one to end, and one tab at a time refreshes it. */
  const canTab = (action: TabAction) =>
    action === 'signIn' ||
    (storedKind() === 'pair' &&
      (action === 'signOut' || !pending.some(({ endpoint }) => endpoint.operation === 'refresh')))

  async function actInOtherTab(action: TabAction) {
    const tokens = {
      access_token: new Secret(`access ${++serial}`),
      refresh_token: new Secret(`refresh ${serial}`),
      expires_in: 7200,
    }
    const other = createSharedSession({
      clientId: ENV,
      store: shared,
      lock,
      isShared: false,
      clock,
      timeout: 15_000,
      send: () => Promise.resolve(tokens),
    })
    const close = other.open(() => undefined)
    await other.load()
    if (action === 'signIn') other.begin(toCredentials({ ...tokens, ...owners.another }, clock))
    else if (action === 'signOut') other.end()
    // After a failed refresh every tab keeps the pause.
    else await other.refresh({ isUrgent: true }).catch(() => undefined)
    await other.settled()
    close()
  }

  function callBeside(call: AppCall) {
    const { endpoint, params } = call
    made.push(endpoint.operation)
    running.push(call)
    const end = () => void (running = running.filter((each) => each !== call))
    client.auth.call(endpoint as never, params as never).then(end, end)
  }

  function endPopup({ state, resolve, reject }: Popup, outcome: PopupOutcome) {
    const operation = 'openPopup'
    if (outcome === 'answered') resolve(`${CALLBACK}?code=1&state=${state}`)
    else if (outcome === 'denied') resolve(`${CALLBACK}?error=access_denied&state=${state}`)
    else if (outcome === 'closed') reject(new AuthError('cancelled', { operation }))
    else reject(new AuthError('failed_precondition', { operation }))
  }

  function lookOf(choices: Choice[]): Look {
    const { status, flow, step, busy, error, captcha } = viewOf(rootOf())
    const shown = captcha ? captcha.error : error
    const can = choices.flatMap((choice) => (choice.type === 'send' ? [choice.event] : []))
    return {
      status,
      ...(flow !== undefined && { flow, step: step as string }),
      busy: captcha ? captcha.busy : busy,
      captcha: !!captcha,
      ...(shown && { error: shown.code }),
      can: [...new Set(can)].sort(),
    }
  }

  function answer(sent: Pending, outcome: Outcome) {
    const { endpoint, input } = sent
    const { error, retryAfter, output = {} } = outcome
    const { operation } = endpoint
    if (isFault(outcome)) faults++
    if (outcome.isLasting) lasting.set(operation, outcome.name)
    if (error !== undefined) return sent.reject(new AuthError(error, { operation, retryAfter }))
    const wire = typeof output === 'function' ? output({ input, serial: ++serial }) : output
    try {
      const answered = read(wire, endpoint.shape)
      endpoint.check?.(answered, input as never)
      sent.resolve(answered)
    } catch (thrown) {
      sent.reject(AuthError.from(thrown, operation))
    }
  }

  const world: World = {
    get calls() {
      return calls
    },
    get elapsed() {
      return elapsed
    },
    payloadOf,

    state(known) {
      const root = rootOf()
      const names = pending.map(({ endpoint }) => endpoint.operation)
      const stored = [...shared.entries.keys()].map((key) =>
        key === SESSION_KEY ? storedKind() : key,
      )
      const key = keyOf(root, {
        now,
        pending: names,
        deadlines: waits.map(({ deadline }) => deadline).sort((a, b) => a - b),
        rest: [
          Number.isFinite(model.faults) && faults,
          Number.isFinite(model.reloads) && reloads,
          Number.isFinite(model.otherTabs) && tabs,
          [...made].sort(),
          stored,
          [...lasting],
        ],
      })
      const equal = known?.get(key)
      if (equal) return equal
      const { status, error } = root.getSnapshot() as { status: string; error?: unknown }
      const { captcha, user } = viewOf(root)
      const isModal = !!captcha && model.modal
      const sendable = status === 'active' ? sends(isModal) : []
      const isSilent = pending.length > 0
      const canWait = waits.length > 0 && (!isSilent || faults < model.faults)
      return {
        key,
        look: lookOf(sendable),
        choices: [
          ...sendable,
          ...answers(),
          ...(canWait ? [{ type: 'wait' } as const] : []),
          ...others(),
        ],
        pending: names,
        appCalls: running.map(({ endpoint }) => endpoint.operation),
        deadlines: waits.length,
        isStored: storedKind() === 'pair',
        ...(user?.uid !== undefined && { uid: user.uid }),
        ...(status === 'error' && { thrown: String(error) }),
      }
    },

    async perform(choice) {
      calls = []
      elapsed = 0
      if (choice.type === 'send') {
        const event = { type: choice.event, ...payloadOf(choice) }
        if (!client.auth.can(event as never)) throw impossible(`nothing takes ${choice.event}`)
        client.auth.send(event as never)
      } else if (choice.type === 'answer') {
        const { operation, outcome: name } = choice
        const sent = pending.find(({ endpoint }) => endpoint.operation === operation)
        if (!sent) throw impossible(`${operation} is not called`)
        const outcome = outcomesFor(sent).find((each) => each.name === name)
        if (!outcome) throw impossible(`${operation} has no outcome "${name}"`)
        pending = pending.filter((each) => each !== sent)
        answer(sent, outcome)
      } else if (choice.type === 'wait') {
        if (waits.length === 0) throw impossible('there is no deadline')
        // A server that stays silent is a fault.
        if (pending.length > 0) faults++
        const deadline = Math.min(...waits.map((wait) => wait.deadline))
        elapsed = Math.max(0, deadline - now)
        now += elapsed
        const over = waits.filter((wait) => wait.deadline <= now)
        waits = waits.filter((wait) => wait.deadline > now)
        for (const { resolve } of over) resolve()
      } else if (choice.type === 'popup') {
        const popup = popups.pop()
        if (!popup) throw impossible('no popup is open')
        endPopup(popup, choice.outcome)
      } else if (choice.type === 'call') {
        const { operation } = choice
        const call = model.calls.find(({ endpoint }) => endpoint.operation === operation)
        if (!call) throw impossible(`the app does not call ${operation}`)
        callBeside(call)
      } else if (choice.type === 'otherTab') {
        if (!canTab(choice.action)) throw impossible(`another tab cannot ${choice.action}`)
        tabs++
        await actInOtherTab(choice.action)
      } else {
        reloads++
        isLeaving = true
        store?.()
        await nextTurn()
        client.auth.stop()
        await nextTurn()
        isLeaving = false
        store = undefined
        pending = []
        waits = []
        popups = []
        lock = processLock({})
        client = await start()
      }
      await nextTurn()
    },

    stop: () => client.auth.stop(),
  }
  return world
}

/** Turns of the event loop that a client needs at most to read its stores. */
const MAX_TURNS = 50

interface MapStore extends Store {
  readonly entries: ReadonlyMap<string, string>
}

/** A store in memory whose contents can be listed. */
function mapStore(): MapStore {
  const entries = new Map<string, string>()
  return {
    entries,
    isAtomic: true,
    isPrivate: true,
    get: (key) => entries.get(key),
    set: (key, value) => void entries.set(key, value),
    remove: (key) => void entries.delete(key),
    update(key, decide) {
      const next = decide(entries.get(key) ?? null)
      if (next !== undefined) entries.set(key, next)
    },
  }
}

const samples: Record<Kind, unknown> = {
  string: 'text',
  boolean: true,
  seconds: 600,
  count: 0,
  secret: 'secret',
  record: {},
  list: [],
}

/** An answer of the shape of an endpoint, without the fields that may be missing. */
const sampleOf = ({ shape }: AnyEndpoint): object =>
  Object.fromEntries(
    Object.entries<string>(shape as Record<string, string>)
      .filter(([, kind]) => !kind.endsWith('?'))
      .map(([name, kind]) => [name, samples[kind as Kind]]),
  )

const impossible = (description: string) =>
  new AuthError('failed_precondition', { operation: 'story', description })
