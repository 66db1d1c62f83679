import {
  type Actor,
  type AnyActorRef,
  type AnyStateMachine,
  createActor,
  StateMachine,
  toPromise,
  waitFor,
} from 'xstate'
import { pageAt } from '../../services/platform/destination.ts'
import { createCaller } from '../../services/http/caller.ts'
import { captchaPicture } from '../../services/captcha/captcha.ts'
import { systemClock } from '../../services/clock.ts'
import { AuthError } from '../../services/error.ts'
import { createHttp, originOf, randomHex } from '../../services/http/http.ts'
import { provide, type Services } from '../../services/system.ts'
import { wrapSecrets, unwrapSecrets } from '../../services/secret.ts'
import { boundedStore, type Store, webStore } from '../../services/session/store.ts'
import { createTokenStore } from '../../services/session/tokenStore.ts'
import { freshTokens } from '../../machines/core/request.ts'
import { Resumption } from '../../machines/core/resumable.ts'
import { type Flows, type LifeEvent, NO_NAME, session } from '../../machines/core/session.ts'
import type { FlowStorage } from './flowStorage.ts'
import type { Auth, AuthOptions } from './options.ts'
import { type AuthEvent, isSame, flowActors, type View, viewOf } from './view.ts'

export type { Auth, AuthOptions } from './options.ts'

/** The door: one session of one environment, for any UI. */
export function createAuth<const F extends Flows>(options: AuthOptions<F>): Auth<F> {
  return createClient(options).auth
}

