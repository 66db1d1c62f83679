import { createSandbox, type Sandbox } from 'cloudbase-authflow-sandbox'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { StateEvent } from './pages/parityOpen.ts'
import { type OpenPage, openPage, type ServedPage, servePage } from '../support/chromium.ts'

const user = { username: 'ada', password: 'Correct-horse-7' }
const sdks = { ours: 'parityCompat', official: 'paritySdk' } as const
type Sdk = keyof typeof sdks

const served = {} as Record<Sdk, ServedPage>
beforeAll(async () => {
  for (const sdk of ['ours', 'official'] as const) {
    served[sdk] = await servePage(`test/browser/pages/${sdks[sdk]}.ts`)
  }
  return () => Promise.all(Object.values(served).map(({ close }) => close())).then(() => undefined)
})

/** One page of an SDK, which detects a return in its address. */
interface Opened {
  sandbox: Sandbox
  page: OpenPage
  /** Waits for the requests in the background and for the events of what has happened. */
  settle(): Promise<void>
  goTo(query: string): Promise<void>
  signIn(): Promise<void>
  /** Leaves for a provider and comes back. */
  authorize(method: 'signInWithOAuth' | 'linkIdentity', action: 'allow' | 'deny'): Promise<void>
}

async function open(sdk: Sdk): Promise<Opened> {
  const sandbox = createSandbox()
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  await sandbox.addUser({ ...user, sub: 'ada' })
  const address = `${served[sdk].url}detect`
  const page = await openPage('about:blank')
  const pending = new Set<unknown>()
  page.on('request', (request) => pending.add(request))
  page.on('requestfinished', (request) => pending.delete(request))
  page.on('requestfailed', (request) => pending.delete(request))
  const opened: Opened = {
    sandbox,
    page,
    async settle() {
      const turn = () =>
        page.evaluate(async () => {
          // What waits for the storage comes later when the browser is busy.
          await indexedDB.databases()
          await new Promise((resolve) => setTimeout(resolve, 20))
          return 'compat' in globalThis
        })
      for (let calm = 0; calm < 3; calm++) {
        // The official SDK loads the page again after some returns.
        const isReady = await turn().catch(() => false)
        if (pending.size > 0 || !isReady) calm = 0
        await vi.waitUntil(() => pending.size === 0, 30_000)
      }
    },
    async goTo(query) {
      await page.goto(`${address}?${query}`)
      await opened.settle()
    },
    async signIn() {
      await page.evaluate(async (params) => void (await compat.signIn(params)), user)
      await opened.settle()
    },
    async authorize(method, action) {
      await page.evaluate((name) => void compat[name]({ provider: 'demo_idp' }), method)
      await page.waitForURL(/\/auth\/idp\/demo_idp/)
      await page.getByLabel('Alex Doe').check()
      await page.locator(`button[value=${action}]`).click()
      await page.waitForURL((url) => url.pathname === '/detect')
      await page.waitForLoadState()
      await opened.settle()
    },
  }
  await opened.goTo(`${new URLSearchParams({ sandbox: url })}`)
  return opened
}

/** What a page of an SDK shows after a scenario. */
interface Outcome {
  /** Who is signed in for calls as the page starts. */
  guarded: Record<string, boolean>
  /** What a listener of `onAuthStateChange` receives, and whether there is a session then. */
  events: string[]
  /** What a listener receives that comes later. */
  late?: string[]
  loginEvents: string[]
  /** The shape of the last session that a listener has received. */
  session: unknown
  calls: string[]
  address: string
}

interface Scenario {
  run(opened: Opened): Promise<StateEvent[] | void>
  /** What of ours differs, as docs/differences.md says. */
  differs?(official: Outcome): Partial<Outcome>
}

const none = 'INITIAL_SESSION null'
const initial = 'INITIAL_SESSION session'
const noneFirst = ({ events }: Outcome) => ({ events: [none, ...events] })
const once = (calls: string[]) =>
  calls.filter((call, at) => call !== calls[at - 1] || !call.endsWith('/provider/token'))

