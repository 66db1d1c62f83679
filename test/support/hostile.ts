import { freshTokens } from '../../machines/core/freshTokens.ts'
import * as endpoints from '../../services/http/endpoints.ts'
import { inspect } from 'node:util'
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import type { AnyActorRef, AnyMachineSnapshot, InspectionEvent } from 'xstate'
import { __unsafe_getAllOwnEventDescriptors as descriptorsOf } from 'xstate'
import { account, provider, resetPassword, upgrade } from '../../adapters/client/index.ts'
import type { Inspector } from '../../adapters/inspect/index.ts'
import { createAuth } from '../../adapters/client/createAuth.ts'
import { flowActors } from '../../adapters/client/view.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { AuthError } from '../../services/error.ts'
import { createSandbox } from '../../sandbox/index.ts'
// What is fetched when it is first needed is there at once.
import '../../services/platform/popup.ts'
import '../../adapters/client/flowStorage.ts'
import '../../services/snapshot.ts'
import 'superjson'
import { turnableClock } from './clock.ts'

/** What the wire or the server does to the next call. */
export const faults = [
  'drop before',
  'drop after',
  'held',
  '500',
  '503 with retry-after',
  'HTML',
  'HTML as 502',
  'nonsense',
  'captcha_required',
  'captcha_invalid',
  'unauthenticated',
  'invalid_grant',
  'permission_denied',
  'mfa_phone_required',
] as const
export type Fault = (typeof faults)[number]

const url = 'http://sandbox.test'
const SESSION = 'credentials_demo'
const flows = { signIn, resetPassword, account, upgrade, provider }
const journeyTo = { provider_id: 'demo_idp', redirect_uri: 'https://app.example/back' }

const li = { sub: 'li.hua', username: 'lihua', phone_number: '+86 13800000000' }
const han = { sub: 'han.mei', email: 'han@example.com' }
const alex = { sub: 'alex', identities: [{ provider_id: 'demo_idp', account: 'alex' }] }
const contacts = [
  { phone_number: li.phone_number },
  { email: han.email },
  { phone_number: '+86 13900000000' },
  { email: 'new@example.com' },
]
const newcomer = '+86 13600000000'
const passwords = ['canary of the password', 'canary of another password']
const WRONG = 'canary-of-a-wrong-code'

/** What could be a token of the sandbox. */
const TOKEN = /\b(?:m|v|s|c|p|pc|pt)\.[\w-]{40,}|\beyJ[\w-]{20,}\.[\w-]+/

/**
 * The whole actor system behind its door, on a sandbox in this process, with a person who may do
 * anything and a wire, a server, a clock, other tabs and reloads that do their worst. Whatever must
 * never happen throws.
 */
