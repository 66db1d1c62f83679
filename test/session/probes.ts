import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { RefreshPolicy } from '../../sandbox/config.ts'
import {
  askAll,
  type BrowserWorld,
  everyUser,
  HOUR_MS,
  moveClocks,
  type TabsOptions,
  usersOf,
} from './browserWorld.ts'

/** A fault that pages are exposed to, again and again. */
export interface Probe {
  title: string
  tabs: number
  policy: RefreshPolicy
  options?: TabsOptions
  /** Milliseconds that the server takes for a refresh. Default: 20. */
  latency?: number
  /** One trial takes seconds, so the short form leaves it out. */
  isLong?: boolean
  /** Exposes a signed-in session to the fault. Returns whether all ended as it should. */
  trial(of: Trial): Promise<boolean>
}

/** A signed-in session in several tabs. */
export interface Trial {
  world: BrowserWorld
  pages: Page[]
  env: string
  user: string
}

/** Lets the tokens expire and all tabs ask. Returns whether everyone got one and the same. */
async function allGetOneToken({ world, pages, env }: Trial): Promise<boolean> {
  await moveClocks(pages, 3 * HOUR_MS)
  const answers = await askAll(pages, env, 3)
  const tokens = new Set(answers.flatMap(({ tokens }) => tokens))
  const hasErrors = answers.some(({ errors }) => Object.keys(errors).length > 0)
  return !hasErrors && tokens.size === 1 && (await world.isAlive([...tokens][0]!))
}

/** Blocks the thread of a page, as an alert does. */
const block = (page: Page, ms: number) =>
  page.evaluate((ms) => {
    const end = performance.now() + ms
    while (performance.now() < end);
  }, ms)

const signOut = (page: Page, env: string) => page.evaluate((env) => client.signOut(env), env)

const without = (without: string, policy: RefreshPolicy): Probe => ({
  title: `without ${without.replace(',', ' and ')}, ${policy}`,
  tabs: 3,
  policy,
  options: { without },
  trial: allGetOneToken,
})