/** The door, and the actor system behind it for other doors that are built on this one. */
export function createClient<const F extends Flows>(
  options: AuthOptions<F>,
): { auth: Auth<F>; system(): AnyActorRef['system'] | undefined } {
  const { env, clientId = env, clock = systemClock, flows } = options
  assertFlows(flows)
  const storeOf = (own: Store | undefined, name: Parameters<typeof webStore>[0]) =>
    own ? boundedStore(own, clock) : webStore(name)
  const shared = storeOf(options.storage?.shared, 'localStorage')
  const tab = storeOf(options.storage?.tab, 'sessionStorage')
  const http = createHttp({
    origin: () => originOf(options),
    clientId,
    language: options.language ?? 'zh-CN',
    timeout: options.timeout ?? 15_000,
    store: shared,
    fetch: options.fetch,
  })
  const { captcha = captchaPicture, platform = {}, returnOrigins } = options
  const services: Services = {
    call: createCaller(http, clientId),
    clock,
    captcha,
    store: createTokenStore(shared, clientId),
    nonce: platform.nonce ?? randomHex,
    redirect(url) {
      const page = pageAt(url, 'redirect')
      if (platform.redirect) platform.redirect(page)
      else void redirect(page)
    },
    platform,
    returnOrigins,
  }
  const logic = session(flows)
  assertOneXState(logic, flows)
  const savedFlow = `authflow_${clientId}`
  const subscribers = new Set<(view: View<F>) => void>()
  const listeners = new Set<(event: LifeEvent) => void>()
  const outset = { status: 'unknown', busy: false, can: () => false } as unknown as View<F>
  let root: Actor<typeof logic> | undefined
  let view = outset
  let told = outset
  let isDue = false
  let calls = 0
  let unwatch: (() => void) | undefined
  let postponed: AuthEvent<F>[] | undefined

  function receiverOf(event: { type: string }): AnyActorRef | undefined {
    if (!root) return undefined
    const actors = [root.system.get('captcha'), ...flowActors(root.system).reverse(), root]
    return actors.find((actor) => actor.getSnapshot().can(event))
  }

  function get(): View<F> {
    if (!root || postponed) return outset
    const next = viewOf(root)
    if (!isSame(view, next)) view = { ...next, can: auth.can } as View<F>
    return view
  }

  /** What keeps a flow through a reload is fetched when the first one runs. */
  let keeper: Promise<FlowStorage> | undefined
  const flowStorage = () =>
    (keeper ??= import('./flowStorage.ts').then(
      (module) => module.flowStorage(tab, savedFlow),
      (thrown) => {
        // What could not be fetched now may be at the next try.
        keeper = undefined
        throw thrown
      },
    ))

  /** In step with the page and its other tabs, where there is one. */
  async function watch({ system }: NonNullable<typeof root>) {
    const wake = () => void freshTokens(system).catch(ignore)
    if (options.watch) return void (unwatch = options.watch(wake))
    if (typeof document === 'undefined') return
    const { watchPage } = await import('./page.ts')
    if (system === root?.system) unwatch = watchPage(system, wake, `credentials_${clientId}`)
  }

  /** The page may go at once: whatever runs is kept first. */
  async function redirect(url: string) {
    await Promise.resolve()
    const flow = await flowStorage()
    if (root) flow.keep(root)
    await flow.settled()
    globalThis.location.assign(url)
  }

  function changed() {
    if (isDue) return
    isDue = true
    queueMicrotask(() => {
      isDue = false
      const running = root
      if (running && !postponed && (keeper || running.system.get('flow'))) {
        flowStorage().then((flow) => void (running === root && flow.keep(running)), ignore)
      }
      const next = get()
      if (next === told) return
      told = next
      for (const run of subscribers) tell(run, next)
    })
  }

  /**
   * Goes on with a flow that a reload has cut, if it is the same person's; what is sent before it
   * is known who that is waits. A flow of nobody to which a provider has answered goes on as well,
   * whoever came in by another tab meanwhile.
   */
  async function resume(running: NonNullable<typeof root>) {
    const events: AuthEvent<F>[] = (postponed = [])
    const known = waitFor(running, ({ value }) => value.who !== 'unknown').catch(ignore)
    const load = async () => ((await tab.get(savedFlow)) ? (await flowStorage()).load() : undefined)
    const saved = await load().catch(ignore)
    const uid = (await known)?.context.uid
    if (running !== root) return
    const isAnswered = events.some(({ type }) => type === 'provider.return')
    if (saved && (saved.uid === uid || (saved.uid === undefined && isAnswered))) {
      const input = new Resumption(saved.snapshot)
      running.send({ type: 'flow.start', flow: saved.flow, input })
    }
    postponed = undefined
    changed()
    for (const event of events) auth.send(event)
  }

  const auth: Auth<F> = {
    start() {
      if (root) return
      root = createActor(logic, { systemId: 'session', inspect: options.inspect?.observe })
      provide(root.system, services)
      root.on('*', (event) => {
        for (const run of listeners) queueMicrotask(() => run(event))
      })
      root.start()
      root.system.inspect(changed)
      void watch(root)
      void resume(root)
      changed()
    },
    stop() {
      unwatch?.()
      unwatch = undefined
      root?.stop()
      root = postponed = undefined
      changed()
    },
    get,
    subscribe(run) {
      subscribers.add(run)
      run(get())
      return () => void subscribers.delete(run)
    },
    send(event) {
      if (postponed) return void postponed.push(event)
      const sealed = wrapSecrets<typeof event & { type: string }>(event)
      receiverOf(sealed)?.send(sealed)
    },
    can: (event) => !!receiverOf(wrapSecrets<{ type: string }>(event)),
    on(type, run) {
      const listener = (event: LifeEvent) => {
        if (event.type === type) run(event as never)
      }
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async call(endpoint, params = {} as never) {
      const { operation } = endpoint
      const asked = root
      // A task of its own: whoever calls may stand inside a transition.
      await Promise.resolve()
      if (asked && asked !== root) throw cancelled(operation)
      if (!root) throw notStarted()
      const id = `call.${operation}.${++calls}` as const
      root.send({
        type: 'call.start',
        id,
        endpoint: endpoint as never,
        params: wrapSecrets(params) as object,
      })
      const { [id]: call } = root.getSnapshot().children as Record<string, AnyActorRef>
      const output = await toPromise(call!)
      if (call!.getSnapshot().status === 'stopped') throw cancelled(operation)
      return unwrapSecrets(output) as never
    },
    async getAccessToken() {
      if (!root) throw notStarted()
      const { credentials, error } = await freshTokens(root.system)
      if (credentials) return credentials.access_token.reveal()
      throw AuthError.from(error, 'getAccessToken')
    },
  }
  return { auth, system: () => root?.system }
}

const ignore = () => undefined

/** One listener's fault is its own: it surfaces, and the others are told. */
function tell<T>(run: (value: T) => void, value: T) {
  try {
    run(value)
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown
    })
  }
}

function assertFlows(flows: Flows | undefined) {
  const wrong = Object.entries(flows ?? { '': undefined }).find(
    ([name, flow]) => !Object.hasOwn(Object(flow), 'implementations') || NO_NAME.test(name),
  )
  if (!wrong) return
  throw new AuthError('invalid_argument', {
    description: `flows["${wrong[0]}"] must be a flow, under another name than the session's own`,
  })
}

function assertOneXState({ implementations }: AnyStateMachine, flows: Flows) {
  for (const name of Object.keys(flows)) {
    if (implementations.actors[name] instanceof StateMachine) continue
    throw new AuthError('failed_precondition', {
      description: `two copies of xstate are loaded, and the flow "${name}" is made with the other: run npm dedupe xstate`,
    })
  }
}

function cancelled(operation: string) {
  return new AuthError('cancelled', { operation, description: 'the session was ended meanwhile' })
}

function notStarted() {
  return new AuthError('failed_precondition', { description: 'call auth.start() first' })
}
