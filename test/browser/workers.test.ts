import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { createSandbox } from '../../sandbox/index.ts'
import { findBrowser } from '../support/browser.ts'
import { bundlePage, openPage } from '../support/chromium.ts'

let script: Buffer
beforeAll(async () => {
  script = await bundlePage('test/browser/pages/places/worker.ts')
})

/** Serves a page and its worker, which are the same app. */
async function serve() {
  const html =
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/app.js"></script>'
  const server = createServer(({ url }, response) => {
    const isScript = url === '/app.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : html)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

async function startSandbox() {
  const sandbox = createSandbox()
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  await sandbox.addUser({ sub: 'ada', username: 'ada', password: 'Correct-horse-7' })
  return { sandbox, url }
}

test.each(['worker', 'service worker'])(
  'workers: a page and its %s share the session: either can sign in, refresh and sign out',
  async (kind) => {
    const { sandbox, url } = await startSandbox()
    const page = await openPage(await serve())
    await page.waitForFunction(() => 'perform' in globalThis)
    await page.evaluate(async (kind) => {
      const type = 'module'
      const isDedicated = kind === 'worker'
      if (!isDedicated) await navigator.serviceWorker.register('/app.js', { type })
      const target = isDedicated
        ? new Worker('/app.js', { type })
        : (await navigator.serviceWorker.ready).active!
      Object.assign(globalThis, {
        askWorker: (...question: string[]) =>
          new Promise((resolve, reject) => {
            const { port1, port2 } = new MessageChannel()
            port1.onmessage = ({ data }) =>
              'error' in data ? reject(new Error(data.error)) : resolve(data.answer)
            target.postMessage(question, [port2])
          }),
      })
    }, kind)
    const inPage = (name: string) => page.evaluate(([name, url]) => perform(name!, url!), [name, url])
    const inWorker = (name: string) =>
      page.evaluate(
        ([name, url]) =>
          (globalThis as unknown as { askWorker: typeof perform }).askWorker(name!, url!),
        [name, url],
      )

    expect(await inWorker('signIn')).toBe('ada')
    expect(await inPage('signedIn')).toBe('ada')
    const token = await inWorker('refresh')
    await expect.poll(() => inPage('token')).toBe(token)
    const next = await inPage('refresh')
    expect(next).not.toBe(token)
    await expect.poll(() => inWorker('token')).toBe(next)
    expect(await inWorker('signOut')).toBe('signedOut')
    await inPage('signedOut')
    expect(await inPage('signIn')).toBe('ada')
    expect(await inWorker('signedIn')).toBe('ada')
    expect(await inPage('signOut')).toBe('signedOut')
    await inWorker('signedOut')
    const refreshes = sandbox.requests().filter(({ path }) => path.endsWith('/v1/token'))
    expect(refreshes).toHaveLength(2)
    expect(page.errors).toEqual([])
  },
)

test('workers: the background of a browser extension signs in, refreshes and signs out', async () => {
  const { sandbox, url } = await startSandbox()
  const folder = await mkdtemp(join(tmpdir(), 'authflow-extension-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const extension = join(folder, 'extension')
  await cp('test/browser/pages/places/extension', extension, { recursive: true })
  await writeFile(join(extension, 'background.js'), script)
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: findBrowser(),
    // Playwright would switch extensions off.
    ignoreDefaultArgs: ['--disable-extensions'],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      `--disable-extensions-except=${extension}`,
      `--load-extension=${extension}`,
    ],
  })
  onTestFinished(() => context.close())
  const background = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'))
  const run = (name: string) => background.evaluate(([name, url]) => perform(name!, url!), [name, url])
  const [origin] = /^chrome-extension:\/\/\w+/.exec(background.url())!
  sandbox.config({ allowedOrigins: [origin] })
  expect(await run('signIn')).toBe('ada')
  const token = await run('token')
  expect(await run('refresh')).not.toBe(token)
  expect(await run('signOut')).toBe('signedOut')
})
