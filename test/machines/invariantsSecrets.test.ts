import * as endpoints from '../../services/http/endpoints.ts'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { InspectionEvent } from 'xstate'
import { captchaPage } from '../../services/captcha/captchaPage.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import { type Edges, type Interruption, openWorld } from '../support/world.ts'

const phone_number = '+86 13800000000'
const SESSION = 'credentials_demo'
const redirect_uri = 'https://app.example/captcha'

/** What a person types. The wire puts the true code and answer in their place. */
const typed = {
  code: 'canary-of-the-code',
  wrongCode: 'canary-of-a-wrong-code',
  password: 'canary of the password',
  answer: 'canary-of-the-answer',
  pageToken: 'canary-of-a-token-from-a-page',
}
const account = { username: 'lihua', password: typed.password }

const lifeEvents = [
  'signedIn',
  'signedOut',
  'userChanged',
  'tokenRenewed',
  'credentialsLost',
] as const

/** The fields of an answer that are secrets. */
const secretFields = /^(access|refresh|verification|captcha)_token$|^token$/

/** Every text that can be reached from a value: hidden and symbol properties, maps, sets, errors. */
function textsIn(value: unknown, seen = new Set<unknown>()): string[] {
  const texts: string[] = []
  const queue = [value]
  for (let next = queue.pop(); queue.length > 0 || next !== undefined; next = queue.pop()) {
    if (typeof next === 'string') texts.push(next)
    if ((typeof next !== 'object' && typeof next !== 'function') || next === null) continue
    if (seen.has(next)) continue
    seen.add(next)
    for (const key of Reflect.ownKeys(next)) {
      if (typeof key === 'string') texts.push(key)
      queue.push(Object.getOwnPropertyDescriptor(next, key)?.value)
    }
    if (next instanceof Map || next instanceof Set) queue.push(...[...next].flat())
    if (next instanceof Error) queue.push(next.message, next.stack, next.cause)
  }
  return texts
}

/** As logs and reports write values down. */
function printed(value: unknown, depth = Infinity): string[] {
  const ancestors: unknown[] = []
  const json = JSON.stringify(value, function (this: unknown, _key, field: unknown) {
    while (ancestors.length > 0 && ancestors.at(-1) !== this) ancestors.pop()
    if (ancestors.includes(field) || ancestors.length > 20) return '[circular]'
    ancestors.push(field)
    return field
  })
  return [json ?? '', inspect(value, { depth, showHidden: true, maxStringLength: null })]
}

/** A world in which everything that leaves the library is written down, and every secret is known. */
async function openWatchedWorld(interruption: Interruption, edges: Edges) {
  const secrets = new Map(Object.entries(typed).map(([name, text]) => [text, name]))
  const sent = new Set<string>()
  const urls: string[] = []
  const shown: Record<'events' | 'views' | 'errors' | 'tab' | 'shared', string[]> = {
    events: [],
    views: [],
    errors: [],
    tab: [],
    shared: [],
  }
  const events: InspectionEvent[] = []

  const watched = (name: 'tab' | 'shared'): Store => {
    const store = memoryStore()
    return {
      ...store,
      set(key, value) {
        if (name === 'tab' || key !== SESSION) shown[name].push(key, value)
        return store.set(key, value)
      },
    }
  }
  const storage = { shared: watched('shared'), tab: watched('tab') }

  const world = await openWorld(interruption, {
    ...edges,
    storage,
    inspect: (event) => events.push(event),
    async wire(input, init) {
      const url = new URL(input as string)
      sent.add(url.searchParams.get('captcha_token') ?? '')
      url.searchParams.delete('captcha_token')
      urls.push(url.href)
      let body = (init?.body ?? '') as string
      for (const text of secrets.keys()) if (body.includes(text)) sent.add(text)
      body = body
        .replace(typed.code, world.sandbox.inbox()[0]?.code ?? '')
        .replace(typed.answer, world.pictureText())
      const response = await fetch(input, { ...init, ...(body && { body }) })
      const answer: unknown = await response
        .clone()
        .json()
        .catch(() => ({}))
      for (const [name, value] of Object.entries(answer as object)) {
        if (secretFields.test(name)) secrets.set(value as string, name)
      }
      return response
    },
  })

  /** Read from the picture, or the address the page leads back to. */
  function answer() {
    const { context } = world.peer('captcha').getSnapshot() as {
      context: { question: { state?: string } }
    }
    const { state } = context.question
    const came = { state: state ?? '', captcha_token: typed.pageToken, expires_in: '600' }
    return state ? `${redirect_uri}?${new URLSearchParams(came).toString()}` : typed.answer
  }

  const note = (error: unknown) => {
    for (let each = error; each; each = (each as Error).cause) {
      shown.errors.push(...printed(each), `${each as Error}`, ...textsIn(each))
    }
  }
  const watchDoor = () => {
    world.auth.subscribe((view) => {
      shown.views.push(...printed(view))
      note(view.error)
      note(view.captcha?.error)
    })
    for (const type of lifeEvents) {
      world.auth.on(type, (event) => shown.views.push(...printed(event), ...textsIn(event)))
    }
  }
  watchDoor()

  return {
    ...world,
    get auth() {
      return world.auth
    },
    sent,
    secrets,
    /** The person answers in canaries, and reads them from the picture. */
    async settle() {
      await world.settle({ answering: false })
      while (world.auth.get().captcha?.busy === false) {
        world.answerCaptcha(answer())
        await world.settle({ answering: false })
      }
    },
    async reload() {
      await world.reload()
      watchDoor()
    },
    async call(...call: Parameters<typeof world.auth.call>) {
      const settled = world.auth.call(...call).catch(note)
      await this.settle()
      await settled
    },
    /** Where which secret was seen. */
    leaks() {
      const seen = new Set<unknown>()
      for (const event of events) {
        shown.events.push(...textsIn(event, seen))
        if ('event' in event) shown.events.push(...printed(event.event))
        if ('snapshot' in event) shown.events.push(...printed(partsOf(event.snapshot)))
      }
      const all = { ...shown, urls, console: printedToConsole() }
      return Object.entries(all).flatMap(([place, texts]) =>
        [...secrets]
          .filter(([secret]) => texts.some((text) => text.includes(secret)))
          .map(([, name]) => `${name} in ${place}`),
      )
    },
  }
}

