import {
  type Actor,
  type AnyActorRef,
  type AnyMachineSnapshot,
  createActor,
  toPromise,
  waitFor,
} from 'xstate'
import { freshTokens, type System, tokensOf } from '../../machines/core/freshTokens.ts'
import type { Calls } from '../../machines/core/calls.ts'
import { type FlowMeta, type Flows, type LifeEvent, session } from '../../machines/core/session.ts'
import { AuthError } from '../../services/error.ts'
import { unwrapSecrets, wrapSecrets } from '../../services/secret.ts'
import type { SessionPorts } from '../../services/session/ports.ts'
import type { SharedSession } from '../../services/session/sharedSession.ts'
import { provide } from '../../services/system.ts'
import { createAccessTokenReader } from './accessToken.ts'
import { checkCall, checkLifeEvent, checkListener } from './checkArguments.ts'
import { checkOptions } from './checkOptions.ts'
import { type InitialView, initialViewOf } from './initialView.ts'
import { createNotifier } from './notifier.ts'
import type { Auth, AuthOptions } from './options.ts'
import { watchPage } from './pageEvents.ts'
import { createFlowPersistence } from './persistence.ts'
import { receiverOf } from './receivers.ts'
import { renewedToken } from './renewedToken.ts'
import { createServices } from './services.ts'
import { type AuthEvent, flowActors, isSame, type View, viewOf } from './view.ts'

/** A client, and what is behind it for other clients that are built on this one. */
export interface Client<F extends Flows> {
  auth: Auth<F>
  /** The stored session; it needs no running actor. */
  session: SharedSession
  /** Undefined while the client is not started. */
  system(): System | undefined
  /** Shows who is signed in until a client that is started later has read it itself. */
  show(initial: InitialView): void
}

/**
 * Creates a client; see `createAuth`.
 *
 * @param ports where a server keeps the session, for a client that starts at its first use, as many requests
 *   use none; default: what the options and the platform say
 */