export async function openHostileWorld() {
  const sandbox = createSandbox({
    config: { sendsPerHour: null, sendsBeforeCaptcha: 10_000, resendSeconds: 0 },
  })
  for (const user of [li, han, alex]) await sandbox.addUser(user)
  const clock = turnableClock()
  const shared = new Map<string, string>()
  const tab = new Map<string, string>()
  const shown = new Set<string>()
  const storeIn = (map: Map<string, string>) => ({
    get: (key: string) => map.get(key),
    set(key: string, value: string) {
      map.set(key, value)
      if (key !== SESSION) shown.add(value)
    },
    remove: (key: string) => void map.delete(key),
  })
  const storage = { shared: storeIn(shared), tab: storeIn(tab) }
  const planned: { fault: Fault; isFor: RegExp }[] = []
  const underWay = new Map<string, number>()
  const held = new Set<() => void>()
  const left: string[] = []
  const visits: { uri: string; resolve(to: string): void; reject(why: Error): void }[] = []
  const calls = new Set<string>()
  const broken: string[] = []
  const steps = new Set<string>()
  let serving = 0
  let messages = 0
  let credit = 0
  let callNumber = 0
  /** Whose account the running flow edits. */
  let owner: { flow?: AnyActorRef; uid?: string } | undefined
  let system: AnyActorRef['system']

  const fail = (what: string) => void broken.push(what)
  const showError = (error: unknown) => {
    if (error) shown.add(inspect(error, { depth: 4, showHidden: true }))
  }

  /** The server goes on with a call that nobody waits for any more. */
  async function serve(input: string, init: RequestInit) {
    serving++
    try {
      return await sandbox.fetch(input, { ...init, signal: null })
    } finally {
      serving--
      noteMessages()
    }
  }

  async function answer(fault: Fault | undefined, input: string, init: RequestInit) {
    const refuse = (status: number, body: object | string, headers = {}) =>
      new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers })
    switch (fault) {
      case undefined:
        return serve(input, init)
      case 'drop before':
        throw new TypeError('fetch failed')
      case 'drop after':
        await serve(input, init)
        throw new TypeError('fetch failed')
      case 'held':
        await new Promise<void>((resolve) => held.add(resolve))
        return serve(input, init)
      case '500':
        return refuse(500, { message: 'sorry' })
      case '503 with retry-after':
        return refuse(503, { error: 'unavailable' }, { 'retry-after': '7' })
      case 'HTML':
        return refuse(200, '<h1>Hello</h1>')
      case 'HTML as 502':
        return refuse(502, '<h1>Bad gateway</h1>')
      case 'nonsense':
        return refuse(200, { access_token: 1, verification_id: [], data: {}, uri: null })
      case 'unauthenticated':
        return refuse(401, { error: fault })
      default:
        return refuse(400, { error: fault })
    }
  }

  const fetch: typeof globalThis.fetch = async (target, given) => {
    const input = String(target as string)
    const init = given!
    const signal = init.signal!
    const { pathname } = new URL(input)
    const index = planned.findIndex(({ isFor }) => isFor.test(pathname))
    const fault = index < 0 ? undefined : planned.splice(index, 1)[0]!.fault
    const count = (underWay.get(pathname) ?? 0) + 1
    underWay.set(pathname, count)
    const isSingle = /\/(captcha\/data|v\d\/token)$/.test(pathname)
    if (isSingle && count > 1) fail(`${count} calls to ${pathname} at once`)
    try {
      const aborted = new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      )
      return await Promise.race([answer(fault, input, init), aborted])
    } finally {
      underWay.set(pathname, underWay.get(pathname)! - 1)
    }
  }
  const isWireBusy = () => serving > 0 || [...underWay.values()].some((count) => count > 0)

  /** Each message is one that a person has caused since all was quiet. */
  function noteMessages() {
    const sent = sandbox.inbox().length - messages
    messages += sent
    credit -= sent
    if (credit < 0) fail('a message was sent that nobody asked for')
  }

  const open = () => {
    const auth = createAuth({
      env: 'demo',
      endpoint: url,
      flows,
      fetch,
      clock,
      storage,
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
        observe(event: InspectionEvent) {
          system = (event.actorRef as AnyActorRef).system
          if (event.type === '@xstate.event') shown.add(JSON.stringify(event.event))
        },
      } as unknown as Inspector,
    })
    auth.subscribe((view) => {
      shown.add(JSON.stringify(view))
      showError(view.error)
      showError(view.captcha?.error)
    })
    auth.start()
    return auth
  }

  const world = {
    auth: open(),

    /** The steps a person has come to. */
    steps,

    /** What a person could say now, to whichever machine listens. */
    sayable(): string[] {
      const { captcha } = world.auth.get()
      const flow = flowActors(system)
      const actors: AnyActorRef[] = [
        ...(captcha ? [system.get('captcha') as AnyActorRef] : []),
        ...(flow.length > 0 ? flow : [system.get('session') as AnyActorRef]),
      ]
      return actors
        .flatMap((actor) => descriptorsOf(actor.getSnapshot() as AnyMachineSnapshot))
        .filter(
          (type) => !/^(xstate|tokens|call|session)\.|^captcha\.(require|release|spend)/.test(type),
        )
    },

    /** A person says something, sensible or not. */
    say(type: string, pick: number) {
      credit++
      world.auth.send({ type, ...payloads[type]?.(pick) } as never)
    },

    /** An app calls an endpoint through the promise door. */
    call(pick: number) {
      credit++
      const { auth } = world
      const requests: (() => Promise<unknown>)[] = [
        () => auth.call(endpoints.getUser),
        () => auth.getAccessToken(),
        () => auth.call(endpoints.sendVerification, contact(pick)),
        () => auth.call(endpoints.signInAnonymously),
        () => auth.call(endpoints.isUsernameRegistered, { username: li.username }),
        () => auth.call(endpoints.updateProfile, { name: 'Somebody' }),
        () => auth.call(endpoints.revoke, { token: 'none' }),
      ]
      const which = pick % requests.length
      const name = `call ${++callNumber}, ${which}`
      calls.add(name)
      const note = (error: unknown) => {
        if (error instanceof AuthError) showError(error)
        else fail(`${name} failed with ${inspect(error)}`)
      }
      void requests[which]!()
        .catch(note)
        .then(() => calls.delete(name))
    },

    plan: (fault: Fault, isFor: RegExp) => void planned.push({ fault, isFor }),

    /** The window that was opened last comes back, or does not. */
    openPopup(pick: number) {
      const visit = visits.pop()
      const codes = ['cancelled', 'failed_precondition', 'deadline_exceeded']
      if (pick % 3 === 0)
        visit?.reject(new AuthError(codes[(pick % 9) / 3]!, { operation: 'openPopup' }))
      else visit?.resolve(sandbox.consent(visit.uri, oneOf('alex', 'lilei')(pick)))
    },

    /** Another tab signs in or out, and this one hears of it. */
    async elsewhere(pick: number) {
      const uid = [undefined, li.sub, han.sub, alex.sub][pick % 4]
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

    /** The page is seen again. */
    wake: () => void freshTokens(system).catch(() => undefined),

    /** Time passes for both sides, or jumps for one. */
    pass(seconds: number, side: 'both' | 'client' | 'server' = 'both') {
      if (side !== 'client') sandbox.advance(seconds)
      if (side !== 'server') clock.advance(seconds * 1000)
    },

    /** The page goes and comes back, with the same program or loaded anew. */
    reload(isAnew: boolean) {
      world.auth.stop()
      if (isAnew) world.auth = open()
      else world.auth.start()
    },

    turn: () => turn(),

    /** Waits until only a person can go on; checks then what must hold whenever all is quiet. */
    async settle() {
      for (let turns = 0, waits = 0, calm = 0; calm < 4;) {
        if (turns > 2000 || waits > 20_000) throw new Error(`never at rest: ${world.where()}`)
        const isBusy = isWireBusy()
        // Where threads are at work they are left the processor.
        await (isBusy && ++waits % 20 === 0 ? pause(1) : turn())
        if (!isBusy) turns++
        for (const go of held) go()
        held.clear()
        const { status, busy, captcha } = world.auth.get()
        calm = isWireBusy() || status === 'unknown' ? 0 : calm + 1
        // Nothing is on the wire and yet somebody waits: for a moment to try again.
        if (calm === 3 && !captcha && (busy || calls.size > 0)) {
          world.pass(2)
          calm = 0
        }
      }
      noteMessages()
      world.check()
      if (!world.auth.get().captcha) credit = 0
    },

    where() {
      const { status, flow, step, busy, captcha } = world.auth.get()
      const wire = [...underWay].filter(([, count]) => count > 0)
      return inspect({ status, flow, step, busy, captcha: !!captcha, calls: [...calls], wire })
    },

    /** What holds whenever all is quiet. */
    check() {
      const {
        status,
        user,
        flow: name,
        step,
      } = world.auth.get() as {
        status: string
        user?: { uid?: string }
        flow?: string
        step?: string
      }
      steps.add(`${name}.${step}`)
      const isIn = status === 'signedIn' || status === 'anonymous'
      if (isIn !== shared.has(SESSION)) fail(`${status}, but stored is the contrary`)
      const flow = system.get('flow') as AnyActorRef | undefined
      if (owner && owner.flow === flow && owner.uid !== user?.uid) {
        fail('a flow goes on for somebody else')
      }
      owner = name === 'account' ? { flow, uid: user?.uid } : undefined
      if (broken.length > 0) throw new Error(`${broken.join(', ')}: ${world.where()}`)
    },

    /** With a server that is well again a person comes back to the beginning, and in. */
    async recover() {
      planned.length = 0
      world.pass(7200)
      for (let turns = 0; turns < 9; turns++) {
        await world.settle()
        if (!world.auth.get().captcha) break
        world.auth.send({ type: 'captcha.cancel' })
      }
      world.auth.send({ type: 'flow.cancel' })
      world.auth.send({ type: 'session.end' })
      const { status, flow, captcha } = world.auth.get()
      if (status !== 'signedOut' || flow || captcha) throw new Error(`no way out: ${world.where()}`)
      await world.settle()
      if (calls.size > 0) throw new Error(`never settled: ${world.where()}`)
      credit++
      world.auth.send({ type: 'flow.start', flow: 'signIn' })
      world.auth.send({ type: 'contact.submit', phone_number: newcomer })
      await world.settle()
      world.auth.send({ type: 'code.submit', code: sandbox.inbox(newcomer)[0]?.code ?? 'none' })
      await world.settle()
      if (world.auth.get().status !== 'signedIn') throw new Error(`no way in: ${world.where()}`)
      world.auth.send({ type: 'session.end' })
      await world.settle()
    },

    /** Secrets that were written down or shown. */
    leaks(): string[] {
      const codes = sandbox.inbox().map(({ code }) => `"${code}"`)
      const canaries = [...passwords, WRONG, ...codes]
      return [...shown].filter(
        (text) => TOKEN.test(text) || canaries.some((canary) => text.includes(canary)),
      )
    },

    close() {
      world.auth.stop()
      for (const go of held) go()
    },
  }

  const contact = oneOf(...contacts)
  /** The code that was sent last to the contact that is asked about. */
  const rightCode = () => {
    const [to] = Object.values(world.auth.get().code?.contact ?? {}).filter(Boolean) as string[]
    return (to && sandbox.inbox(to)[0]?.code) ?? 'none'
  }
  /** Where the provider leads the person: their own way back, a denial, or somebody else's. */
  const address = (pick: number) => {
    const uri = left.at(-1)
    const isPage = uri?.includes('/auth/idp/') === true
    if (!isPage || pick % 6 === 0) return 'https://app.example/back?code=foreign&state=foreign'
    return sandbox.consent(uri!, pick % 6 === 1 ? undefined : oneOf('alex', 'lilei')(pick))
  }
  const captchaText = () => {
    const { question } = system.get('captcha').getSnapshot().context as {
      question?: { token?: { reveal(): string } }
    }
    return sandbox.captchaAnswer(question?.token?.reveal() ?? '') ?? 'none'
  }
  /** What an event bears; one that is not named here bears nothing. */
  const payloads: Record<string, (pick: number) => object> = {
    'flow.start': (pick) => ({
      flow: oneOf('signIn', 'account', 'upgrade', 'provider', 'account', 'resetPassword')(pick),
      input: { ...journeyTo, purpose: pick % 4 ? 'signIn' : 'bind', isPopup: pick % 3 === 0 },
    }),
    'session.end': (pick) => (pick % 2 ? {} : { redirect_uri: 'https://app.example/bye' }),
    'contact.submit': contact,
    'contact.replace': contact,
    'code.submit': (pick) => ({ code: pick % 4 ? rightCode() : WRONG }),
    'password.submit': (pick) => ({ username: li.username, password: passwords[pick % 4 ? 0 : 1] }),
    'password.change': () => ({ password: passwords[0] }),
    'ticket.submit': () => ({ ticket: 'none' }),
    'provider.submit': () => ({ provider_token: 'none' }),
    'signUp.prepare': () => ({ profile: { name: 'Li Hua' } }),
    'profile.submit': (pick) => ({ profile: pick % 3 ? { name: 'Li' } : { gender: 'none' } }),
    'provider.choose': (pick) => ({ ...journeyTo, isPopup: pick % 2 === 0 }),
    'provider.bind': (pick) => ({ ...journeyTo, isPopup: pick % 2 === 0 }),
    'provider.unbind': () => ({ provider_id: journeyTo.provider_id }),
    'provider.return': (pick) => ({ url: address(pick) }),
    'captcha.answer': (pick) => ({ text: pick % 4 ? captchaText() : 'wrong' }),
  }

  await world.settle()
  return world
}

const oneOf =
  <T>(...all: T[]) =>
  (pick: number) =>
    all[pick % all.length]!
