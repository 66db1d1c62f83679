import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Config, createSandbox } from '../../sandbox/index.ts'
import { findBrowser } from '../support/browser.ts'
import { collectErrors, type OpenPage, openPage, servePage } from '../support/chromium.ts'

/** Opens the app in a tab, connected to a sandbox of its own. */
async function openApp(config: Partial<Config> = {}, popup = 'yes', openTab = openPage, to = '') {
  const sandbox = createSandbox({ config })
  const server = await sandbox.listen({ port: 0 })
  const served = await servePage('test/browser/pages/provider.ts')
  onTestFinished(() => Promise.all([server.close(), served.close()]).then(() => undefined))
  const query = { endpoint: server.url, popup, ...(to && { to }) }
  const address = `${served.url}?${new URLSearchParams(query)}`
  const page = await openTab(address)

  const drive = (page: Page) => {
    const click = (name: string) => page.locator(`button[name=${name}]`).click()
    return {
      click,
      shows: (text: string) =>
        expect.poll(() => page.locator('output').innerText(), { timeout: 20_000 }).toBe(text),
      /** Clicks and waits for the popup. */
      async openPopup(name = 'begin') {
        const [popup] = await Promise.all([page.context().waitForEvent('page'), click(name)])
        return popup
      },
    }
  }

  return {
    sandbox,
    page,
    ...drive(page),
    drivePopup: drive,
    grants: () => sandbox.requests().filter(({ path }) => path.endsWith('/provider/token')).length,

    /** Opens the app in another tab of the same browser. */
    async tab() {
      const other = await page.context().newPage()
      await other.goto(address)
      return drive(other)
    },
  }
}

const consent = async (popup: Page) => {
  await popup.locator('input[value=alex]').check()
  await popup.locator('button[value=allow]').click()
}

/** Longer than the half second after which `window.closed` is usually polled again. */
const POLLING_MS = 2000

describe('provider popup that COOP cuts off from its opener', () => {
  test.each([0, 1800])('the flow waits although the page takes %d ms', async (delay) => {
    const { page, openPopup, shows } = await openApp({ providerCoop: 'on' })
    await page.context().route('**/auth/idp/**', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, delay))
      await route.continue()
    })
    const popup = await openPopup()
    await popup.locator('input[value=alex]').waitFor()
    await page.waitForTimeout(POLLING_MS)
    await shows('signedOut askingPopup')
    await consent(popup)
    await shows('signedIn')
    if (!popup.isClosed()) await popup.waitForEvent('close')
    expect(page.errors).toEqual([])
  })

  test('the flow waits although another page redirects to the provider', async () => {
    const { page, openPopup, shows } = await openApp({ providerCoop: 'on' })
    let isRedirected = false
    await page.context().route('**/auth/idp/**', async (route) => {
      if (isRedirected) return route.continue()
      isRedirected = true
      const uri = JSON.stringify(route.request().url())
      const body = `<script>setTimeout(() => location.assign(${uri}), 1500)</script>`
      await route.fulfill({ contentType: 'text/html', body })
    })
    const popup = await openPopup()
    await popup.locator('input[value=alex]').waitFor()
    await page.waitForTimeout(POLLING_MS)
    await shows('signedOut askingPopup')
    await consent(popup)
    await shows('signedIn')
    expect(page.errors).toEqual([])
  })
})

describe.each(['off', 'on'] as const)('provider popup with COOP %s', (providerCoop) => {
  test('a popup that the user closed opens again on provider.retry', async () => {
    const { page, openPopup, shows, grants } = await openApp({ providerCoop })
    const popup = await openPopup()
    await popup.close()
    await shows('signedOut askingPopup')
    const next = await openPopup('again')
    await shows('signedOut askingPopup')
    await consent(next)
    await shows('signedIn')
    expect(grants()).toBe(1)
    expect(page.errors).toEqual([])
  })

  test('flow.cancel ends the flow after the user closed the popup', async () => {
    const { page, openPopup, click, shows, grants } = await openApp({ providerCoop })
    const popup = await openPopup()
    await popup.close()
    await click('cancel')
    await shows('signedOut')
    expect(grants()).toBe(0)
    expect(page.errors).toEqual([])
  })
})