export function createClient<F extends Flows>(
  options: AuthOptions<F>,
  ports?: SessionPorts,
): Client<F> {
  checkOptions(options)
  const { clientId = options.env, flows, inspect } = options
  const { services, tab, load } = createServices(options, (url) => void navigate(url), ports)
  const secrets = Object.values(flows).flatMap(
    ({ config }) => (config.meta as FlowMeta)?.secrets ?? [],
  )
  const persistence = createFlowPersistence(tab, `authflow_${clientId}`, flows)
  const readAccessToken = createAccessTokenReader(services.clock)
  const lifeListeners = new Set<(event: LifeEvent) => void>()
  const unknownView = { status: 'unknown', busy: false, can: () => false } as unknown as View<F>
  const firstView = options.initialView ? handedOver(options.initialView) : unknownView
  /** What is shown until the stored session has been read. */
  let initialView = options.initialView ? withOwnCan(firstView) : unknownView
  let root: Actor<typeof session> | undefined
  let view = initialView
  /** Events sent before it is known who is signed in. */
  let pendingEvents: AuthEvent<F>[] | undefined
  /** The actors that the view is read from. */
  let followed: AnyActorRef[] = []
  let callCount = 0
  /** Settles once it is known who is signed in. */
  let resuming: Promise<void> | undefined
  let unwatch: (() => void) | undefined
  let closeStore: (() => void) | undefined
  let startsItself = !!ports?.request

  /** @returns the root, undefined before `start` */
  function use(): Actor<typeof session> | undefined {
    if (startsItself) auth.start()
    return root
  }

  function handedOver(initial: InitialView): View<F> {
    // Not the actor that `start` starts: an inspector sees that one only.
    return initialViewOf<F>(() => createActor(session, { input: { flows } }).getSnapshot(), initial)
  }

  /** Its `can` is that of the client as soon as there is a session to ask. */
  function withOwnCan({ can, ...rest }: View<F>): View<F> {
    return { ...rest, can: (event) => (root && !pendingEvents ? auth.can : can)(event) } as View<F>
  }

  const notifier = createNotifier(get, () => {
    if (!root) return
    follow(root)
    if (!pendingEvents) persistence.save(root)
  })

  function get(): View<F> {
    if (!root || pendingEvents) return initialView
    const next = viewOf(root)
    if (!isSame(view, next)) {
      view = { ...next, can: auth.can } as View<F>
      inspect?.onView?.(view)
    }
    return view
  }

  /** Subscribes to the actors that the view is read from, as they come. */
  function follow({ system }: AnyActorRef) {
    const { schedule: next } = notifier
    const actors = [system.get('session'), system.get('captcha'), ...flowActors(system)]
    for (const actor of actors) {
      if (!followed.includes(actor)) actor.subscribe({ next, error: next, complete: next })
    }
    followed = actors
  }

  const find = (event: { type: string }) => root && receiverOf(root.system, event)

  /** Saves the running flow first, because the page may go at once. */
  async function navigate(url: string) {
    await Promise.resolve()
    await persistence.saveNow(root)
    globalThis.location.assign(url)
  }

  /** Follows the stored session, and revokes the sessions that another page has left. */
  function followStore({ system }: AnyActorRef) {
    const { session, revocations } = services
    closeStore = session.open((change) => tokensOf(system)?.send(change))
    revocations.load().then(
      (left) => {
        for (const credentials of left)
          tokensOf(system)?.send({ type: 'tokens.revoke', credentials })
      },
      () => undefined,
    )
  }

  /** Refreshes the session when the page is shown or online again. */
  function watch({ system }: AnyActorRef) {
    const wake = () => {
      tokensOf(system)?.send({ type: 'tokens.wake' })
      freshTokens(system).catch(() => undefined)
    }
    if (options.watch) unwatch = options.watch(wake)
    else if (typeof document !== 'undefined') unwatch = watchPage(system, wake)
  }

  async function resume(running: Actor<typeof session>) {
    const events: AuthEvent<F>[] = (pendingEvents = [])
    const hasCallback = () => events.some(({ type }) => type === 'provider.return')
    const saved = await persistence.load(running, hasCallback)
    if (running !== root) return
    if (saved) {
      const { flow, logic, codes, userFact } = saved
      running.send({ type: 'codes.restore', codes })
      if (userFact) running.send(userFact)
      running.send({ type: 'flow.resume', flow, logic })
    }
    pendingEvents = undefined
    initialView = unknownView
    notifier.schedule()
    for (const event of events) auth.send(event)
  }

  const auth: Auth<F> = {
    start() {
      startsItself = false
      if (root) return
      load()
      root = createActor(session, {
        systemId: 'session',
        input: { flows },
        inspect: inspect?.observe,
      })
      provide(root.system, services)
      root.on('*', (event) => {
        for (const run of lifeListeners) queueMicrotask(() => run(event))
      })
      followStore(root)
      root.start()
      follow(root)
      watch(root)
      resuming = resume(root)
      notifier.schedule()
    },

    stop() {
      startsItself = false
      unwatch?.()
      closeStore?.()
      unwatch = closeStore = undefined
      root?.stop()
      root = pendingEvents = undefined
      followed = []
      notifier.schedule()
    },

    get: () => (use(), get()),
    getInitial: () => firstView,
    subscribe(run) {
      checkListener('subscribe', run)
      use()
      return notifier.subscribe(run)
    },

    send(given) {
      use()
      const event = toObject(given)
      if (pendingEvents) return void pendingEvents.push(event)
      const wrapped = wrapSecrets<{ type: string }>(event, secrets)
      // What the user does is a reason to try again, unless the server has asked for a pause.
      if (root) tokensOf(root.system)?.send({ type: 'tokens.wake' })
      const receiver = find(wrapped)
      inspect?.onSend?.(wrapped, !!receiver)
      if (receiver) receiver.send(wrapped)
      else if (isDevelopment()) warn(wrapped, root ? [...flowActors(root.system), root] : [])
    },

    async signOut(request = {}) {
      const running = use()
      if (!running) throw notStarted()
      const { system } = running
      await resuming
      auth.send({ type: 'session.end', ...request })
      const revocation = tokensOf(system)?.getSnapshot().context.signOut
      // The first attempt counts: later ones need no caller to wait for them.
      if (revocation) await waitFor(revocation, isSettled)
    },

    can: (event) => (use(), !!find(wrapSecrets<{ type: string }>(toObject(event), secrets))),

    on(type, run) {
      checkLifeEvent(type)
      checkListener('on', run)
      const listener = (event: LifeEvent) => {
        if (event.type === type) run(event as never)
      }
      lifeListeners.add(listener)
      return () => void lifeListeners.delete(listener)
    },

    async call(endpoint, params = {} as never) {
      checkCall(endpoint, params)
      const { operation } = endpoint
      const started = use()
      // Deferred: the caller may be inside a transition.
      await Promise.resolve()
      if (started && started !== root) throw cancelled(operation)
      if (!root) throw notStarted()
      const id = `call.${operation}.${++callCount}`
      const calls = callsActorOf(root)
      const wrapped: object = wrapSecrets(params)
      calls.send({ type: 'call.start', id, endpoint: endpoint as never, params: wrapped })
      const call = calls.getSnapshot().context.get(id)!
      const output = await toPromise(call)
      if (call.getSnapshot().status === 'stopped') throw cancelled(operation)
      return unwrapSecrets(output) as never
    },

    getAccessToken(options) {
      const running = use()
      if (!running) return Promise.reject(notStarted())
      return options?.anew ? renewedToken(running.system) : readAccessToken(running.system)
    },

    async getCredentials() {
      const running = use()
      if (!running) throw notStarted()
      const { credentials, error } = await freshTokens(running.system)
      if (!credentials) throw AuthError.from(error, 'getCredentials')
      const { access_token, refresh_token, expiresAt, sub: uid, scope } = credentials
      const refreshToken = refresh_token?.reveal()
      return { accessToken: access_token.reveal(), refreshToken, expiresAt, uid, scope }
    },
  }
  return {
    auth,
    session: services.session,
    system: () => root?.system,
    show: (initial) => void (initialView = withOwnCan(handedOver(initial))),
  }
}

/** Untyped code may send anything; what is no event is one that nothing takes. */
const toObject = <T extends object>(event: T): T => Object(event) as T

/** Whether the server has answered a sign-out, or the next attempt waits for its time. */
export const isSettled = ({ status, tags }: AnyMachineSnapshot): boolean =>
  status !== 'active' || tags.has('retrying')

/** The actor that runs calls; the first call starts it, as many clients make none. */
function callsActorOf(root: Actor<typeof session>): Actor<Calls> {
  root.send({ type: 'calls.open' })
  return root.system.get('calls')
}

/** Reads the snapshots at once, because the module that writes the warning is loaded first. */
function warn(event: { type: string }, actors: AnyActorRef[]) {
  const snapshots = actors.map((actor) => actor.getSnapshot() as AnyMachineSnapshot)
  import('./warnIgnored.ts').then(
    ({ warnIgnored }) => warnIgnored(event, snapshots),
    () => undefined,
  )
}

function isDevelopment(): boolean {
  try {
    return process.env['NODE_ENV'] !== 'production'
  } catch {
    // A browser without a bundler has no `process`.
    return false
  }
}

const cancelled = (operation: string) =>
  new AuthError('cancelled', { operation, description: 'the session was ended meanwhile' })

const notStarted = () =>
  new AuthError('failed_precondition', { description: 'call auth.start() first' })
