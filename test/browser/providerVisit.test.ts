import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Config, createSandbox } from '../../sandbox/index.ts'
import { findBrowser } from '../support/browser.ts'
import { collectErrors, type OpenPage, openPage, servePage } from '../support/chromium.ts'

/** The app in a tab, before a sandbox of its own. */
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
      /** The window that opens upon a click. */
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

    /** Another tab of the same browser. */
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

/** More than enough for whoever looks at a window twice a second. */
const aWhile = 2000

describe('a window that the provider’s page cuts off', () => {
  test.each([0, 1800])('is waited for, though its page takes %d ms', async (delay) => {
    const { page, openPopup, shows } = await openApp({ providerCoop: 'on' })
    await page.context().route('**/auth/idp/**', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, delay))
      await route.continue()
    })
    const popup = await openPopup()
    await popup.locator('input[value=alex]').waitFor()
    await page.waitForTimeout(aWhile)
    await shows('signedOut askingPopup')
    await consent(popup)
    await shows('signedIn')
    if (!popup.isClosed()) await popup.waitForEvent('close')
    expect(page.errors).toEqual([])
  })

  test('is waited for, though another page leads to it', async () => {
    const { page, openPopup, shows } = await openApp({ providerCoop: 'on' })
    let isLed = false
    await page.context().route('**/auth/idp/**', async (route) => {
      if (isLed) return route.continue()
      isLed = true
      const uri = JSON.stringify(route.request().url())
      const body = `<script>setTimeout(() => location.assign(${uri}), 1500)</script>`
      await route.fulfill({ contentType: 'text/html', body })
    })
    const popup = await openPopup()
    await popup.locator('input[value=alex]').waitFor()
    await page.waitForTimeout(aWhile)
    await shows('signedOut askingPopup')
    await consent(popup)
    await shows('signedIn')
    expect(page.errors).toEqual([])
  })
})

describe.each(['off', 'on'] as const)('a window that is closed (COOP %s)', (providerCoop) => {
  test('is opened again by who wants it', async () => {
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

  test('is left by who does not', async () => {
    const { page, openPopup, click, shows, grants } = await openApp({ providerCoop })
    const popup = await openPopup()
    await popup.close()
    await click('leave')
    await shows('signedOut')
    expect(grants()).toBe(0)
    expect(page.errors).toEqual([])
  })
})

/** Whatever the pages of a context tell others: on channels, to windows, in what tabs share. */
async function overhear(context: BrowserContext): Promise<string[]> {
  const heard: string[] = []
  await context.exposeBinding('heard', (_, text: string) => heard.push(text))
  await context.addInitScript(() => {
    const { heard } = globalThis as unknown as { heard(text: string): void }
    const print = (value: unknown): string => {
      if (value instanceof ArrayBuffer) return String.fromCharCode(...new Uint8Array(value))
      if (ArrayBuffer.isView(value)) return print(value.buffer)
      if (typeof value !== 'object' || value === null) return String(value)
      return Object.values(value).map(print).join(' ')
    }
    const tap = (owner: object, name: string) => {
      const tell = owner[name as never] as (...given: unknown[]) => unknown
      const tapped = function (this: unknown, ...given: unknown[]) {
        heard(print(given))
        return tell.apply(this, given)
      }
      Object.assign(owner, { [name]: tapped })
    }
    tap(BroadcastChannel.prototype, 'postMessage')
    tap(MessagePort.prototype, 'postMessage')
    tap(Storage.prototype, 'setItem')
    tap(window, 'postMessage')
  })
  return heard
}

describe('the code that a provider sends', () => {
  test.each(['off', 'on'] as const)('is told to nobody on its way (COOP %s)', async (coop) => {
    const { page, openPopup, shows } = await openApp({ providerCoop: coop })
    const codes: string[] = []
    page.context().on('request', (request) => {
      const code = new URL(request.url()).searchParams.get('code')
      if (code) codes.push(code)
    })
    const heard = await overhear(page.context())
    await page.reload()
    await consent(await openPopup())
    await shows('signedIn')
    expect(codes).toHaveLength(1)
    expect(heard.length).toBeGreaterThan(0)
    expect(heard.filter((text) => text.includes(codes[0]!))).toEqual([])
    expect(heard.filter((text) => /\bcode=/.test(text))).toEqual([])
  })

  test('is heard by the tab that waits for it alone', async () => {
    const { page, openPopup, grants, tab } = await openApp()
    const other = await tab()
    await openPopup()
    await consent(await other.openPopup())
    await other.shows('signedIn')
    expect(grants()).toBe(1)
    expect(page.errors).toEqual([])
  })
})

test.each(['yes', 'no'])('a script instead of a page is not run (popup %s)', async (popup) => {
  const { sandbox, page, click, shows } = await openApp({}, popup)
  const body = { uri: `javascript:document.body.append('run')` }
  sandbox.faults([{ method: 'GET', path: '/auth/v1/provider/uri', body }])
  await click('begin')
  const why = `${popup === 'yes' ? 'openPopup' : 'redirect'}: invalid_response: no page to go to`
  await shows(`signedOut askingRetry (${why})`)
  expect(page.context().pages()).toHaveLength(1)
  expect(await page.locator('body').innerText()).not.toContain('run')
  expect(page.errors).toEqual([])
})

describe.each(['yes', 'no'])('a journey with a place to return to (popup %s)', (popup) => {
  test('ends there, signed in, and once', async () => {
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

  test('does not begin if that is elsewhere', async () => {
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

/** In a browser that blocks windows nobody has clicked for, as people's browsers do. */
async function openStrictly(url: string, ...args: string[]): Promise<OpenPage> {
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

test('a page that is not on https opens no window, and says so', async () => {
  const openInsecurely = (url: string) =>
    openStrictly(
      url.replace('127.0.0.1', 'app.test'),
      '--host-resolver-rules=MAP app.test 127.0.0.1',
    )
  const { page, click, shows } = await openApp({}, 'yes', openInsecurely)
  // From such a page Chromium lets nobody reach a server on this machine.
  const headers = { 'access-control-allow-origin': '*' }
  const json = { uri: 'https://idp.example/' }
  await page.route('**/provider/uri*', (route) => route.fulfill({ json, headers }))
  await click('begin')
  const why = 'openPopup: unimplemented: open it by a click, on https'
  await shows(`signedOut askingRetry (${why})`)
  expect(page.context().pages()).toHaveLength(1)
})

describe('a window that the browser blocks', () => {
  const blocked =
    'signedOut askingClick (openPopup: failed_precondition: ' + 'open it by a click, on https)'

  test('opens at the next click, when the answer has taken longer than a click counts', async () => {
    const { sandbox, page, click, openPopup, shows, grants } = await openApp(
      {},
      'yes',
      openStrictly,
    )
    // Chromium counts a click for five seconds.
    sandbox.faults([{ method: 'GET', path: '/auth/v1/provider/uri', delayMs: 6000 }])
    await click('begin')
    // Whatever a test asks of the page counts like a click.
    await page.waitForTimeout(7000)
    await shows(blocked)
    expect(page.context().pages()).toHaveLength(1)
    await page.reload()
    await shows(blocked.replace(/: open it.*/, ')'))

    const popup = await openPopup('again')
    await shows('signedOut askingPopup')
    await consent(popup)
    await shows('signedIn')
    expect(grants()).toBe(1)
    expect(page.errors).toEqual([])
  })

  test('is not blocked when the answer comes in time', async () => {
    const { page, openPopup, shows } = await openApp({}, 'yes', openStrictly)
    await consent(await openPopup())
    await shows('signedIn')
    expect(page.errors).toEqual([])
  })
})
