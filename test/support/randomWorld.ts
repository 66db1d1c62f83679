import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { inspect } from 'node:util'
import type { AnyActorRef, AnyMachineSnapshot } from 'xstate'
import { __unsafe_getAllOwnEventDescriptors as descriptorsOf } from 'xstate'
import { account, createAuth, provider, resetPassword, signIn, upgrade } from 'cloudbase-authflow'
import { flowActors } from '../../adapters/client/view.ts'
import { observer } from './observer.ts'
import { freshTokens } from '../../machines/core/freshTokens.ts'
import { createSandbox } from '../../sandbox/index.ts'
import { AuthError } from '../../services/error.ts'
import * as endpoints from '../../services/http/endpoints.ts'
import { manualClock } from './clock.ts'
import './preload.ts'
import { canaries, contacts, createPayloads, oneOf, users } from './randomEvents.ts'
import { createRandomServer } from './randomServer.ts'
import type { Popup } from './world.ts'

const url = 'http://sandbox.test'
/** The session in the form of the official client. */
const SESSION = 'credentials_demo'
/** What holds tokens besides. */
const SESSIONS = [SESSION, 'authflow_session_demo', 'authflow_revoke_demo']
const flows = { signIn, resetPassword, account, upgrade, provider }
const newContact = '+86 13600000000'

/** What looks like a token of the sandbox. */
const TOKEN = /\b(?:m|v|s|c|p|pc|pt)\.[\w-]{40,}|\beyJ[\w-]{20,}\.[\w-]+/

/** Events that actors send each other. */
const INTERNAL =
  /^(xstate|tokens|calls|codes|session)\.|^captcha\.(require|release|spend)|^code\.(sent|spent)/

/** A client under random events; see {@link openRandomWorld}. */
export type RandomWorld = Awaited<ReturnType<typeof openRandomWorld>>

/**
 * Starts a client on a sandbox in this process, for random events of the user, the network, the
 * clock, other tabs and the page. `check`, `recover` and `leaks` find what must never happen.
 *
 * @returns the world, at rest
 */
