/** Drives the demo as a person would. */
import { mkdirSync } from 'node:fs'
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Page,
  Response,
} from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from 'vitest'
import { type Demo, serveDemo } from '../../docs/demo/serve.ts'
import { sentence } from '../../docs/demo/messages.ts'
import { collectErrors, openPage } from '../support/chromium.ts'
import {
  collectScreens,
  collectSecrets,
  collectWrites,
  expectedPlaces,
  holds,
  session,
} from './demo-witness.ts'

export type Driver = Awaited<ReturnType<typeof openDemo>>

export interface OpenOptions extends BrowserContextOptions {
  /** In a browser of its own, whose clock can be set; else it is one that other tests have used. */
  isAlone?: boolean
}

const pictures = 'test/.screenshots'

export const openDemo = async (demo: Demo, options: OpenOptions = {}) => {
  const context = await contextFor(options)
  return drive(demo, await context.newPage())
}

/** The demo in one page; others of the same context are its other tabs. */
const drive = async ({ url, sandbox }: Demo, page: Page) => {
  const errors = collectErrors(page)
  await collectScreens(page)
  const written = await collectWrites(page)
  const secrets = collectSecrets(page)
  const messages = () => sandbox.inbox().length
  let picture = ''
  page.on('response', (response) => {
    if (!isPicture(response)) return
    const gone = () => undefined
    void response.json().then(({ token }: { token: string }) => (picture = token), gone)
  })

  const driver = {
    page,
    sandbox,
    messages,
    card: page.locator('.card'),
    heading: page.locator('.card h1:visible'),
    dialog: page.locator('dialog'),
    /** The one live error on screen, and the good news. */
    error: page.locator('[role=alert]:visible', { hasText: /./ }),
    news: page.locator('[role=status]:is(.news, .done):visible', { hasText: /./ }),
    /** The code field, the button that goes on, and the other button below it. */
    code: page.locator('#code'),
    armed: page.locator('.armed:visible'),
    primary: page.locator('.card .primary:visible'),
    secondary: page.locator('.card .secondary:visible'),
    button: (name: string | RegExp) => page.getByRole('button', { name }),
    /** The steps of the shown journey that the server has seen, and how it answered. */
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
    },
    /** Another tab of the same browser. */
    openTab: async () => drive({ url, sandbox } as Demo, await page.context().newPage()),
    /** Reloads and waits until the page has gone on at `step`. */
    async reload(step: string) {
      await page.reload()
      await driver.at(step)
    },
    /** Reloads and checks that nothing else flashes by, and that nothing was sent. */
    async resume(step: string) {
      const screen = await driver.card.getAttribute('data-screen')
      const before = sandbox.requests().filter(isNoLookup).length
      await driver.reload(step)
      expect(await driver.screens()).toEqual(['loading', screen])
      expect(sandbox.requests().filter(isNoLookup).length).toBe(before)
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
    /** The newest code, without which nothing has been delivered. */
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
    /** From the home of whoever is signed in to their account. */
    async manage() {
      await driver.signedIn()
      await driver.primary.click()
      await driver.at('askingEdit')
    },
    async signOut() {
      await driver.button('Sign out').click()
      await driver.at('askingAccount')
    },
    uid: () => page.locator('dd').first().innerText(),

    /** Waits for the picture to be on screen and answers what it says. */
    async answer(): Promise<string> {
      await page.locator('dialog img[src^="data:image/gif"]').waitFor()
      await page.locator('dialog form[aria-busy=false]').waitFor()
      return sandbox.captchaAnswer(picture)!
    },
    async submitCaptcha(answer: string) {
      await page.locator('#captcha').fill(answer)
      await page.keyboard.press('Enter')
    },
    /** What the card has shown since the page was loaded. */
    screens: () =>
      page.evaluate(() => (window as unknown as { screens: string[] }).screens.filter(Boolean)),
    /** The name of what has the focus. */
    focus: () =>
      page.evaluate(() => {
        const { id, tagName, textContent } = document.activeElement!
        return id || `${tagName.toLowerCase()} ${textContent.trim()}`
      }),

    /** Holds the next request to `path` until released; the page is busy meanwhile. */
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
      mkdirSync(pictures, { recursive: true })
      await page.screenshot({
        path: `${pictures}/${name}.png`,
        fullPage: !(await page.locator('dialog').isVisible()),
      })
    },

    /** Nothing complained, and nothing secret was ever stored where it does not belong. */
    async check({ isLineBroken = false } = {}) {
      const isOurs = (error: string) => !(isLineBroken && error.includes('net::ERR_'))
      expect(errors.filter(isOurs)).toEqual([])
      const { known, tokens } = await secrets()
      const leaks = written.filter(({ area, key, value }) => {
        const isSession = area === 'localStorage' && key === session
        const allowed = isSession ? tokens : new Set<string>()
        return [...known].some((secret) => !allowed.has(secret) && holds(value, secret))
      })
      expect(leaks).toEqual([])
      const places = written.map(({ area, key }) => `${area} ${key}`)
      expect(places.filter((place) => !expectedPlaces.includes(place))).toEqual([])
    },
  }
  return driver
}

