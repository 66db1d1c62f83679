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
  const why = 'openPopup: unimplemented: a popup requires https'
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