describe('provider popup and the page that opened it', () => {
  test('the page of the provider has no opener and cannot navigate the app away', async () => {
    const { page, openPopup, shows } = await openApp()
    const { origin } = new URL(page.url())
    const popup = await openPopup()
    await popup.locator('input[value=alex]').waitFor()
    expect(await popup.evaluate(() => window.opener === null)).toBe(true)
    await popup.evaluate(() => void window.open('https://evil.example/', '_parent'))
    expect(new URL(page.url()).origin).toBe(origin)
    const next = await openPopup('again')
    await consent(next)
    await shows('signedIn')
  })

  test('the popup does not go on with the flow of the page when it shows the app', async () => {
    const { page, openPopup, shows, drivePopup } = await openApp()
    const popup = await openPopup()
    await popup.locator('input[value=alex]').waitFor()
    await popup.goto(page.url())
    await drivePopup(popup).shows('signedOut')
    expect(page.context().pages()).toHaveLength(2)
    await shows('signedOut askingPopup')
  })

  test('a page with a made-up response stays open and shows the app', async () => {
    const { page, drivePopup } = await openApp()
    const forged = `${page.url()}&code=1&state=authflowpopup${'0'.repeat(32)}`
    const [opened] = await Promise.all([
      page.context().waitForEvent('page'),
      page.evaluate((url) => void window.open(url), forged),
    ])
    await drivePopup(opened).shows('signedOut')
    await opened.waitForTimeout(500)
    expect(opened.isClosed()).toBe(false)
    expect(opened.url()).not.toContain('code=')
  })

  test('an app in a frame of another site, which has storage of its own, signs in', async () => {
    const { page } = await openApp()
    const portal = await createPortal(page.url())
    const top = await openPartitioned(portal)
    const frame = top.frames().find((each) => each.url() === page.url())!
    const [popup] = await Promise.all([
      top.context().waitForEvent('page'),
      frame.locator('button[name=begin]').click(),
    ])
    await popup.locator('input[value=alex]').waitFor()
    expect(await popup.evaluate(() => window.opener === null)).toBe(true)
    const closed = popup.waitForEvent('close')
    await consent(popup)
    await expect.poll(() => frame.locator('output').innerText()).toBe('signedIn')
    await closed
  })
})

/** Serves a page with the app in a frame, under another site than the app's. */
async function createPortal(app: string): Promise<string> {
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end(`<iframe src="${app}"></iframe>`),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://localhost:${(server.address() as AddressInfo).port}/`
}

/**
 * Opens a page in a browser that partitions storage by site, as browsers do. Playwright turns that off
 * with its own arguments, which are all left out.
 */
async function openPartitioned(url: string): Promise<Page> {
  const folder = await mkdtemp(join(tmpdir(), 'authflow-'))
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    ignoreDefaultArgs: true,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--no-first-run',
      '--remote-debugging-pipe',
      `--user-data-dir=${folder}`,
    ],
  })
  onTestFinished(async () => {
    await browser.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  const page = await browser.newPage()
  await page.goto(url)
  await page.frameLocator('iframe').locator('output').waitFor()
  return page
}

/** Records what the pages of a context post on channels and to windows, and write to storage. */
async function recordMessages(context: BrowserContext): Promise<string[]> {
  const messages: string[] = []
  await context.exposeBinding('record', (_, text: string) => messages.push(text))
  await context.addInitScript(() => {
    const { record } = globalThis as unknown as { record(text: string): void }
    const print = (value: unknown): string => {
      if (value instanceof ArrayBuffer) return String.fromCharCode(...new Uint8Array(value))
      if (ArrayBuffer.isView(value)) return print(value.buffer)
      if (typeof value !== 'object' || value === null) return String(value)
      return Object.values(value).map(print).join(' ')
    }
    const spyOn = (owner: object, name: string) => {
      const original = owner[name as never] as (...args: unknown[]) => unknown
      const spy = function (this: unknown, ...args: unknown[]) {
        record(print(args))
        return original.apply(this, args)
      }
      Object.assign(owner, { [name]: spy })
    }
    spyOn(BroadcastChannel.prototype, 'postMessage')
    spyOn(MessagePort.prototype, 'postMessage')
    spyOn(Storage.prototype, 'setItem')
    spyOn(window, 'postMessage')
  })
  return messages
}

describe('authorization code from a provider popup', () => {
  test.each(['off', 'on'] as const)(
    'no message or storage shows the code (COOP %s)',
    async (coop) => {
      const { page, openPopup, shows } = await openApp({ providerCoop: coop })
      const codes: string[] = []
      page.context().on('request', (request) => {
        const code = new URL(request.url()).searchParams.get('code')
        if (code) codes.push(code)
      })
      const messages = await recordMessages(page.context())
      await page.reload()
      await consent(await openPopup())
      await shows('signedIn')
      expect(codes).toHaveLength(1)
      expect(messages.length).toBeGreaterThan(0)
      expect(messages.filter((text) => text.includes(codes[0]!))).toEqual([])
      expect(messages.filter((text) => /\bcode=/.test(text))).toEqual([])
    },
  )

  test('only the tab that opened the popup receives the code', async () => {
    const { page, openPopup, grants, tab } = await openApp()
    const other = await tab()
    await openPopup()
    await consent(await other.openPopup())
    await other.shows('signedIn')
    expect(grants()).toBe(1)
    expect(page.errors).toEqual([])
  })
})

test.each(['yes', 'no'])('provider: a javascript: URL is not opened (popup %s)', async (popup) => {
  const { sandbox, page, click, shows } = await openApp({}, popup)
  const body = { uri: `javascript:document.body.append('run')` }
  sandbox.faults([{ method: 'GET', path: '/auth/v1/provider/uri', body }])
  await click('begin')
  const why = `${popup === 'yes' ? 'openPopup' : 'redirect'}: invalid_response: not an http(s) URL`
  await shows(`signedOut askingRetry (${why})`)
  expect(page.context().pages()).toHaveLength(1)
  expect(await page.locator('body').innerText()).not.toContain('run')
  expect(page.errors).toEqual([])
})

describe.each(['yes', 'no'])('provider with returnTo (popup %s)', (popup) => {
  test('the flow ends on that page, signed in, with one grant', async () => {
    const { page, click, openPopup, grants } = await openApp(
      {},
      popup,
      openPage,
      '/there?step=2#cart',
    )
    const origin = new URL(page.url()).origin
    if (popup === 'yes') await consent(await openPopup())
    else {
      await click('begin')
      await consent(page)
    }
    await page.waitForURL(`${origin}/there?step=2#cart`)
    const stored = () => page.evaluate(() => [localStorage, sessionStorage].map(Object.keys))
    expect(await stored()).toEqual([expect.arrayContaining(['credentials_demo']), []])
    expect(grants()).toBe(1)
    await page.goBack()
    await expect.poll(() => page.locator('output').innerText()).toBe('signedIn')
    expect(grants()).toBe(1)
    expect(page.errors).toEqual([])
  })

  test('a returnTo of another origin fails before anything is sent', async () => {
    const { sandbox, page, click, shows } = await openApp({}, popup, openPage, '//evil.example/')
    await click('begin')
    await shows(
      'signedOut askingRetry (destinationOf: invalid_argument: ' +
        'returnTo must be of this origin or in returnOrigins)',
    )
    expect(sandbox.requests()).toEqual([])
    expect(page.context().pages()).toHaveLength(1)
  })
})

/** Opens a page in a browser with its popup blocker on; Playwright turns it off by default. */
async function openWithPopupBlocker(url: string, ...args: string[]): Promise<OpenPage> {
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    args: ['--no-sandbox', ...args],
    ignoreDefaultArgs: ['--disable-popup-blocking'],
  })
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  await page.goto(url)
  return Object.assign(page, { errors: collectErrors(page) })
}