/** On the page of a third party: agrees as somebody, or denies. */
export const consent = async (page: Page, person?: string) => {
  await page.locator('[name=account]').first().waitFor()
  if (person) await page.locator(`#account-${person}`).check()
  await page.locator(`[value=${person ? 'allow' : 'deny'}]`).click()
}

const isPicture = (response: Response) =>
  new URL(response.url()).pathname === '/auth/v1/captcha/data' && response.ok()

/** Asking who is signed in is no step of a journey, nor is a new picture. */
const isNoLookup = ({ path }: { path: string }) =>
  path.startsWith('/auth/v') && !/\/(user\/(me|provider)|captcha\/data)$/.test(path)

let browser: Browser | undefined
const contexts = new Map<string, BrowserContext>()

/** A browser with nothing stored. Its cache is warm if another test had the same. */
const contextFor = async ({ isAlone, ...options }: OpenOptions) => {
  browser ??= (await openPage('about:blank')).context().browser()!
  const defaults = {
    locale: 'en-US',
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce' as const,
  }
  const make = () => browser!.newContext({ ...defaults, ...options })
  const key = JSON.stringify(options)
  const context = isAlone ? await make() : (contexts.get(key) ?? (await make()))
  if (!isAlone) contexts.set(key, context)
  onTestFinished(async () => {
    const isEmpty = !isAlone && (await empty(context).catch(() => false))
    if (isEmpty) return
    contexts.delete(key)
    await context.close()
  })
  return context
}

/** Closes its tabs and forgets what they stored. */
const empty = async (context: BrowserContext): Promise<true> => {
  const [first, ...others] = context.pages()
  for (const page of others) await page.close()
  await first?.evaluate(() => localStorage.clear())
  await first?.close()
  return true
}

/** The demo for the tests of a file, back at its start before each. */
export const startDemo = () => {
  const demo = {} as Demo
  beforeAll(async () => {
    Object.assign(demo, await serveDemo({ port: 0 }))
  })
  beforeEach(() => demo.sandbox.reset())
  afterAll(() => demo.close())
  return {
    demo,
    /** The sign-in card in a tab of its own. */
    async open(options?: OpenOptions) {
      const driver = await openDemo(demo, options)
      await driver.open()
      return driver
    },
  }
}

/** What the demo says about an error, in English. */
export const said = (name: string, retryAfter?: number) => {
  const [code = '', operation] = name.split(':').toReversed()
  return sentence({ code, operation, retryAfter }, 'en')
}

export const drop = (path: string, when: 'before' | 'after' = 'before') => ({
  method: '*',
  path: `/auth/v1/${path}`,
  drop: when,
})

export const eventually = <T>(read: () => T): ReturnType<typeof expect.poll<T>> =>
  expect.poll(read, { timeout: 20_000 })