export async function openRandomWorld() {
  const sandbox = createSandbox({
    config: { sendsPerHour: null, sendsBeforeCaptcha: 10_000, resendSeconds: 0 },
  })
  for (const user of Object.values(users)) await sandbox.addUser(user)
  const clock = manualClock()
  const shared = new Map<string, string>()
  const tab = new Map<string, string>()
  /** Texts that were stored or shown. */
  const seen = new Set<string>()
  const storeIn = (map: Map<string, string>) => ({
    get: (key: string) => map.get(key),
    set(key: string, value: string) {
      map.set(key, value)
      if (!SESSIONS.includes(key)) seen.add(value)
    },
    update(key: string, decide: (text: string | null) => string | undefined) {
      const next = decide(map.get(key) ?? null)
      if (next !== undefined) this.set(key, next)
    },
    isAtomic: true,
    remove: (key: string) => void map.delete(key),
  })
  const storage = { shared: storeIn(shared), tab: storeIn(tab) }
  const redirects: string[] = []
  const popups: Popup[] = []
  const pendingCalls = new Set<string>()
  const violations: string[] = []
  const visitedSteps = new Set<string>()
  let messageCount = 0
  /** How many messages the user may have caused since the last rest. */
  let allowedMessages = 0
  let callNumber = 0
  /** The running account flow, and whose account it edits. */
  let accountFlow: { flow?: AnyActorRef; uid?: string } | undefined
  let system: AnyActorRef['system']

  const report = (what: string) => void violations.push(what)
  const server = createRandomServer(sandbox, countMessages, report)
  const addError = (error: unknown) => {
    if (error) seen.add(inspect(error, { depth: 4, showHidden: true }))
  }

  /** Reports messages beyond those that the user may have caused. */
  function countMessages() {
    const sent = sandbox.inbox().length - messageCount
    messageCount += sent
    allowedMessages -= sent
    if (allowedMessages < 0) report('a message was sent that the user did not cause')
  }

  const open = () => {
    const auth = createAuth({
      env: 'demo',
      endpoint: url,
      flows,
      fetch: server.fetch,
      clock,
      storage,
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
        if (event.type === '@xstate.event') seen.add(JSON.stringify(event.event))
      }),
    })
    auth.subscribe((view) => {
      seen.add(JSON.stringify(view))
      addError(view.error)
      addError(view.captcha?.error)
    })
    auth.start()
    return auth
  }

  const payloads = createPayloads({
    sandbox,
    contact: () => world.auth.get().code?.contact,
    captchaToken: () => {
      const { question } = system.get('captcha').getSnapshot().context as {
        question?: { token?: { reveal(): string } }
      }
      return question?.token?.reveal()
    },
    lastRedirect: () => redirects.at(-1),
  })

  const world = {
    auth: open(),

    /** The steps the flows have come to. */
    visitedSteps,

    plan: server.plan,

    /** @returns the types of the events that the user can send now */
    acceptedTypes(): string[] {
      const { captcha } = world.auth.get()
      const flow = flowActors(system)
      const actors: AnyActorRef[] = [
        ...(captcha ? [system.get('captcha') as AnyActorRef] : []),
        ...(flow.length > 0 ? flow : [system.get('session') as AnyActorRef]),
      ]
      return actors
        .flatMap((actor) => descriptorsOf(actor.getSnapshot() as AnyMachineSnapshot))
        .filter((type) => !INTERNAL.test(type))
    },

    /** Sends an event of the user, sensible or not. */
    send(type: string, pick: number) {
      allowedMessages++
      world.auth.send({ type, ...payloads[type]?.(pick) } as never)
    },

    /** Makes one of several calls. */
    call(pick: number) {
      allowedMessages++
      const { auth } = world
      const requests: (() => Promise<unknown>)[] = [
        () => auth.call(endpoints.getUser),
        () => auth.getAccessToken(),
        () => auth.call(endpoints.sendVerification, oneOf(...contacts)(pick)),
        () => auth.call(endpoints.signInAnonymously),
        () => auth.call(endpoints.isUsernameRegistered, { username: users.li.username }),
        () => auth.call(endpoints.updateProfile, { name: 'Li' }),
        () => auth.call(endpoints.revoke, { token: 'none' }),
      ]
      const which = pick % requests.length
      const name = `call ${++callNumber}, ${which}`
      pendingCalls.add(name)
      const onError = (error: unknown) => {
        if (error instanceof AuthError) addError(error)
        else report(`${name} failed with ${inspect(error)}`)
      }
      void requests[which]!()
        .catch(onError)
        .then(() => pendingCalls.delete(name))
    },

    /** Ends the newest popup with a callback or an error. */
    endPopup(pick: number) {
      const popup = popups.pop()
      const codes = ['cancelled', 'failed_precondition', 'deadline_exceeded']
      if (pick % 3 === 0)
        popup?.reject(new AuthError(codes[(pick % 9) / 3]!, { operation: 'openPopup' }))
      else popup?.resolve(sandbox.consent(popup.uri, oneOf('alex', 'lilei')(pick)))
    },

    /** Another tab signs in or out. */
    async changeOtherTab(pick: number) {
      const uid = [undefined, ...Object.values(users).map(({ sub }) => sub)][pick % 4]
      if (uid === undefined) {
        storage.shared.remove(SESSION)
      } else {
        const ticket = await sandbox.mintTicket(uid)
        const body = JSON.stringify({ provider_id: 'custom', ticket })
        const path = `${url}/auth/v1/signin/custom?client_id=demo`
        const response = await sandbox.fetch(path, { method: 'POST', body })
        const { expires_in, ...tokens } = (await response.json()) as { expires_in: number }
        const expires_at = new Date(clock.now() + expires_in * 1000).toISOString()
        storage.shared.set(SESSION, JSON.stringify({ ...tokens, expires_at, version: 'v1' }))
      }
      system.get('tokens').send({ type: 'tokens.reload' })
    },

    /** The page becomes visible again. */
    wake: () => void freshTokens(system).catch(() => undefined),

    /** Moves the clocks, or one of them. */
    advance(seconds: number, side: 'both' | 'client' | 'server' = 'both') {
      if (side !== 'client') sandbox.advance(seconds)
      if (side !== 'server') clock.advance(seconds * 1000)
    },

    /** Stops the client and starts it, or another one with the same stores. */
    reload(isNew: boolean) {
      world.auth.stop()
      if (isNew) world.auth = open()
      else world.auth.start()
    },

    nextTurn: () => nextTurn(),

    /** Waits until only the user can go on, then checks what must hold at rest. */
    async settle() {
      for (let turns = 0, waits = 0, calm = 0; calm < 4;) {
        if (turns > 2000 || waits > 20_000) throw new Error(`never at rest: ${world.describe()}`)
        const isBusy = server.isBusy()
        // The sandbox hashes and encrypts in other threads.
        await (isBusy && ++waits % 20 === 0 ? pause(1) : nextTurn())
        if (!isBusy) turns++
        server.releaseHeld()
        const { status, busy, captcha } = world.auth.get()
        calm = server.isBusy() || status === 'unknown' ? 0 : calm + 1
        // Busy without a request: it waits for the time to try again.
        if (calm === 3 && !captcha && (busy || pendingCalls.size > 0)) {
          world.advance(2)
          calm = 0
        }
      }
      countMessages()
      world.check()
      if (!world.auth.get().captcha) allowedMessages = 0
    },

    describe() {
      const { status, flow, step, busy, captcha } = world.auth.get()
      const requests = server.pending()
      return inspect({ status, flow, step, busy, captcha: !!captcha, pendingCalls, requests })
    },

    /** @throws Error for what must not be so at rest */
    check() {
      type Visible = { status: string; user?: { uid?: string }; flow?: string; step?: string }
      const { status, user, flow: name, step } = world.auth.get() as Visible
      visitedSteps.add(`${name}.${step}`)
      const isSignedIn = status === 'signedIn' || status === 'anonymous'
      if (isSignedIn !== !!shared.get(SESSION)) report(`${status}, but the store says otherwise`)
      const flow = system.get('flow') as AnyActorRef | undefined
      if (accountFlow && accountFlow.flow === flow && accountFlow.uid !== user?.uid) {
        report('a flow goes on for another user')
      }
      accountFlow = name === 'account' ? { flow, uid: user?.uid } : undefined
      if (violations.length > 0) throw new Error(`${violations.join(', ')}: ${world.describe()}`)
    },

    /** Signs out and in again. @throws Error when that is not possible with a healthy server */
    async recover() {
      server.forgetPlans()
      world.advance(7200)
      for (let turns = 0; turns < 9; turns++) {
        await world.settle()
        if (!world.auth.get().captcha) break
        world.auth.send({ type: 'captcha.cancel' })
      }
      world.auth.send({ type: 'flow.cancel' })
      world.auth.send({ type: 'session.end' })
      const { status, flow, captcha } = world.auth.get()
      if (status !== 'signedOut' || flow || captcha) {
        throw new Error(`no way to sign out: ${world.describe()}`)
      }
      await world.settle()
      if (pendingCalls.size > 0) throw new Error(`a call never settled: ${world.describe()}`)
      allowedMessages++
      world.auth.send({ type: 'flow.start', flow: 'signIn' })
      world.auth.send({ type: 'contact.submit', phone_number: newContact })
      await world.settle()
      world.auth.send({ type: 'code.submit', code: sandbox.inbox(newContact)[0]?.code ?? 'none' })
      await world.settle()
      if (world.auth.get().status !== 'signedIn') {
        throw new Error(`no way to sign in: ${world.describe()}`)
      }
      world.auth.send({ type: 'session.end' })
      await world.settle()
    },

    /** @returns the texts that were stored or shown and contain a secret */
    leaks(): string[] {
      const codes = sandbox.inbox().map(({ code }) => `"${code}"`)
      const secrets = [...canaries, ...codes]
      return [...seen].filter(
        (text) => TOKEN.test(text) || secrets.some((secret) => text.includes(secret)),
      )
    },

    close() {
      world.auth.stop()
      server.releaseHeld()
    },
  }

  await world.settle()
  return world
}
