import type { AnyActorRef, InspectionEvent } from 'xstate'
import { type AuthOptions, createAuth } from '../../adapters/client/index.ts'
import { observer } from './observer.ts'
import type { Inspector } from '../../adapters/inspect/index.ts'
import type { Flows } from '../../machines/core/session.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { type Config, createSandbox } from '../../sandbox/index.ts'
import type { Endpoint } from '../../services/http/endpoint.ts'
import * as endpoints from '../../services/http/endpoints.ts'
import type { OperationName } from '../../services/http/operation.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import { manualClock } from './clock.ts'
import { createNetwork, type Interruption } from './interruptions.ts'
import './preload.ts'
import { recordTransitions } from './transitions.ts'

/** What a test sets instead of the defaults of {@link openWorld}. */
export interface WorldOptions {
  interruption?: Interruption
  /** Settings of the sandbox. */
  config?: Partial<Config>
  /** Sends the requests. Default: to the sandbox, without a socket. */
  wire?: typeof globalThis.fetch
  /** Milliseconds after which an unanswered request fails. */
  timeout?: number
  storage?: { shared?: Store; tab?: Store }
  /** Default: by picture. */
  captcha?: AuthOptions<Flows>['captcha']
  /** Default: `signIn` alone. */
  flows?: Flows
  inspect?: (event: InspectionEvent) => void
  /** Observes the client as the inspector of an app does. */
  inspector?: Inspector
  returnOrigins?: string[]
}

/** A popup that the client has opened, and how it ends. */
export interface Popup {
  uri: string
  resolve(address: string): void
  reject(reason: Error): void
}

/** A client, its sandbox, and the means to move both; see {@link openWorld}. */
export type World = Awaited<ReturnType<typeof openWorld>>

/**
 * Starts a sandbox and a client of it. The clock, the stores, the platform and the network between the
 * two belong to the test. The sandbox also listens at `url`, for other clients and for pages.
 *
 * @param options what differs from the defaults
 * @returns the world, once the client knows its status; to be closed by the test
 */
export async function openWorld(options: WorldOptions = {}) {
  const { interruption = 'nothing' } = options
  const sandbox = createSandbox({
    config: {
      sendsBeforeCaptcha: 1000,
      resendSeconds: 0,
      captchaOnEveryCall: interruption.startsWith('captcha') ? 'on' : 'off',
      accessTokenSeconds: interruption === 'token expiry' ? 2 : 7200,
      ...options.config,
    },
  })
  const { url, close } = await sandbox.listen({ port: 0 })
  const clock = manualClock()
  const storage = { shared: memoryStore(), tab: memoryStore(), ...options.storage }
  const network = createNetwork(sandbox, interruption, options.wire)
  const { calls, dialogs, faultQueue, pending } = network
  const taken = new Set<string>()
  const redirects: string[] = []
  const popups: Popup[] = []
  let system: AnyActorRef['system']

  /** The text of the newest captcha picture. */
  const readCaptcha = () => sandbox.captchaAnswer([...dialogs].at(-1) ?? '') ?? 'none'

  const open = () => {
    const auth = createAuth({
      env: 'demo',
      endpoint: url,
      flows: (options.flows ?? { signIn }) as { signIn: typeof signIn },
      fetch: network.fetch,
      timeout: options.timeout,
      clock,
      storage,
      captcha: options.captcha,
      returnOrigins: options.returnOrigins,
      platform: {
        redirect: (uri) => void redirects.push(uri),
        openPopup: (uri, _state, signal) =>
          new Promise((resolve, reject) => {
            popups.push({ uri, resolve, reject })
            signal.addEventListener('abort', () => reject(signal.reason as Error))
          }),
      },
      inspect: observer((event) => {
        system = (event.actorRef as AnyActorRef).system
        recordTransitions(event, taken)
        options.inspect?.(event)
      }, options.inspector),
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
    faultQueue,
    /** The names of the transitions that machines have taken. */
    taken,
    /** The addresses that the page was led to. */
    redirects,
    /** The popups that were opened. */
    popups,
    auth: open(),
    url,

    countMessages: () => sandbox.inbox().length,
    countRefreshes: () => calls.filter((call) => call.endsWith('/v1/token')).length,

    /** @returns the actor with this system id */
    actor: (systemId: string): AnyActorRef => system.get(systemId),

    holdRequests: (pattern: RegExp) => network.hold(pattern),
    untilRequestHeld: () => network.untilHeld(),
    releaseRequests: () => network.release(),

    /** Moves the clocks of client and server. */
    advance(seconds: number) {
      sandbox.advance(seconds)
      clock.advance(seconds * 1000)
    },

    /**
     * Waits until only the user can go on.
     *
     * @param options.answering whether captchas are answered on the way
     */
    async settle({ answering = true } = {}) {
      for (let calm = 0; ;) {
        await new Promise((resolve) => setImmediate(resolve))
        if (pending.size > 0) {
          calm = 0
          await Promise.allSettled(pending)
          continue
        }
        calm++
        const { status, captcha, busy } = world.auth.get()
        const isAsked = captcha && !captcha.busy && answering
        const isWaiting = busy && !captcha
        // Reading the stored session takes more turns.
        const enough = status === 'unknown' ? 30 : 3
        if (isAsked) {
          calm = 0
          world.answerCaptcha()
        } else if (calm === 3 && isWaiting) {
          // Busy without a request: it waits for the time to try again.
          calm = 0
          world.advance(1)
        } else if (calm >= enough && !isWaiting) return
      }
    },

    readCaptcha,

    answerCaptcha(text = readCaptcha()) {
      world.auth.send({ type: 'captcha.answer', text })
    },

    /** Makes a call and answers captchas, until it has succeeded or failed for good. */
    async call(operation: OperationName, params?: object): Promise<unknown> {
      let isSettled = false
      const call = world.auth
        .call(endpoints[operation] as Endpoint<object, object>, params as never)
        .finally(() => (isSettled = true))
      const waiting = (async () => {
        // It waits for the time to try again.
        for (await world.settle(); !isSettled; await world.settle()) world.advance(1)
      })()
      const [settled] = await Promise.allSettled([call, waiting])
      if (settled.status === 'fulfilled') return settled.value
      if (interruption !== 'network failure' || settled.reason.code !== 'unreachable') {
        throw settled.reason
      }
      world.advance(1)
      return world.call(operation, params)
    },

    /** Loads the page anew: another client with the same stores. */
    async reload() {
      world.auth.stop()
      world.auth = open()
      await world.settle()
    },

    /** @returns the view in short: `signedIn: account.askingEdit (setPassword: cancelled)` */
    summarize() {
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
