/** Drives the demo as a user would. */
import { mkdirSync } from 'node:fs'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from 'vitest'
import type { Demo } from '../../docs/demo/serve.ts'
import { readTrace } from '../../adapters/inspect/index.ts'
import type { LeftTrace } from '../../adapters/inspect/nextPage.ts'
import { sentence } from '../../docs/demo/messages.ts'
import { collectErrors, openBrowser } from '../support/chromium.ts'
import { serveBundledDemo } from '../support/demo.ts'
import { differenceOf } from './recordedStory.ts'
import {
  collectScreens,
  collectTraces,
  collectWrites,
  ended,
  expectedPlaces,
  holds,
  recordTraffic,
  session,
  type Traffic,
  type Written,
} from './demoObserver.ts'

export type Driver = Awaited<ReturnType<typeof openDemo>>

/** The demo and what its sandbox has received and answered. */
export type TestDemo = Pick<Demo, 'url' | 'sandbox'> & { traffic: Traffic }

export interface OpenOptions extends BrowserContextOptions {
  /** Opens a browser context of its own, whose clock can be set; otherwise contexts are reused. */
  isAlone?: boolean
}

const screenshots = 'test/.screenshots'

export const openDemo = async (demo: TestDemo, options: OpenOptions = {}) => {
  const context = await contextFor(options)
  return drive(demo, context.pages()[0] ?? (await context.newPage()))
}

interface Observed {
  writes: Written[]
  /** The traces of the pages that were left in the tab. */
  left: LeftTrace[]
}

const observed = new WeakMap<Page, Observed>()

/** Observes a page from now on; a page that an earlier test has used is observed already. */
const observe = async (page: Page): Promise<Observed> => {
  const known = observed.get(page)
  if (known) {
    known.writes.length = known.left.length = 0
    return known
  }
  await collectScreens(page)
  const found = { writes: await collectWrites(page), left: await collectTraces(page) }
  observed.set(page, found)
  return found
}

