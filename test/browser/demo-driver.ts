/** Drives the demo as a person would, and notes whatever it does that nobody may see. */
import { mkdirSync } from 'node:fs'
import type { Browser, BrowserContextOptions, Page, Request, Response } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import type { Demo } from '../../docs/demo/serve.ts'
import { collectErrors, openPage } from '../support/chromium.ts'

export type Driver = Awaited<ReturnType<typeof openDemo>>

interface Written {
  area: string
  key: string
  value: string
}

const pictures = 'test/.screenshots'
const session = 'credentials_demo'
const secretFields = [
  'access_token',
  'captcha_token',
  'key',
  'new_password',
  'password',
  'refresh_token',
  'token',
  'verification_code',
  'verification_token',
]

export const openDemo = async ({ url, sandbox }: Demo, options: BrowserContextOptions = {}) => {
  const page = await newPage({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  })
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
    dialog: page.locator('dialog'),
    /** The one live error on screen. */
    error: page.locator('[role=alert]:visible', { hasText: /./ }),
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
        .filter(({ path }) => path.startsWith('/auth/'))
        .map(({ method, path, error }) =>
          [method, path.replace('/auth/v1/', ''), error].filter(Boolean).join(' '),
        ),

    async at(step: string) {
      await page.locator(`.card[data-step="${step}"]`).waitFor()
    },
    async open() {
      await page.goto(url)
      await driver.at('askingAccount')
    },
    /** Reloads and waits until the page has gone on at `step`. */
    async reload(step: string) {
      await page.reload()
      await driver.at(step)
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

const expectedPlaces = [
  'localStorage device_id',
  `localStorage ${session}`,
  'localStorage demo_language',
  'sessionStorage authflow_demo',
]

/** A short secret may be part of a time or an id by chance, but not the whole of a text. */
const holds = (value: string, secret: string) =>
  value.includes(secret.length < 12 ? JSON.stringify(secret) : secret)

const isPicture = (response: Response) =>
  new URL(response.url()).pathname === '/auth/v1/captcha/data' && response.ok()

let browser: Browser | undefined

const newPage = async (options: BrowserContextOptions): Promise<Page> => {
  browser ??= (await openPage('about:blank')).context().browser()!
  const context = await browser.newContext({ locale: 'en-US', ...options })
  onTestFinished(() => context.close())
  return context.newPage()
}

const collectScreens = (page: Page) =>
  page.addInitScript(() => {
    const screens: string[] = []
    const look = () => {
      const screen = document.querySelector<HTMLElement>('.card')?.dataset['screen'] ?? ''
      if (screen !== screens.at(-1)) screens.push(screen)
    }
    const attributeFilter = ['data-screen']
    const range = { subtree: true, childList: true, attributeFilter }
    new MutationObserver(look).observe(document, range)
    Object.assign(window, { screens })
  })

/** Every write to the page's storages, over all reloads. */
const collectWrites = async (page: Page): Promise<Written[]> => {
  const written: Written[] = []
  await page.exposeFunction('noteWrite', (entry: Written) => void written.push(entry))
  await page.addInitScript(() => {
    const { setItem } = Storage.prototype
    Storage.prototype.setItem = function (key: string, value: string) {
      const area = this === localStorage ? 'localStorage' : 'sessionStorage'
      const { noteWrite } = window as unknown as { noteWrite(entry: object): void }
      noteWrite({ area, key, value })
      setItem.call(this, key, value)
    }
  })
  return written
}

/** What went over the wire and must not be kept, and which of it is the session's. */
const collectSecrets = (page: Page) => {
  const known = new Set<string>()
  const tokens = new Set<string>()
  const reading: Promise<void>[] = []
  const note = (text: string | null | undefined) => {
    try {
      for (const [name, value] of Object.entries(JSON.parse(text ?? '') as object)) {
        if (!secretFields.includes(name) || typeof value !== 'string') continue
        known.add(value)
        if (name === 'access_token' || name === 'refresh_token') tokens.add(value)
      }
    } catch {
      // Not JSON, so not of the protocol.
    }
  }
  const isCall = (of: Request | Response) => new URL(of.url()).pathname.startsWith('/auth/')
  page.on('request', (request) => isCall(request) && note(request.postData()))
  page.on('response', (response) => {
    if (isCall(response)) reading.push(response.text().then(note, () => undefined))
  })
  return async () => {
    await Promise.all(reading)
    return { known, tokens }
  }
}

/** Whatever is in the way of a small screen or a thick finger. */
export const flaws = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    const wide = scrollWidth > clientWidth ? [`${scrollWidth} px wide`] : []
    const root: ParentNode = document.querySelector('dialog[open]') ?? document
    const controls = [...root.querySelectorAll<HTMLElement>('button, input, summary, a, select')]
    const small = controls
      .filter((control) => control.checkVisibility())
      .map((control) => ({ control, box: control.getBoundingClientRect() }))
      .filter(({ box }) => box.width < 44 || box.height < 44)
      .map(({ control, box }) => `${control.outerHTML} is ${box.width} × ${box.height}`)
    return [...wide, ...small]
  })
