import type { AnyActorRef, AnyMachineSnapshot, EventObject, InspectionEvent } from 'xstate'
import type { Endpoint } from '../../services/http/endpoint.ts'
import type { OperationName } from '../../services/http/operation.ts'
import * as endpoints from '../../services/http/endpoints.ts'
import type { Inspector } from '../../adapters/inspect/index.ts'
import { type AuthOptions, createAuth } from '../../adapters/client/index.ts'
import type { Flows } from '../../machines/core/session.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { type Config, createSandbox, type Fault } from '../../sandbox/index.ts'
// What is fetched when it is first needed is there at once.
import '../../services/platform/popup.ts'
import '../../adapters/client/flowStorage.ts'
import '../../services/snapshot.ts'
import 'superjson'
import { turnableClock } from './clock.ts'
import { nameOfTaken } from './paths.ts'

/** What befalls a journey, beside its own course. */
export type Interruption =
  'nothing' | 'captcha' | 'captcha refused' | 'expiry' | 'broken line' | 'reload'
export const interruptions: Interruption[] = [
  'nothing',
  'captcha',
  'captcha refused',
  'expiry',
  'broken line',
  'reload',
]

/** What a test puts at the edges instead of the usual. */
export interface Edges {
  /** Settings of the sandbox. */
  config?: Partial<Config>
  /** The wire itself. Default: the global `fetch`. */
  wire?: typeof globalThis.fetch
  /** Milliseconds until a call that got no answer is given up. */
  timeout?: number
  storage?: { shared?: Store; tab?: Store }
  /** Default: by picture. */
  captcha?: AuthOptions<Flows>['captcha']
  /** The journeys beside or instead of `signIn`. */
  flows?: Flows
  inspect?: (event: InspectionEvent) => void
  returnOrigins?: string[]
}

/** A window of its own, and how it ends. */
export interface Visit {
  uri: string
  resolve(address: string): void
  reject(reason: Error): void
}

/**
 * A sandbox over real HTTP, the door before it, and the one person in front. Only the edges are
 * ours: the clock, the stores, and a wire that can break or be held.
 */
