import { build } from 'esbuild'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, type Page, chromium } from 'playwright-core'
import { afterAll, onTestFailed, onTestFinished } from 'vitest'
import { findBrowser } from './browser.ts'

/**
 * What Chromium goes without. It makes the menus of its address bar of web pages, for every window,
 * though nobody sees them: that was half of all work. Whoever names features replaces the list that
 * playwright gives, so the others are those of it that concern what is tested.
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

let browser: Promise<Browser> | undefined

const launch = () =>
  (browser ??= chromium.launch({
    executablePath: findBrowser(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-sync',
      '--no-first-run',
      `--disable-features=${features.join()}`,
    ],
  }))

afterAll(async () => {
  await (await browser)?.close()
})

export type OpenPage = Page & {
  /** Whatever the page complained about: uncaught errors and `console.error`. */
  errors: string[]
}

/** A tab of its own: nothing stored, nothing shared with another test. Closed after the test. */
export const openPage = async (url: string): Promise<OpenPage> => {
  const context = await (await launch()).newContext()
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const errors = collectErrors(page)
  onTestFailed(() => console.log('What the page complained about:', errors))
  await page.goto(url)
  return Object.assign(page, { errors })
}

/** An answer such as 401 is part of the protocol, though Chromium reports it as an error. */
const isAuthAnswer = (text: string, url: string) =>
  text.includes('the server responded with a status of') &&
  new URL(url).pathname.startsWith('/auth/v')

export const collectErrors = (page: Page): string[] => {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error.stack ?? error)))
  page.on('console', (message) => {
    if (message.type() !== 'error') return
    if (!isAuthAnswer(message.text(), message.location().url)) errors.push(message.text())
  })
  return errors
}

export type ServedPage = { url: string; close(): Promise<void> }

/** A TypeScript entry as one script for a page. */
export const bundlePage = async (entry: string): Promise<Buffer> => {
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    sourcemap: 'inline',
    logLevel: 'error',
    tsconfig: 'test/tsconfig.json',
  })
  return Buffer.from(bundle.outputFiles[0]!.contents)
}

/** Bundles a TypeScript entry into an empty page and serves it on an origin of its own. */
export const servePage = async (entry: string): Promise<ServedPage> => {
  const script = await bundlePage(entry)
  const html = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>`

  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8')
    response.end(isScript ? script : html)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
