import { type Config, createSandbox, type LoggedRequest } from 'cloudbase-authflow/sandbox'
import { afterAll, onTestFinished } from 'vitest'
import {
  collectErrors,
  type OpenPage,
  openPage,
  type ServedPage,
  servePage,
} from '../../../support/chromium.ts'
import type {} from './open.ts'
import type {} from './ours.ts'

export const env = 'sandbox-env'
export const phone = '+86 13800000000'
export const password = 'Correct-horse-7'
export const ada = { username: 'ada', password }
export const bob = { username: 'bob', password }

const entries = {
  /** 3.7.0. */
  official: 'official-3.ts',
  /** 2.28.8. */
  'official 2': 'official-2.ts',
  /** `createAuth`. */
  ours: 'ours.ts',
  /** Our face of the official client. */
  face: 'ours.ts',
}

export type Client = keyof typeof entries

const served = new Map<string, Promise<ServedPage>>()

function serve(entry: string): Promise<ServedPage> {
  const page = served.get(entry) ?? servePage(`test/browser/pages/faults/${entry}`)
  served.set(entry, page)
  return page
}

afterAll(async () => {
  for (const page of served.values()) await (await page).close()
})

/** A sandbox, and a tab with a client that talks to it. */
export async function open(
  client: Client,
  { config, query }: { config?: Partial<Config>; query?: Record<string, string> } = {},
) {
  const sandbox = createSandbox({ config })
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  const address = new URL((await serve(entries[client])).url)
  address.search = new URLSearchParams({ env, client, sandbox: url, ...query }).toString()
  const page = await openPage(address.href)
  let seen = 0

  return {
    sandbox,
    url,
    page,
    /** Another tab of the same browser. */
    async tab(): Promise<OpenPage> {
      const tab = await page.context().newPage()
      const errors = collectErrors(tab)
      await tab.goto(address.href)
      return Object.assign(tab, { errors })
    },

    /** What was sent since the last look, with the error it was answered with. */
    calls() {
      const all = sandbox.requests()
      const sent = all.slice(seen).filter(isCall)
      seen = all.length
      return sent.map(nameOf)
    },

    /** Client and server grow older together. */
    async pass(seconds: number) {
      sandbox.advance(seconds)
      const { now } = (await (await fetch(`${url}/__sandbox/clock`)).json()) as { now: number }
      await page.clock.setSystemTime(now)
    },

    /** The session that the browser holds for this environment. */
    stored: (tab = page) =>
      tab.evaluate(
        (key) => JSON.parse(localStorage.getItem(key) ?? 'null') as Stored | null,
        `credentials_${env}`,
      ),
  }
}

export interface Stored {
  access_token: string
  refresh_token?: string
  scope?: string
}

const isCall = ({ method, path }: LoggedRequest) => method !== 'OPTIONS' && path.startsWith('/auth')

const nameOf = ({ method, path, error }: LoggedRequest) =>
  [method, path.replace('/auth', ''), error].filter(Boolean).join(' ')

/** Keeps what a page sends to `path` until it is let go. */
export async function hold(page: OpenPage, path: string) {
  let letGo = () => {}
  let arrive = () => {}
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  const arrived = new Promise<void>((resolve) => (arrive = resolve))
  await page.route(`**/auth${path}**`, async (route) => {
    if (route.request().method() === 'OPTIONS') return route.continue()
    arrive()
    await gate
    await route.continue().catch(() => undefined)
  })
  return { arrived, letGo }
}

/** Whose access token it is. */
export const userOf = (accessToken: string) =>
  (JSON.parse(atob(accessToken.split('.')[1]!)) as { sub: string }).sub
