import { type Config, createSandbox, type LoggedRequest } from 'cloudbase-authflow-sandbox'
import type { BrowserContext, Page, Route } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { openBrowser, type ServedPage, servePage } from '../../../support/chromium.ts'
import type {} from './open.ts'
import type {} from './ours.ts'

export const phone = '+86 13800000000'
export const password = 'Correct-horse-7'
export const hour = 3600

const entries = {
  /** `@cloudbase/js-sdk` 3.7.0. */
  official: 'official3.ts',
  /** 2.28.8. */
  official2: 'official2.ts',
  /** `createAuth`. */
  ours: 'ours.ts',
}

export type Client = keyof typeof entries

/**
 * Each client's page is served once for all test files of a process, and the tests open it one after the other in one
 * browser context.
 */
const places = new Map<Client, Promise<{ served: ServedPage; context: BrowserContext }>>()

async function openPlace(client: Client) {
  const served = await servePage(`test/browser/pages/faults/${entries[client]}`)
  return { served, context: await (await openBrowser()).newContext() }
}

let worlds = 0

/** Opens a sandbox, and a tab with a client connected to it. */
export async function open(
  client: Client,
  config: Partial<Config> = {},
  query: Record<string, string> = {},
) {
  const sandbox = createSandbox({ config: { resendSeconds: 0, ...config } })
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  const place = places.get(client) ?? openPlace(client)
  places.set(client, place)
  const { served, context } = await place
  // Another environment, because the page of an earlier test may still be active.
  const env = `row-${++worlds}`
  const address = `${served.url}?${new URLSearchParams({ env, sandbox: url, ...query })}`
  let seen = 0

  /** Opens another tab of the same browser. */
  async function tab(): Promise<Page> {
    const page = await context.newPage()
    onTestFinished(() => page.close())
    await page.goto(address)
    return page
  }

  const page = context.pages()[0] ?? (await context.newPage())
  await page.goto(address)
  onTestFinished(async () => {
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await context.clock.setSystemTime(Date.now())
  })

  return {
    sandbox,
    url,
    env,
    page,
    tab,
    clock: context.clock,

    /** Returns the requests since the last call, each with the error of its answer. */
    calls() {
      const all = sandbox.requests()
      const sent = all.slice(seen).filter(isCall)
      seen = all.length
      return sent.map(nameOf)
    },

    /** Moves the time of client and server forward. */
    async pass(seconds: number) {
      sandbox.advance(seconds)
      const { now } = (await (await fetch(`${url}/__sandbox/clock`)).json()) as { now: number }
      await context.clock.setSystemTime(now)
    },

    /** Returns the session that the browser has stored. */
    stored: (tab = page) =>
      tab.evaluate(
        (key) => JSON.parse(localStorage.getItem(key) ?? 'null') as Stored | null,
        `credentials_${env}`,
      ),

    /** Holds the requests of a tab to `path` until they are released. */
    async hold(path: string, on = page) {
      let arrive = () => {}
      let letGo = () => {}
      const held = new Promise<void>((resolve) => (arrive = resolve))
      const gate = new Promise<void>((resolve) => (letGo = resolve))
      const keep = async (route: Route) => {
        arrive()
        await gate
        await route.continue().catch(() => undefined)
      }
      await on.route(`**/auth${path}*`, keep, { times: 1 })
      return { held, letGo }
    },

    /** Advances the page's clock and timers until a promise settles. */
    async hurry<T>(promise: Promise<T>): Promise<T> {
      let isOver = false
      const over = promise.finally(() => (isOver = true))
      while (!isOver) await context.clock.runFor(500)
      return over
    },
  }
}

export type World = Awaited<ReturnType<typeof open>>

/** Opens the official SDK with a user who is signed in by custom sign-in. */
export async function openOfficial() {
  const world = await open('official')
  await enter(world, 'ada')
  world.calls()
  return world
}

/** Signs in by a ticket, because hashing a password takes long; returns the result. */
export async function enter({ sandbox, page }: World, uid: string): Promise<string> {
  return page.evaluate(
    (ticket) => {
      official.setCustomSignFunc(async () => ticket)
      return codeOf(official.signInWithCustomTicket())
    },
    await sandbox.mintTicket(uid),
  )
}

export interface Stored {
  access_token: string
  refresh_token?: string
  scope?: string
}

const isCall = ({ method, path }: LoggedRequest) => method !== 'OPTIONS' && path.startsWith('/auth')

const nameOf = ({ method, path, error }: LoggedRequest) =>
  [method, path.replace('/auth', ''), error].filter(Boolean).join(' ')

/** Returns the user of an access token. */
export const userOf = (accessToken: string) =>
  (JSON.parse(atob(accessToken.split('.')[1]!)) as { sub: string }).sub