test('provider popup: a page without https opens no popup and fails with unimplemented', async () => {
  const openInsecurely = (url: string) =>
    openWithPopupBlocker(
      url.replace('127.0.0.1', 'app.test'),
      '--host-resolver-rules=MAP app.test 127.0.0.1',
    )
  const { page, click, shows } = await openApp({}, 'yes', openInsecurely)
  // From such a page Chromium blocks requests to servers on this machine.
  const headers = { 'access-control-allow-origin': '*' }
  const json = { uri: 'https://idp.example/' }
  await page.route('**/provider/uri*', (route) => route.fulfill({ json, headers }))
  await click('begin')
  const why =
    'openPopup: unimplemented: a popup requires https and BroadcastChannel: leave out isPopup'
  await shows(`signedOut askingRetry (${why})`)
  expect(page.context().pages()).toHaveLength(1)
})

describe('provider popup in a browser that blocks popups', () => {
  const blocked =
    'signedOut askingClick (openPopup: failed_precondition: ' +
    'the popup was blocked: open it from a click)'

  test('a popup blocked because the response was slow opens at the next click', async () => {
    const { sandbox, page, click, openPopup, shows, grants } = await openApp(
      {},
      'yes',
      openWithPopupBlocker,
    )
    // Chromium counts a click for five seconds.
    sandbox.faults([{ method: 'GET', path: '/auth/v1/provider/uri', delayMs: 6000 }])
    await click('begin')
    // Playwright's own calls to the page would count as clicks.
    await page.waitForTimeout(7000)
    await shows(blocked)
    expect(page.context().pages()).toHaveLength(1)
    await page.reload()
    await shows(blocked.replace(/: the popup.*/, ')'))

    const popup = await openPopup('again')
    await shows('signedOut askingPopup')
    await consent(popup)
    await shows('signedIn')
    expect(grants()).toBe(1)
    expect(page.errors).toEqual([])
  })

  test('a popup opens when the response comes within five seconds of the click', async () => {
    const { page, openPopup, shows } = await openApp({}, 'yes', openWithPopupBlocker)
    await consent(await openPopup())
    await shows('signedIn')
    expect(page.errors).toEqual([])
  })
})