export async function openWorld(interruption: Interruption = 'nothing', edges: Edges = {}) {
  const sandbox = createSandbox({
    config: {
      sendsBeforeCaptcha: 1000,
      resendSeconds: 0,
      captchaOnEveryCall: interruption.startsWith('captcha') ? 'on' : 'off',
      accessTokenSeconds: interruption === 'expiry' ? 2 : 7200,
      ...edges.config,
    },
  })
  const { url, close } = await sandbox.listen({ port: 0 })
  const clock = turnableClock()
  const storage = { shared: memoryStore(), tab: memoryStore(), ...edges.storage }
  const wire = edges.wire ?? globalThis.fetch
  const hindered = new Set<string>()
  /** Whether it is the turn of this one: the first time, and then every other. */
  const isHindered = (key: string) => !hindered.delete(key) && !!hindered.add(key)
  const calls: string[] = []
  const dialogs = new Set<string>()
  const taken = new Set<string>()
  const sequence: Fault[] = []
  const refreshes = () => calls.filter((call) => call.endsWith('/v1/token')).length
  const left: string[] = []
  const visits: Visit[] = []
  const underWay = new Set<Promise<unknown>>()
  let pictureToken = ''
  let system: AnyActorRef['system']
  let gate: { isFor: RegExp; opened: Promise<void>; open(): void } | undefined

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(input as string)
    const { pathname, searchParams } = url
    const call = `${init?.method} ${pathname}`
    if (gate?.isFor.test(call)) await gate.opened
    // What a provider gives is new each time: then once is for all of it.
    const isOnce = /\/provider\/(token|bind)$/.test(pathname)
    const key = isOnce ? call : `${call} ${init?.body as string}`
    if (interruption === 'broken line' && isHindered(key)) throw new TypeError('fetch failed')
    if (interruption === 'captcha refused' && searchParams.has('captcha_token')) {
      if (isHindered(key)) searchParams.set('captcha_token', 'of another time')
    }
    const [next] = sequence
    if (next?.method === init?.method && pathname.startsWith(next!.path.replace('*', ''))) {
      sandbox.faults([...sandbox.faults(), sequence.shift()!])
    }
    calls.push(call)
    const answer = send(url.href, init)
    underWay.add(answer)
    return answer.finally(() => underWay.delete(answer))
  }

  const send: typeof globalThis.fetch = async (input, init) => {
    const response = await wire(input, init)
    const body = await response.clone().text()
    if (/\/captcha\/data\b(?!\/)/.test(input as string) && response.ok) {
      pictureToken = (JSON.parse(body) as { token: string }).token
      dialogs.add(pictureToken)
    }
    return response
  }

  /** What the newest picture says. */
  const pictureText = () => sandbox.captchaAnswer(pictureToken) ?? 'none'

  const open = () => {
    const auth = createAuth({
      env: 'demo',
      endpoint: url,
      flows: (edges.flows ?? { signIn }) as { signIn: typeof signIn },
      fetch,
      timeout: edges.timeout,
      clock,
      storage,
      captcha: edges.captcha,
      returnOrigins: edges.returnOrigins,
      platform: {
        redirect: (uri) => void left.push(uri),
        openPopup: (uri, _state, signal) =>
          new Promise((resolve, reject) => {
            visits.push({ uri, resolve, reject })
            signal.addEventListener('abort', () => reject(signal.reason as Error))
          }),
      },
      // Tests see more than apps do.
      inspect: {
        observe(event) {
          system = (event.actorRef as AnyActorRef).system
          noteTransitions(event, taken)
          edges.inspect?.(event)
        },
      } as Inspector,
    })
    auth.start()
    return auth
  }

  const world = {
    sandbox,
    clock,
    storage,
    calls,
    dialogs,
    /** The transitions that machines have taken. */
    taken,
    /** Faults of which each waits for the ones before it. */
    sequence,
    refreshes,
    /** Where the page was left for. */
    left,
    /** The windows that were opened. */
    visits,
    auth: open(),
    messages: () => sandbox.inbox().length,
    url,

    /** A machine at work, by its system id. */
    peer: (name: string): AnyActorRef => system.get(name),

    /** From now on calls like `POST /auth/v1/token` wait until they are let go. */
    hold(isFor: RegExp) {
      let open!: () => void
      const opened = new Promise<void>((resolve) => (open = resolve))
      gate = { isFor, opened, open }
    },

    /** Lets those go that are held; later ones are held again. */
    letGo() {
      const held = gate!
      world.hold(held.isFor)
      held.open()
    },

    /** Client and server grow older together. */
    pass(seconds: number) {
      sandbox.advance(seconds)
      clock.advance(seconds * 1000)
    },

    /** Waits until nobody but a person can go on, and answers captchas on the way if told to. */
    async settle({ answering = true } = {}) {
      for (let calm = 0; ;) {
        await new Promise((resolve) => setImmediate(resolve))
        if (underWay.size > 0) {
          calm = 0
          await Promise.allSettled(underWay)
          continue
        }
        calm++
        const { status, captcha, busy } = world.auth.get()
        const isAsked = captcha && !captcha.busy && answering
        const isWaiting = busy && !captcha
        // Who is there is found out in some more turns.
        const enough = status === 'unknown' ? 30 : 3
        if (isAsked) {
          calm = 0
          world.answerCaptcha()
        } else if (calm === 3 && isWaiting) {
          // Nothing is on the wire and yet it is busy: it waits for a moment to try again.
          calm = 0
          world.pass(1)
        } else if (calm >= enough && !isWaiting) return
      }
    },

    pictureText,

    answerCaptcha(text = pictureText()) {
      world.auth.send({ type: 'captcha.answer', text })
    },

    /** Does a call to its end, whatever comes between. */
    async call(operation: OperationName, params?: object): Promise<unknown> {
      let isOver = false
      const call = world.auth
        .call(endpoints[operation] as Endpoint<object, object>, params as never)
        .finally(() => (isOver = true))
      const waiting = (async () => {
        // It waits for a moment to try again.
        for (await world.settle(); !isOver; await world.settle()) world.pass(1)
      })()
      const [settled] = await Promise.allSettled([call, waiting])
      if (settled.status === 'fulfilled') return settled.value
      if (interruption !== 'broken line' || settled.reason.code !== 'unreachable') {
        throw settled.reason
      }
      world.pass(1)
      return world.call(operation, params)
    },

    /** The page goes and comes back. */
    async reload() {
      world.auth.stop()
      world.auth = open()
      await world.settle()
    },

    end() {
      const { status, flow, step, error } = world.auth.get()
      const why = error ? ` (${error.operation}: ${error.code})` : ''
      return `${status}: ${flow ? `${flow}.${step}` : 'no flow'}${why}`
    },

    async close() {
      world.auth.stop()
      await close()
    },
  }
  await world.settle()
  return world
}

export type World = Awaited<ReturnType<typeof openWorld>>

function noteTransitions(event: InspectionEvent, taken: Set<string>) {
  if (event.type === '@xstate.microstep') {
    for (const transition of event._transitions) taken.add(nameOfTaken(transition))
  }
  if (event.type === '@xstate.event') {
    // A machine that ends by throwing does not live to report its last step; its parent hears of it.
    const child = event.event.type.startsWith('xstate.error.') ? event.sourceRef : undefined
    const snapshot = child?.getSnapshot() as Partial<AnyMachineSnapshot> | undefined
    const lastEvent = child && lastEvents.get(child)
    const last = lastEvent && snapshot?.machine?.getTransitionData(snapshot as never, lastEvent)
    for (const transition of last ?? []) taken.add(nameOfTaken(transition))
    lastEvents.set(event.actorRef, event.event)
  }
}

const lastEvents = new WeakMap<object, EventObject>()