/** A snapshot without the machine it belongs to. */
const partsOf = (snapshot: object) =>
  Object.fromEntries(
    Object.entries(snapshot).filter(([name]) => !['machine', '_nodes', 'children'].includes(name)),
  )

type WatchedWorld = Awaited<ReturnType<typeof openWatchedWorld>>

const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const
const printedToConsole = () =>
  methods.flatMap((method) =>
    vi.mocked(console[method]).mock.calls.flatMap((line) => line.flatMap((part) => printed(part))),
  )

describe('nothing secret is ever seen', () => {
  beforeEach(() => {
    for (const method of methods) vi.spyOn(console, method).mockImplementation(() => undefined)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  /** Says each in turn, and waits each time until only the person can go on. */
  const say =
    (...events: Parameters<WatchedWorld['auth']['send']>[0][]) =>
    async (world: WatchedWorld) => {
      for (const event of events) {
        world.auth.send(event)
        await world.settle()
      }
    }
  const begin = { type: 'flow.start', flow: 'signIn' } as const
  const sendCode = { type: 'contact.submit', phone_number } as const
  const submit = (code: string) => ({ type: 'code.submit', code }) as const
  const prepare = {
    type: 'signUp.prepare',
    profile: { name: 'Li Hua' },
    password: typed.password,
  } as const
  const enter = { type: 'password.submit', ...account } as const
  const signUp = [begin, sendCode, prepare, submit(typed.code)]

  const fault = (path: string, answer: object) => ({
    method: '*',
    path: `/auth/v1/${path}`,
    ...answer,
  })
  const html = { status: 500, body: `<h1>Oops</h1><!-- ${JSON.stringify(typed)} -->` }
  const refused = { status: 400, body: { error: 'invalid_grant' } }
  const unauthenticated = { status: 401, body: { error: 'unauthenticated' } }

  type Journey = [Interruption, (world: WatchedWorld) => Promise<void>, Edges?]
  const journeys: Record<string, Journey> = {
    'sign-up by code with a captcha on every call': ['captcha', say(...signUp)],
    'sign-in by password with a captcha on every call': ['captcha', say(begin, enter)],
    'sign-up by code with a captcha by page': [
      'nothing',
      async (world) => {
        const refusal = { status: 400, body: { error: 'captcha_required' } }
        world.sandbox.faults([fault('verification', refusal), fault('signup', refusal)])
        await say(...signUp)(world)
      },
      { captcha: captchaPage({ redirect_uri }) },
    ],
    'a wrong code, then the right one': [
      'nothing',
      say(begin, sendCode, submit(typed.wrongCode), submit(typed.code)),
    ],
    'a wrong password': ['nothing', say(begin, { ...enter, password: typed.wrongCode })],
    'a line that breaks on every first call': [
      'broken line',
      say(begin, ...[sendCode, submit(typed.code), prepare].flatMap((each) => [each, each]), {
        type: 'signIn.retry',
      }),
    ],
    'a server that answers everything with HTML': [
      'nothing',
      async (world) => {
        await say(begin, sendCode, prepare)(world)
        world.sandbox.faults([{ ...fault('*', html), times: 9 }])
        await say(submit(typed.code), submit(typed.wrongCode))(world)
        await say({ type: 'contact.change' }, enter)(world)
      },
    ],
    'a refused access token, then a refused refresh token': [
      'nothing',
      async (world) => {
        await say(begin, enter)(world)
        world.sandbox.faults([fault('user/me', unauthenticated)])
        await world.call(endpoints.getUser)
        world.sandbox.faults([fault('user/me', unauthenticated), fault('token', refused)])
        await world.call(endpoints.getUser)
      },
    ],
    'a page that goes and comes back at every step': [
      'nothing',
      async (world) => {
        for (const event of signUp) {
          await say(event)(world)
          await world.reload()
        }
      },
    ],
    'calls through the promise door, and signing out': [
      'nothing',
      async (world) => {
        await world.call(endpoints.signIn, account)
        await world.call(endpoints.signIn, { ...account, password: typed.wrongCode })
        await world.call(endpoints.sendVerification, { phone_number })
        const { verification_id } = world.sandbox.inbox()[0]!
        await world.call(endpoints.verify, { verification_id, verification_code: typed.wrongCode })
        await world.call(endpoints.verify, { verification_id, verification_code: typed.code })
        await say({ type: 'session.end' })(world)
      },
    ],
  }
  const known = new Set<string>()

  test.each(Object.entries(journeys))('%s', async (_name, [interruption, travel, edges = {}]) => {
    const world = await openWatchedWorld(interruption, edges)
    await world.sandbox.addUser(account)
    await travel(world)
    for (const [secret, name] of world.secrets) if (world.sent.has(secret)) known.add(name)
    expect(world.leaks()).toEqual([])
    await world.close()
  })

  test('every kind of secret was on its way', () => {
    const kinds = [
      'code',
      'wrongCode',
      'password',
      'answer',
      'pageToken',
      'access_token',
      'refresh_token',
    ]
    expect([...known]).toEqual(
      expect.arrayContaining([...kinds, 'verification_token', 'captcha_token', 'token']),
    )
  })
})