/** Drives one page; other pages of the same context are its other tabs. */
const drive = async ({ url, sandbox, traffic }: TestDemo, page: Page) => {
  const errors = collectErrors(page)
  const { writes, left } = await observe(page)
  const messages = () => sandbox.inbox().length
  const driver = {
    page,
    sandbox,
    messages,
    card: page.locator('.card'),
    heading: page.locator('.card h1:visible'),
    dialog: page.locator('dialog'),
    /** The visible error, and the visible success. */
    error: page.locator(':is(.error, .notice):visible', { hasText: /./ }),
    success: page.locator(':is(.success, .done):visible', { hasText: /./ }),
    /** What a screen reader reads out by itself. */
    live: page.locator('.live', { hasText: /./ }),
    /** The code field, the mark of a planned fault, and the two kinds of buttons on the card. */
    code: page.locator('#code'),
    planned: page.locator('.planned:visible'),
    primary: page.locator('.card .primary:visible'),
    secondary: page.locator('.card .secondary:visible'),
    button: (name: string | RegExp) => page.getByRole('button', { name }),
    /** The API requests so far, with the error of each that failed. */
    requests: () =>
      sandbox
        .requests()
        .filter(({ path }) => path.startsWith('/auth/v'))
        .map(({ method, path, error }) =>
          [method, path.replace('/auth/v1/', ''), error].filter(Boolean).join(' '),
        ),

    /** Waits for a step, or for a status while there is none. */
    async at(step: string, flow?: string) {
      const at = flow ? `[data-flow="${flow}"]` : ''
      await page.locator(`.card[data-step="${step}"]${at}`).waitFor()
    },
    async open() {
      await page.goto(url)
      await driver.at('askingAccount')
      // The code that keeps a flow is loaded with the first one. A page that is left before then starts it anew.
      await page.waitForFunction(() => sessionStorage.getItem('authflow_demo') !== null)
    },
    /** Another tab of the same browser. */
    openTab: async () => drive({ url, sandbox, traffic }, await page.context().newPage()),
    /** Reloads and waits until the flow has resumed at `step`. */
    async reload(step: string) {
      await page.reload()
      await driver.at(step)
    },
    /** Reloads and checks that no other screen is shown meanwhile, and that nothing is sent. */
    async resume(step: string) {
      const screen = await driver.card.getAttribute('data-screen')
      const before = sandbox.requests().filter(isFlowRequest).length
      await driver.reload(step)
      expect(await driver.screens()).toEqual(['loading', screen])
      expect(sandbox.requests().filter(isFlowRequest).length).toBe(before)
    },

    async submitContact(contact: string) {
      await page.locator('#contact').fill(contact)
      await page.keyboard.press('Enter')
    },
    async submitPassword(username: string, password: string) {
      await page.getByRole('tab').nth(1).click()
      await page.locator('#username').fill(username)
      await page.locator('#password').fill(password)
      await page.keyboard.press('Enter')
    },
    /** The code that was delivered last. */
    newestCode(): string {
      return sandbox.inbox()[0]!.code
    },
    wrongCode(): string {
      return driver.newestCode() === '000000' ? '111111' : '000000'
    },
    async enterCode() {
      await driver.at('askingCode')
      await driver.code.fill(driver.newestCode())
    },
    async askForCode(contact: string) {
      await driver.submitContact(contact)
      await driver.at('askingCode')
    },
    async signUpTo(step: string, contact: string) {
      await driver.askForCode(contact)
      await driver.code.fill(driver.newestCode())
      await driver.at(step)
    },
    async signedIn() {
      await driver.at('signedIn')
      await page.locator('dl[aria-busy=false]').waitFor()
    },
    async enterAsGuest() {
      await driver.button('Continue as a guest').click()
      await driver.at('anonymous')
    },
    /** Opens the account page of the signed-in user. */
    async manage() {
      await driver.signedIn()
      await driver.primary.click()
      await driver.at('askingEdit')
    },
    async signOut() {
      await driver.button('Sign out').click()
      await driver.at('askingAccount')
    },
    /** Signs a guest out, who is asked first. */
    async signOutGuest() {
      await driver.button('Sign out').click()
      await driver.button('Sign out anyway').click()
      await driver.at('askingAccount')
    },
    uid: () => page.locator('dd').first().innerText(),

    /** Waits for the captcha picture and returns its text. */
    async answer(): Promise<string> {
      await page.locator('dialog img[src^="data:image/gif"]').waitFor()
      await page.locator('dialog form[aria-busy=false]').waitFor()
      return sandbox.captchaAnswer(traffic.pictureToken)!
    },
    async submitCaptcha(answer: string) {
      await page.locator('#captcha').fill(answer)
      await page.keyboard.press('Enter')
    },
    /** The screens of the card since the page was loaded. */
    screens: () =>
      page.evaluate(() => (window as unknown as { screens: string[] }).screens.filter(Boolean)),
    /** The id of the focused element, or its tag and text. */
    focus: () =>
      page.evaluate(() => {
        let focused = document.activeElement!
        while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement
        const { id, tagName, textContent } = focused
        return id || `${tagName.toLowerCase()} ${textContent.trim()}`
      }),

    /** Holds the next request to `path` until the returned function is called. */
    async hold(path: string) {
      let release = () => {}
      const released = new Promise<void>((resolve) => (release = resolve))
      await page.route(
        (target) => target.pathname === path,
        async (route) => {
          await released
          await route.continue()
        },
        { times: 1 },
      )
      return release
    },

    async picture(name: string) {
      mkdirSync(screenshots, { recursive: true })
      await page.screenshot({
        path: `${screenshots}/${name}.png`,
        fullPage: !(await page.locator('dialog').isVisible()),
      })
    },

    /**
     * Checks that the page logged no error, stored no secret in a wrong place, and recorded what the flows do again.
     */
    async check({ isOffline = false, isReplayed = true } = {}) {
      const isUnexpected = (error: string) => !(isOffline && error.includes('net::ERR_'))
      expect(errors.filter(isUnexpected)).toEqual([])
      const { known, tokens } = traffic
      const leaks = writes.filter(({ area, key, value }) => {
        const isSession = area === 'localStorage' && [session, ended].includes(key)
        const allowed = isSession ? tokens : new Set<string>()
        return [...known].some((secret) => !allowed.has(secret) && holds(value, secret))
      })
      expect(leaks).toEqual([])
      await checkTrace(page, traffic, isReplayed ? left : undefined)
      const places = writes.map(({ area, key }) => `${area} ${key}`)
      expect(places.filter((place) => !expectedPlaces.includes(place))).toEqual([])
    },
  }
  return driver
}

/**
 * Checks that the trace of the page can be read, ends where the page is, goes as recorded when it is run
 * again, and holds no secret. Pages without the card have no client.
 *
 * @param left the traces of the pages before; undefined when nothing is run again
 */
