import { build } from 'esbuild'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, type Page, chromium } from 'playwright-core'
import { onTestFailed, onTestFinished } from 'vitest'
import { findHeadlessBrowser } from './browser.ts'

/**
 * The features that Chromium runs without. The first three draw the menus of the address bar as web
 * pages in every window, which was half of all work. This list replaces the one of Playwright, so the
 * others are those of its features that concern the tests.
 */
const features = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
]

/** One browser for all test files of a process, with which it ends. */
let browser: Promise<Browser> | undefined

/** @returns the browser of this process, which is started for the first test file that needs it */
export const openBrowser = (): Promise<Browser> =>
  (browser ??= chromium.launch({
    executablePath: findHeadlessBrowser(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--in-process-gpu',
      '--disable-background-networking',
      '--disable-sync',
      '--no-first-run',
      '--animation-duration-scale=0',
      '--js-flags=--no-opt --no-maglev',
      `--disable-features=${features.join()}`,
    ],
  }))

/** A page, and what it has reported. */
export type OpenPage = Page & {
  /** Uncaught errors, and the texts of `console.error`. */
  errors: string[]
}

/**
 * Opens a page in a new browser context, which is closed after the test.
 *
 * @param url the page
 * @returns the page
 */
export const openPage = async (url: string): Promise<OpenPage> => {
  const context = await (await openBrowser()).newContext()
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const errors = collectErrors(page)
  onTestFailed(() => console.log('The page has reported:', errors))
  await page.goto(url)
  return Object.assign(page, { errors })
}

/** Whether the text is about a status such as 401, which Chromium reports as an error. */
const isAuthAnswer = (text: string, url: string) =>
  text.includes('the server responded with a status of') &&
  new URL(url).pathname.startsWith('/auth/v')

/**
 * Collects what a page reports: uncaught errors and `console.error`.
 *
 * @param page any page
 * @returns the texts; later ones are added
 */
export const collectErrors = (page: Page): string[] => {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error.stack ?? error)))
  page.on('console', (message) => {
    if (message.type() !== 'error') return
    if (!isAuthAnswer(message.text(), message.location().url)) errors.push(message.text())
  })
  return errors
}

/** A page on a server of its own. */
export type ServedPage = { url: string; close(): Promise<void> }

const bundles = new Map<string, Promise<Buffer>>()

/**
 * Bundles a TypeScript entry into one script for a page, once for all tests of a file.
 *
 * @param entry the path of the entry
 * @returns the script
 */
export const bundlePage = (entry: string): Promise<Buffer> => {
  const bundled = bundles.get(entry) ?? bundle(entry)
  bundles.set(entry, bundled)
  return bundled
}

const bundle = async (entry: string): Promise<Buffer> => {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    sourcemap: 'inline',
    logLevel: 'error',
    tsconfig: 'test/tsconfig.json',
  })
  return Buffer.from(outputFiles[0]!.contents)
}

/**
 * Bundles a TypeScript entry into an empty page and serves it on a free port, until it is closed or the process ends.
 *
 * @param entry the path of the entry
 * @returns the page
 */
export const servePage = async (entry: string): Promise<ServedPage> => {
  const script = await bundlePage(entry)
  const html = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>`

  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8')
    response.end(isScript ? script : html)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  server.unref()

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

/**
 * Gives a served page other scripts: those of a bundle, of which the entry is `page.js`.
 *
 * @returns what happens to scripts that are asked for from now on
 */
export const routeScripts = async (
  page: Page,
  url: string,
  chunks: readonly { fileName: string; code: string; isEntry: boolean }[],
) => {
  const scripts = { are: 'served' as 'served' | 'gone' | 'late' }
  await page.route(`${url}*.js`, async (route) => {
    const name = route.request().url().split('/').at(-1)!
    const chunk = chunks.find((it) => (name === 'page.js' ? it.isEntry : it.fileName === name))!
    if (scripts.are === 'gone') return route.fulfill({ status: 404 })
    if (scripts.are === 'served')
      await route.fulfill({ contentType: 'text/javascript', body: chunk.code })
  })
  return scripts
}
