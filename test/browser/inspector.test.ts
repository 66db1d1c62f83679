import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { linesOf } from '../../adapters/cli/replay.ts'
import { readTrace } from '../../adapters/inspect/index.ts'
import { withSettings } from '../../adapters/inspect/settings.ts'
import { buildPage } from '../../build/inspectorPage.ts'
import { texts } from '../../docs/demo/messages.ts'
import { axeViolations } from '../support/axe.ts'
import { consent, eventually, openDemo, type OpenOptions, startDemo } from './demoDriver.ts'

const phone = '13800000000'
const wirePhone = '+86 13800000000'
const password = 'Correct-horse-7'

const { demo } = startDemo()

let html: string
beforeAll(async () => {
  html = await buildPage()
})

/** What the page of the inspector shows. */
const readInspector = (page: Page) => {
  const frame = page.locator('.frame iframe')
  const inside = frame.contentFrame()
  return {
    inside,
    /** The path to the actor in focus, such as `signIn verification`. */
    path: () => inside.locator('.crumbs button').allInnerTexts(),
    /** The ids of the active states of the chart in focus. */
    active: () =>
      inside
        .locator('.chart [data-active]')
        .evaluateAll((states) => states.map((state) => state.getAttribute('data-state'))),
    press: (key: string) => inside.locator('.chart').press(key),
    position: async () => Number((await inside.locator('.stamp').innerText()).split(' ')[0]),
  }
}

/** Opens the demo with the charts beside it. */
const openInspected = async (options: OpenOptions = {}) => {
  const it = await openDemo(demo, options)
  await it.open()
  await it.button(texts.en.inspector.show).click()
  const inspector = readInspector(it.page)
  await inspector.inside.locator('.crumbs button').first().waitFor()
  return { ...it, inspector }
}

/** The same for a page of its own. */
const readWindow = (page: Page) => ({
  path: () => page.locator('.crumbs button').allInnerTexts(),
  stamp: () => page.locator('.stamp').innerText(),
})