/** The faults, and what has to come of each. */
export const probes: Probe[] = [
  {
    title: 'no script can be fetched any more',
    tabs: 5,
    policy: 'family',
    async trial(trial) {
      await trial.pages[0]!.context().route('**/*.js', (route) => route.abort())
      return allGetOneToken(trial)
    },
  },
  {
    title: 'a tab is blocked while its answer waits',
    tabs: 3,
    policy: 'strict',
    latency: 150,
    options: { speed: 10 },
    async trial(trial) {
      const [first, ...others] = trial.pages as [Page, ...Page[]]
      await moveClocks(trial.pages, 3 * HOUR_MS)
      const answer = first.evaluate((env) => ask(env, 1), trial.env)
      await sleep(60)
      await Promise.all([block(first, 2_600), askAll(others, trial.env, 3)])
      await answer
      return (await everyUser(trial.pages, trial.env, trial.user)) && (await allGetOneToken(trial))
    },
  },
  {
    title: 'the server hangs for 24 s, 3 tabs',
    tabs: 3,
    policy: 'family',
    options: { speed: 10 },
    isLong: true,
    async trial(trial) {
      const { pages, env } = trial
      const context = pages[0]!.context()
      let letGo = () => {}
      const gate = new Promise<void>((resolve) => (letGo = resolve))
      await context.route('**/v1/token*', async (route) => {
        await gate
        await route.continue().catch(() => undefined)
      })
      await moveClocks(pages, 3 * HOUR_MS)
      const answers = askAll(pages, env, 3)
      await sleep(2_400)
      letGo()
      await context.unrouteAll({ behavior: 'ignoreErrors' })
      await answers
      // A pause after the failure is at most a second and a half of the pages' time.
      await sleep(200)
      return (await everyUser(pages, env, trial.user)) && allGetOneToken(trial)
    },
  },
  {
    title: 'the line comes back after a minute',
    tabs: 2,
    policy: 'strict',
    options: { speed: 20 },
    isLong: true,
    async trial(trial) {
      const { pages, env } = trial
      const context = pages[0]!.context()
      await context.route('**/v1/token*', (route) => route.abort())
      await moveClocks(pages, 3 * HOUR_MS)
      for (const end = Date.now() + 3_000; Date.now() < end; await sleep(20))
        await askAll(pages, env, 20)
      await context.unrouteAll({ behavior: 'ignoreErrors' })
      const since = Date.now()
      await pages[0]!.evaluate(() => dispatchEvent(new Event('online')))
      const { tokens } = await pages[0]!.evaluate((env) => ask(env, 1), env)
      return tokens.length === 1 && Date.now() - since < 1_000 && allGetOneToken(trial)
    },
  },
  {
    title: 'a client is stopped during its refresh',
    tabs: 2,
    policy: 'strict',
    async trial(trial) {
      const [first] = trial.pages as [Page]
      await moveClocks(trial.pages, 3 * HOUR_MS)
      await first.evaluate(async (env) => {
        ask(env, 1).catch(() => undefined)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 40))
        client.stop(env)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
        client.start(env)
      }, trial.env)
      return (await everyUser(trial.pages, trial.env, trial.user)) && allGetOneToken(trial)
    },
  },
  {
    title: 'the storage is full',
    tabs: 3,
    policy: 'strict',
    async trial(trial) {
      const { pages, env } = trial
      const [first] = pages as [Page]
      await first.evaluate(() => void (isFull = true))
      await moveClocks(pages, 3 * HOUR_MS)
      const { tokens } = await first.evaluate((env) => ask(env, 3), env)
      await first.evaluate(() => void (isFull = false))
      await first.evaluate((env) => (client.stop(env), client.start(env)), env)
      return (
        tokens.length === 1 &&
        (await everyUser(pages, env, trial.user)) &&
        (await allGetOneToken(trial)) &&
        (await everyUser(pages, env, trial.user))
      )
    },
  },
  without('locks', 'family'),
  without('indexedDB', 'family'),
  without('indexedDB,locks', 'family'),
  without('storage events', 'family'),
  {
    title: 'two clients in one page',
    tabs: 1,
    policy: 'family',
    async trial({ world, pages, env, user }) {
      const [page] = pages as [Page]
      const twin = `${env} again`
      await page.evaluate(([twin, env, url]) => client.open(twin, env, url), [
        twin,
        env,
        world.url,
      ] as const)
      const isIn = await everyUser(pages, twin, user)
      await moveClocks(pages, 3 * HOUR_MS)
      const both = await Promise.all([askAll(pages, env, 5), askAll(pages, twin, 5)])
      const tokens = new Set(both.flat().flatMap(({ tokens }) => tokens))
      await signOut(page, env)
      const isOut = await everyUser(pages, twin, undefined)
      await page.evaluate((twin) => client.close(twin), twin)
      return isIn && isOut && tokens.size === 1 && world.refreshes(env).length === 1
    },
  },
  {
    title: 'the stored session is damaged',
    tabs: 3,
    policy: 'family',
    async trial(trial) {
      await trial.pages[2]!.evaluate(async (env) => {
        localStorage.setItem(`credentials_${env}`, '{"access_token":tru')
        const database = await new Promise<IDBDatabase>((resolve) => {
          const request = indexedDB.open('cloudbase-authflow')
          request.onsuccess = () => resolve(request.result)
        })
        const records = database.transaction('records', 'readwrite').objectStore('records')
        records.put('{"kind":', `authflow_session_${env}`)
        database.close()
      }, trial.env)
      return (await allGetOneToken(trial)) && (await everyUser(trial.pages, trial.env, trial.user))
    },
  },
  {
    title: "the app's own localStorage.clear() signs out",
    tabs: 3,
    policy: 'family',
    async trial({ pages, env }) {
      await pages[1]!.evaluate(() => localStorage.clear())
      const isOut = await everyUser(pages, env, undefined)
      await sleep(100)
      return isOut && (await usersOf(pages, env)).every((user) => user === undefined)
    },
  },
  {
    title: "a sign-out against a sibling's refresh",
    tabs: 3,
    policy: 'strict',
    latency: 30,
    async trial({ pages, env }) {
      await moveClocks(pages, 3 * HOUR_MS)
      const answers = askAll(pages.slice(1), env, 3)
      await sleep(60 + Math.random() * 100)
      await signOut(pages[0]!, env)
      await answers
      const isOut = await everyUser(pages, env, undefined)
      await sleep(100)
      return isOut && (await usersOf(pages, env)).every((user) => user === undefined)
    },
  },
  {
    title: "a sign-in against a sibling's refresh",
    tabs: 3,
    policy: 'strict',
    latency: 30,
    async trial({ world, pages, env }) {
      await moveClocks(pages, 3 * HOUR_MS)
      const answers = askAll(pages.slice(1), env, 3)
      await sleep(60 + Math.random() * 100)
      const ticket = await world.sandbox.mintTicket(`bob-${env}`)
      await pages[0]!.evaluate(([env, ticket]) => client.signIn(env, ticket), [
        env,
        ticket,
      ] as const)
      await answers
      await sleep(200)
      return everyUser(pages, env, `bob-${env}`)
    },
  },
  {
    title: 'a sign-out and its page is left at once',
    tabs: 2,
    policy: 'strict',
    async trial({ world, pages, env }) {
      const [first, second] = pages as [Page, Page]
      const { tokens } = await first.evaluate((env) => ask(env, 1), env)
      const address = first.url()
      await first.evaluate((env) => {
        void client.signOut(env)
        location.href = 'about:blank'
      }, env)
      const isOut = await everyUser([second], env, undefined)
      let isAlive = true
      for (const end = Date.now() + 5_000; isAlive && Date.now() < end; await sleep(50))
        isAlive = await world.isAlive(tokens[0]!)
      await first.goto(address)
      await first.waitForFunction(() => 'client' in globalThis)
      await first.evaluate(([env, url]) => client.open(env, env, url), [env, world.url] as const)
      return isOut && !isAlive
    },
  },
  {
    title: 'an expired session is signed out, and the server ends it',
    tabs: 2,
    policy: 'strict',
    async trial({ world, pages, env }) {
      const [first] = pages as [Page]
      const { tokens } = await first.evaluate((env) => ask(env, 1), env)
      world.sandbox.advance(3 * 3600)
      await moveClocks(pages, 3 * HOUR_MS)
      await signOut(first, env)
      const isOut = await everyUser(pages, env, undefined)
      const isEnded = () =>
        world.sandbox
          .requests()
          .some(
            ({ path, query, status }) =>
              path.endsWith('revoke') && query['client_id'] === env && status === 200,
          )
      for (const end = Date.now() + 5_000; !isEnded() && Date.now() < end;) await sleep(50)
      return isOut && isEnded() && !(await world.isAlive(tokens[0]!))
    },
  },
]