const checkTrace = async (page: Page, { known }: Traffic, left?: readonly LeftTrace[]) => {
  const card = page.locator('.card')
  if ((await card.count()) === 0) return
  const text = await page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const channel = new BroadcastChannel('cloudbase-authflow.trace')
        channel.onmessage = ({ data }: MessageEvent<{ type: string; source?: string }>) => {
          const isOwn = data.source === (window as unknown as { source: string }).source
          if (data.type === 'trace' && isOwn) resolve(JSON.stringify(data))
        }
        channel.postMessage({ type: 'open' })
      }),
  )
  const { source, trace: sent } = JSON.parse(text) as { source: string; trace: unknown }
  const trace = readTrace(sent)
  const view = trace.entries.findLast((entry) => entry.type === 'view')
  if (view) {
    expect(await card.getAttribute('data-step')).toBe(view.step ?? view.status)
    if (left) expect(await differenceOf([...left, { id: source, trace }])).toBeUndefined()
  }
  expect([...known].filter((secret) => secret.length >= 12 && text.includes(secret))).toEqual([])
}

/** On the page of a provider: consents with an account, or denies without one. */
export const consent = async (page: Page, account?: string) => {
  await page.locator('[name=account]').first().waitFor()
  if (account) await page.locator(`#account-${account}`).check()
  await page.locator(`[value=${account ? 'allow' : 'deny'}]`).click()
}

/** Reading the user or a captcha picture is not a request of a flow. */
const isFlowRequest = ({ path }: { path: string }) =>
  path.startsWith('/auth/v') && !/\/(user\/(me|provider)|captcha\/data)$/.test(path)

const contexts = new Map<string, BrowserContext>()

/** Returns a browser context with empty storage. It is reused by tests with the same options. */
const contextFor = async ({ isAlone, ...options }: OpenOptions) => {
  const browser = await openBrowser()
  const defaults = {
    locale: 'en-US',
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce' as const,
  }
  const make = () => browser.newContext({ ...defaults, ...options })
  const key = JSON.stringify(options)
  const context = isAlone ? await make() : (contexts.get(key) ?? (await make()))
  if (!isAlone) contexts.set(key, context)
  onTestFinished(async () => {
    const isReusable = !isAlone && (await clear(context).catch(() => false))
    if (isReusable) return
    contexts.delete(key)
    await context.close()
  })
  return context
}

/** Closes all tabs but the first, a new one costing as much as a page, and clears what they have stored. */
const clear = async (context: BrowserContext): Promise<true> => {
  const [first, ...others] = context.pages()
  for (const page of others) await page.close()
  if (!first) return true
  first.removeAllListeners()
  await first.unrouteAll({ behavior: 'ignoreErrors' })
  // What a page stores when it is left is cleared as well.
  await first.goto(new URL('/empty', first.url()).href)
  await first.evaluate(() => {
    sessionStorage.clear()
    localStorage.clear()
  })
  return true
}

/**
 * Serves the demo for the tests of a file and resets it before each. Codes can follow each other at
 * once; the tests about the wait set `resendSeconds`.
 */
export const startDemo = () => {
  const demo = {} as Demo & TestDemo
  beforeAll(async () => {
    const served = await serveBundledDemo()
    Object.assign(demo, served, { traffic: recordTraffic(served.sandbox) })
  })
  beforeEach(async () => {
    // What a page of the test before has sent last is received before this.
    await fetch(`${demo.url}/empty`)
    demo.sandbox.reset()
    demo.traffic.clear()
    demo.sandbox.config({ resendSeconds: 0 })
  })
  afterAll(() => demo.close())
  return {
    demo,
    /** Opens the demo in a tab of its own. */
    async open(options?: OpenOptions) {
      const driver = await openDemo(demo, options)
      await driver.open()
      return driver
    },
  }
}

/** Returns the English sentence for `operation:code` or `code`, about a `kind` of contact. */
export const textOf = (name: string, kind?: 'phone' | 'email') => {
  const [code = '', operation] = name.split(':').toReversed()
  return sentence({ code, operation }, 'en', kind)
}

export const drop = (path: string, when: 'before' | 'after' = 'before') => ({
  method: '*',
  path: `/auth/v1/${path}`,
  drop: when,
})

export const eventually = <T>(read: () => T): ReturnType<typeof expect.poll<T>> =>
  expect.poll(read, { timeout: 20_000 })