const scenarios: Record<string, Scenario> = {
  'a page without a session': { run: async () => undefined, differs: noneFirst },
  'a page with a stored session': {
    async run({ page, signIn, settle }) {
      await signIn()
      await page.reload()
      await settle()
    },
  },
  'a listener that comes late': {
    async run({ page, signIn, settle }) {
      await signIn()
      await page.reload()
      await settle()
      return page.evaluate(() => listenLate())
    },
    differs: () => ({ late: [initial] }),
  },
  'sign-in and sign-out': {
    async run({ page, signIn, settle }) {
      await signIn()
      await page.evaluate(() => compat.signOut())
      await settle()
    },
    differs: noneFirst,
  },
  'a refresh': {
    async run({ page, signIn, settle }) {
      await signIn()
      await page.evaluate(async () => void (await compat.refreshSession()))
      await settle()
    },
    differs: noneFirst,
  },
  'a return from signInWithOAuth': {
    run: ({ authorize }) => authorize('signInWithOAuth', 'allow'),
    differs: ({ calls }) => ({
      calls: once(calls),
      events: ['SIGNED_IN session', initial],
      loginEvents: ['sign_in'],
    }),
  },
  'a denied return from signInWithOAuth': {
    run: ({ authorize }) => authorize('signInWithOAuth', 'deny'),
    differs: (official) => ({ ...noneFirst(official), address: '/detect?' }),
  },
  'a return from signInWithOAuth, and a reload': {
    async run({ page, authorize, settle }) {
      await authorize('signInWithOAuth', 'allow')
      await page.reload()
      await settle()
    },
    differs: ({ calls }) => ({ calls: once(calls) }),
  },
  'a return from linkIdentity': {
    async run({ signIn, authorize }) {
      await signIn()
      await authorize('linkIdentity', 'allow')
    },
    differs: ({ calls }) => ({
      calls: once(calls),
      events: ['BIND_IDENTITY session', initial],
      // The user is read after a binding.
      session: expect.objectContaining({
        user: expect.objectContaining({ identities: [expect.anything()] as unknown }) as unknown,
      }) as unknown,
    }),
  },
  'a denied return from linkIdentity': {
    async run({ signIn, authorize }) {
      await signIn()
      await authorize('linkIdentity', 'deny')
    },
    differs: () => ({ address: '/detect?' }),
  },
  'a return that nothing has asked for': {
    run: ({ goTo }) => goTo('code=made-up&state=made-up'),
    differs: noneFirst,
  },
  'a denial that nothing has asked for': {
    run: ({ goTo }) => goTo('error=access_denied&state=made-up'),
    differs: noneFirst,
  },
  'a code without a state': { run: ({ goTo }) => goTo('code=made-up'), differs: noneFirst },
}

/** Plays a scenario on one SDK. */
async function play(sdk: Sdk, { run }: Scenario): Promise<Outcome> {
  const opened = await open(sdk)
  const late = await run(opened)
  const { page, sandbox } = opened
  const { pathname, searchParams, hash } = new URL(page.url())
  searchParams.delete('sandbox')
  const calls = sandbox
    .requests()
    .filter(({ method, path }) => method !== 'OPTIONS' && !path.startsWith('/auth/idp/'))
    .map(({ method, path }) => `${method} ${path}`)
  const { stateEvents, loginEvents, guarded } = await page.evaluate(async () => ({
    stateEvents: globalThis.stateEvents,
    loginEvents: globalThis.loginEvents.map((event) => event.split(' ')[0]!),
    guarded: await globalThis.guarded,
  }))
  const namesOf = (events: StateEvent[]) =>
    events.map(([event, session]) => `${event} ${session === 'null' ? session : 'session'}`)
  return {
    guarded,
    events: namesOf(stateEvents),
    ...(late && { late: namesOf(late) }),
    // The official SDK also sends `credentials_error` to users who were never signed in.
    loginEvents: loginEvents.filter((event) => event !== 'credentials_error'),
    session: sessionOf(stateEvents),
    calls,
    address: `${pathname}?${searchParams}${hash}`,
  }
}

/** Leaves out the fields that docs/differences.md names. */
function sessionOf(events: StateEvent[]) {
  const session = events.map(([, session]) => session).findLast((each) => typeof each === 'object')
  if (!session) return undefined
  const { version: _, ...rest } = session as Record<string, object>
  const { email_confirmed_at: __, ...user } = rest['user'] as Record<string, unknown>
  return { ...rest, user }
}

test.each(Object.keys(scenarios))(
  'onAuthStateChange and detectSessionInUrl: %s has the same effect on both SDKs, except for the documented differences',
  async (name) => {
    const scenario = scenarios[name]!
    const official = await play('official', scenario)
    const ours = await play('ours', scenario)
    const sorted = ({ calls, ...rest }: Outcome) => ({ ...rest, calls: calls.toSorted() })
    expect(sorted(ours)).toEqual(sorted({ ...official, ...scenario.differs?.(official) }))
  },
)