/**
 * Exposes sessions to a fault.
 *
 * @returns how many trials ended as they should, and the longest time of one
 */
export async function runProbe(
  world: BrowserWorld,
  { tabs, policy, options, latency, trial }: Probe,
  trials: number,
): Promise<{ good: number; errors: string[]; ms: number }> {
  let good = 0
  let ms = 0
  const errors = new Set<string>()
  const opened = await world.openTabs(tabs, options)
  const { pages } = opened
  try {
    for (let count = 0; count < trials; count++) {
      const { env, user } = await world.begin(pages, policy, latency)
      const since = Date.now()
      if (await trial({ world, pages, env, user })) good++
      ms = Math.max(ms, Date.now() - since)
      for (const page of pages) {
        await page.evaluate((env) => client.close(env), env)
        for (const error of await page.evaluate(() => pageErrors.splice(0))) errors.add(error)
      }
      world.sandbox.faults([])
    }
  } finally {
    await opened.close()
  }
  return { good, errors: [...errors], ms }
}

/** What the callers of several tabs got when their token had expired. */
export interface TabsRow {
  library: 'ours' | 'official'
  policy: RefreshPolicy
  tabs: number
  trials: number
  /** How many refreshes one trial took, at most. */
  requests: number
  /** Callers that got no token. */
  rejected: number
  /** Trials after which a tab was signed out or the server had ended the session. */
  lost: number
  /** Trials in which tabs got different tokens. */
  several: number
  ms: number
}

/** Lets the callers of several tabs ask for an expired token at the same moment. */
export async function runTabs(
  world: BrowserWorld,
  row: Pick<TabsRow, 'library' | 'policy' | 'tabs' | 'trials'>,
  callers = 20,
): Promise<TabsRow> {
  const { library, policy, tabs, trials } = row
  const result: TabsRow = { ...row, requests: 0, rejected: 0, lost: 0, several: 0, ms: 0 }
  const opened = await world.openTabs(tabs, { library })
  const { pages } = opened
  try {
    for (let count = 0; count < trials; count++) {
      const isOurs = library === 'ours'
      const { env } = isOurs
        ? await world.begin(pages, policy)
        : await world.beginExpired(pages, policy)
      if (isOurs) await moveClocks(pages, 3 * HOUR_MS)
      const answers = await askAll(pages, env, callers)
      const after = await askAll(pages, env, 1)
      const tokens = new Set(answers.flatMap(({ tokens }) => tokens))
      const last = after.flatMap(({ tokens }) => tokens)
      const isAlive = last.length === tabs && (await world.isAlive(last[0]!))
      result.requests = Math.max(result.requests, world.refreshes(env).length)
      for (const { errors } of answers)
        for (const times of Object.values(errors)) result.rejected += times
      if (!isAlive) result.lost++
      if (tokens.size !== 1) result.several++
      result.ms = Math.max(result.ms, ...answers.map(({ ms }) => ms))
      for (const page of pages) await page.evaluate((env) => client.close(env), env)
    }
  } finally {
    await opened.close()
  }
  return result
}