describe('inspector', () => {
  test('inspector: the lit state is the real one through captcha, refused code, upgrade, popup and refresh', async () => {
    const { page, inspector, ...it } = await openInspected()
    const { path, active } = inspector
    const at = async (...expected: string[]) => {
      await eventually(path).toEqual(expected)
      const innermost = expected.at(-1)!
      const [name, ...state] = innermost.split(' ')
      const id = `${name}.${state.join(' ')}`
      if (state.length === 1) await eventually(active).toContain(id)
    }
    await at('session signedOut · running', 'signIn askingAccount')

    // A captcha interrupts the sign-in.
    await it.button('Require a captcha').click()
    await it.planned.waitFor()
    await it.submitContact(phone)
    const answer = await it.answer()
    await at('session signedOut · running', 'captcha asking')
    await it.submitCaptcha(answer)
    await at('session signedOut · running', 'signIn verification', 'verification askingCode')

    // A code is refused.
    await it.code.fill(it.wrongCode())
    await it.error.waitFor()
    await at('session signedOut · running', 'signIn verification', 'verification askingCode')
    expect(await inspector.inside.locator('.log .failure').allInnerTexts()).toContainEqual(
      expect.stringContaining('/v1/verification/verify'),
    )
    await it.enterCode()
    await at('session signedIn · running', 'signIn askingProfile')
    await it.button('Skip for now').click()
    await it.signedIn()
    await at('session signedIn · idle')

    // An access token is refreshed.
    await it.button('Expire the access token').click()
    await it.planned.waitFor()
    await it.button('Call getUser again').click()
    await eventually(it.requests).toContain('POST token')
    await it.signedIn()
    await eventually(() => inspector.inside.locator('.log .call').allInnerTexts()).toContainEqual(
      expect.stringContaining('POST /v1/token'),
    )
    await it.signOut()

    // A guest becomes a user.
    await it.enterAsGuest()
    await at('session anonymous · idle')
    await it.primary.click()
    await at('session anonymous · running', 'upgrade askingAccount')
    await page.locator('#upgrade-contact').fill('new@example.com')
    await page.keyboard.press('Enter')
    await at('session anonymous · running', 'upgrade verification', 'verification askingCode')
    await it.enterCode()
    await it.signedIn()
    await at('session signedIn · idle')
    await it.signOut()

    // A provider opens in a popup.
    await it.button('Open providers in a popup').click()
    const opened = page.context().waitForEvent('page')
    await it.button(/Demo IdP/).click()
    const popup = await opened
    await eventually(path).toEqual([
      'session signedOut · running',
      'provider consent',
      'consent askingPopup',
    ])
    await consent(popup, 'alex')
    await it.signedIn()
    await at('session signedIn · idle')
    await it.check()
  })

  test('inspector: it goes back and forward in time, and follows again when live', async () => {
    const { inspector, ...it } = await openInspected()
    await it.askForCode(phone)
    await eventually(inspector.path).toContain('verification askingCode')
    const last = await inspector.position()
    await inspector.press('Shift+ArrowLeft')
    await eventually(inspector.path).toEqual([
      'session signedOut · running',
      'signIn askingAccount',
    ])
    const submitted = await inspector.position()
    expect(submitted).toBeLessThan(last)
    // The event itself is marked in the log, and what follows is dimmed.
    const current = inspector.inside.locator('.log [aria-current]')
    expect(await current.innerText()).toContain('contact.submit')
    expect(await inspector.inside.locator('.log [data-future]').count()).toBeGreaterThan(3)
    // What happens meanwhile does not move the past.
    await it.code.fill(it.wrongCode())
    await it.error.waitFor()
    expect(await inspector.position()).toBe(submitted)
    await inspector.press('ArrowRight')
    await eventually(inspector.position).toBeGreaterThan(submitted)
    await inspector.press('ArrowLeft')
    await eventually(inspector.position).toBe(submitted)
    await inspector.press('l')
    await eventually(inspector.path).toContain('verification askingCode')
    await eventually(inspector.position).toBeGreaterThan(last)
    // By the timeline.
    await inspector.inside.locator('input[type=range]').fill('0')
    await eventually(inspector.position).toBe(1)
    // By playing.
    await inspector.press(' ')
    await eventually(inspector.position).toBeGreaterThan(1)
    await it.check()
  })

  test('inspector: a window that opens late gets the whole story, and a reload is a new client', async () => {
    const { page, inspector, ...it } = await openInspected({ isAlone: true })
    await it.askForCode(phone)
    await eventually(inspector.path).toContain('verification askingCode')
    const opened = page.waitForEvent('popup')
    await it.button(texts.en.inspector.window).click()
    const own = readWindow(await opened)
    await eventually(own.path).toEqual(await inspector.path())
    expect(await own.path()).toContain('verification askingCode')
    const count = async () => (await own.stamp()).replace(/\+.*/, '')
    const stamp = await inspector.inside.locator('.stamp').innerText()
    await eventually(count).toBe(stamp.replace(/\+.*/, ''))
    // It goes on with the page.
    await it.code.fill(it.newestCode())
    await it.at('askingProfile')
    await eventually(own.path).toContain('signIn askingProfile')
    await it.reload('askingProfile')
    await eventually(own.path).toEqual(['session signedIn · running', 'signIn askingProfile'])
    await it.check()
  })

  test('inspector: nothing on the page and in the saved file is secret', async () => {
    const { page, inspector, ...it } = await openInspected()
    const printed: string[] = []
    page.on('console', (message) => printed.push(message.text()))
    const posted: string[] = []
    await page.exposeFunction('notePosted', (text: string) => void posted.push(text))
    await page.evaluate(() => {
      const channel = new BroadcastChannel('cloudbase-authflow.trace')
      const { notePosted } = window as unknown as { notePosted(text: string): void }
      channel.onmessage = ({ data }) => notePosted(JSON.stringify(data))
    })
    await it.button('Require a captcha').click()
    await it.planned.waitFor()
    await it.submitContact(phone)
    const answer = await it.answer()
    await it.submitCaptcha(answer)
    await it.enterCode()
    const codes = [it.newestCode()]
    await page.locator('#nickname').fill('Augusta Ada')
    await it.primary.click()
    await it.manage()
    await it.button('Set: Password').click()
    await page.locator('#edit-password').fill(password)
    await page.keyboard.press('Enter')
    await it.at('askingCodeRequest')
    await it.primary.click()
    await it.enterCode()
    codes.push(it.newestCode())
    await it.success.waitFor()
    await it.button('Back').click()
    await it.signOut()
    await it.submitPassword(wirePhone, 'A wrong guess')
    await page.locator('#username[aria-invalid]').waitFor()
    await it.submitPassword(wirePhone, password)
    await it.signedIn()
    await eventually(inspector.path).toEqual(['session signedIn · idle'])

    const saving = page.waitForEvent('download')
    await inspector.inside.getByRole('button', { name: 'Save' }).click()
    const file = await (await saving).path()
    const saved = readFileSync(file, 'utf8')
    const { entries } = readTrace(saved)
    expect(entries.length).toBeGreaterThan(200)
    const dom = await inspector.inside.locator('html').evaluate((root) => root.outerHTML)
    // Every actor in turn, with its context.
    const places = [dom, saved, ...posted, ...printed, ...linesOf(readTrace(saved), true)]
    const { known, tokens } = demo.traffic
    expect(tokens.size).toBeGreaterThan(2)
    expect(posted.length).toBeGreaterThan(20)
    const canaries = [
      ...known,
      ...codes,
      phone,
      wirePhone,
      password,
      'A wrong guess',
      'Augusta Ada',
    ]
    expect(canaries.length).toBeGreaterThanOrEqual(12)
    const isWord = (text: string, secret: string) => {
      const literal = secret.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
      return new RegExp(`(?<![A-Za-z0-9])${literal}(?![A-Za-z0-9])`).test(text)
    }
    expect(
      [...canaries, answer].filter((secret) => places.some((text) => isWord(text, secret))),
    ).toEqual([])
    await it.check()
  })

  test('inspector: a saved trace opens offline, and others are refused in words', async () => {
    const { page, inspector, ...it } = await openInspected({ isAlone: true })
    await it.signUpTo('askingProfile', phone)
    await eventually(inspector.path).toContain('signIn askingProfile')
    const saving = page.waitForEvent('download')
    await inspector.inside.getByRole('button', { name: 'Save' }).click()
    const file = await (await saving).path()
    const requests: string[] = []
    const alone = await page.context().newPage()
    alone.on('request', (request) => requests.push(request.url()))
    await alone.setContent(html)
    await alone.locator('input[type=file]').setInputFiles(file)
    await eventually(readWindow(alone).path).toContain('signIn askingProfile')
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([])

    const open = async (text: string) => {
      const buffer = Buffer.from(text)
      await alone
        .locator('input[type=file]')
        .setInputFiles({ name: 'bug.json', mimeType: 'application/json', buffer })
      const alert = alone.locator('[role=alert]', { hasText: /./ })
      await alert.waitFor()
      return alert.innerText()
    }
    const old = { ...readTrace(readFileSync(file, 'utf8')), version: 0 }
    expect(await open(JSON.stringify(old))).toMatch(/bug\.json.*version 0/)
    expect(await open('hello')).toMatch(/not a trace/)
    // The trace that was open stays.
    expect(await readWindow(alone).path()).toContain('signIn askingProfile')
    await it.check()
  })

  test('inspector: a trace with markup in it is shown as text', async () => {
    const { page } = await openDemo(demo, { isAlone: true })
    const evil = '<img src=x onerror=alert(1)>'
    const actor = { id: evil, sessionId: evil, root: evil, machine: evil, systemId: 'session' }
    const chart = { id: evil, initial: evil, states: { [evil]: { id: evil } } }
    const event = { type: evil }
    const snapshot = { status: 'active', value: evil, tags: [], context: { [evil]: evil } }
    const steps = [
      { type: 'machine', machine: evil, chart },
      { type: 'actor', actor },
      { type: 'sent', event, taken: true },
      { type: 'call', method: evil, path: evil, operation: evil, code: evil, ms: 1 },
      { type: 'snapshot', actor, event, snapshot },
    ]
    const entries = steps.map((step, n) => ({ n, at: n, ...step }))
    const trace = { format: 'authflow-trace', version: 1, package: evil, startedAt: 1, entries }
    await page.setContent(withSettings(html, { trace: readTrace(trace) }))
    await page.locator('.chart').press('s')
    await page.locator('.message').first().waitFor()
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.locator('.tree button').innerText()).toContain(evil)
  })

  test.each([
    { language: 'en', colorScheme: 'light', width: 1440 },
    { language: 'zh', colorScheme: 'dark', width: 390 },
  ] as const)(
    'inspector: axe finds nothing in $language, $colorScheme, at $width px',
    async ({ language, colorScheme, width }) => {
      const { page, ...it } = await openDemo(demo, { isAlone: true, colorScheme })
      await it.open()
      await it.askForCode(phone)
      const own = await page.context().newPage()
      await own.setViewportSize({ width, height: 844 })
      await own.goto(`${demo.url}/inspector/${language}`)
      await eventually(readWindow(own).path).toContain('verification askingCode')
      const found: string[] = []
      for (const view of ['chart', 'sequence', 'log', 'actors']) {
        const tab = own.locator(`[data-view=${view}]:is(button):visible`)
        if ((await tab.count()) === 0) continue
        await tab.click()
        found.push(...(await axeViolations(own)).map((each) => `${view}: ${each}`))
        const scrollWidth = await own.evaluate(() => document.documentElement.scrollWidth)
        expect(scrollWidth).toBeLessThanOrEqual(width)
      }
      expect(found).toEqual([])
      await it.check()
    },
  )
})
