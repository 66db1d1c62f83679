import { build } from 'esbuild'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { createSandbox } from '../../sandbox/index.ts'
import type { RefreshPolicy } from '../../sandbox/config.ts'
import type { Answers } from './page/client.ts'

/** Milliseconds in an hour. */
export const HOUR_MS = 3600_000

/** Milliseconds until the clocks of all tabs move at one moment, so that none takes another's for wrong. */
const MOVE_MS = 250

/** A sandbox, and pages of both SDKs for it. */
export type BrowserWorld = Awaited<ReturnType<typeof openBrowserWorld>>

/** Tabs of one browser with a client each. */
export interface Tabs {
  context: BrowserContext
  pages: Page[]
  close(): Promise<void>
}

/** How tabs differ from the usual ones. */
export interface TabsOptions {
  library?: 'ours' | 'official'
  /** What the pages are without: `locks`, `indexedDB`, `storage events`. */
  without?: string
  /** How much faster than real time the clocks of the pages run. */
  speed?: number
}

/**
 * Starts a sandbox and a server of pages, in which several tabs of one browser share sessions.
 *
 * @param browser opens the tabs
 */
export async function openBrowserWorld(browser: Browser) {
  const { outputFiles } = await build({
    entryPoints: ['ours', 'official'].map((name) => `test/session/page/${name}.ts`),
    bundle: true,
    splitting: true,
    // The package says that its modules have no side effects; those of the pages have.
    ignoreAnnotations: true,
    write: false,
    outdir: '/',
    format: 'esm',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
    tsconfig: 'test/tsconfig.json',
  })
  const files = new Map(outputFiles.map(({ path, text }) => [path, text]))
  const web = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost')
    const script = files.get(pathname)
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript')
    const library = searchParams.get('library') ?? 'ours'
    response.end(
      script ??
        `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/${library}.js"></script>`,
    )
  })
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(web.address() as AddressInfo).port}/`
  const sandbox = createSandbox({
    config: { requestsPerMinute: null, sendsPerHour: null, maxSessions: 10_000 },
  })
  const { url, close } = await sandbox.listen({ port: 0 })
  let envs = 0

  return {
    sandbox,
    url,

    /** Opens tabs that share a storage. */
    async openTabs(count: number, options: TabsOptions = {}): Promise<Tabs> {
      const { library = 'ours', without = '', speed = 1 } = options
      const context = await browser.newContext()
      const start = String(Date.now())
      const query = new URLSearchParams({ library, without, speed: String(speed), start })
      const pages = await Promise.all(
        Array.from({ length: count }, async () => {
          const page = await context.newPage()
          await page.goto(`${address}?${query}`)
          await page.waitForFunction(() => 'client' in globalThis)
          return page
        }),
      )
      return { context, pages, close: () => context.close() }
    },

    /** Opens a client in each tab for an environment of its own, and signs a user in. */
    async begin(pages: Page[], policy: RefreshPolicy, latency = 20) {
      const env = `env-${++envs}`
      sandbox.config({ refreshPolicy: policy })
      sandbox.faults([{ method: 'POST', path: '/auth/v1/token', times: 1e6, delayMs: latency }])
      for (const page of pages)
        await page.evaluate(([env, url]) => client.open(env, env, url), [env, url] as const)
      const ticket = await sandbox.mintTicket(`ada-${envs}`)
      await pages[0]!.evaluate(([env, ticket]) => client.signIn(env, ticket), [
        env,
        ticket,
      ] as const)
      await everyUser(pages, env, `ada-${envs}`)
      return { env, user: `ada-${envs}` }
    },

    /** Stores an expired session as the official client does, and opens a client in each tab. */
    async beginExpired(pages: Page[], policy: RefreshPolicy, latency = 20) {
      const env = `env-${++envs}`
      sandbox.config({ refreshPolicy: policy })
      sandbox.faults([{ method: 'POST', path: '/auth/v1/token', times: 1e6, delayMs: latency }])
      const response = await sandbox.fetch(`${url}/auth/v1/signin/custom?client_id=${env}`, {
        method: 'POST',
        headers: { 'x-device-id': 'd'.repeat(32) },
        body: JSON.stringify({
          provider_id: 'custom',
          ticket: await sandbox.mintTicket(`ada-${envs}`),
        }),
      })
      const { expires_in: _, ...tokens } = (await response.json()) as Record<string, unknown>
      const expires_at = new Date(Date.now() - 5_000).toISOString()
      await pages[0]!.evaluate(([key, text]) => localStorage.setItem(key, text), [
        `credentials_${env}`,
        JSON.stringify({ version: 'v1', ...tokens, expires_at }),
      ] as const)
      for (const page of pages) {
        await page.waitForFunction((key) => localStorage.getItem(key), `credentials_${env}`)
        await page.evaluate(([env, url]) => client.open(env, env, url), [env, url] as const)
      }
      return { env, user: `ada-${envs}` }
    },

    /** The answers to the refreshes of an environment. */
    refreshes: (env: string) =>
      sandbox
        .requests()
        .filter(({ path, query }) => /\/v\d\/token$/.test(path) && query['client_id'] === env)
        .map(({ status }) => status),

    /** Whether the server accepts an access token. */
    async isAlive(token: string) {
      const headers = { authorization: `Bearer ${token}` }
      return (await sandbox.fetch(`${url}/auth/v1/user/me`, { headers })).status === 200
    },

    async close() {
      await close()
      web.closeAllConnections()
      web.close()
    },
  }
}

/** Lets the callers of all tabs ask at the same moment. */
export async function askAll(pages: Page[], env: string, callers: number): Promise<Answers[]> {
  const at = Date.now() + 40 + pages.length * 10
  return Promise.all(
    pages.map((page) =>
      page.evaluate(([env, callers, at]) => ask(env, callers, at), [env, callers, at] as const),
    ),
  )
}

/** Moves the clocks of all tabs. */
export async function moveClocks(pages: Page[], ms: number): Promise<void> {
  const move = { at: Date.now() + MOVE_MS, ms }
  await Promise.all(pages.map((page) => page.evaluate((move) => void moves.push(move), move)))
  await sleep(move.at - Date.now())
}

/** Returns who is signed in in each tab. */
export const usersOf = (pages: Page[], name: string): Promise<(string | undefined)[]> =>
  Promise.all(pages.map((page) => page.evaluate((name) => client.user(name), name)))

/**
 * Waits until all tabs show a user, or none.
 *
 * @returns whether they did in time
 */
export async function everyUser(
  pages: Page[],
  name: string,
  user: string | undefined,
  ms = 8_000,
): Promise<boolean> {
  const end = Date.now() + ms
  for (;;) {
    const users = await usersOf(pages, name)
    if (users.every((each) => each === user)) return true
    if (Date.now() > end) return false
    await sleep(20)
  }
}
