import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { ViteDevServer } from 'vite'
import { createServer as createVite } from 'vite'
import type { Auth } from '../../adapters/client/index.ts'
import { linesOf } from '../../adapters/cli/replay.ts'
import { readTrace } from '../../adapters/inspect/index.ts'
import { authflow } from '../../adapters/vite.ts'
import { buildPage } from '../../build/inspectorPage.ts'
import { createSandbox } from '../../sandbox/index.ts'
import { openPage } from '../support/chromium.ts'
import { eventually } from './demoDriver.ts'

const password = 'Correct-horse-7'
const sandbox = createSandbox()
let api: Awaited<ReturnType<typeof sandbox.listen>>
let server: Server
let url: string

/** Bundles the page with the inspector page in it, as the build of the package does. */
beforeAll(async () => {
  const html = await buildPage()
  const { outputFiles } = await build({
    entryPoints: ['app', 'leaving'].map((name) => `test/browser/pages/inspect/${name}.ts`),
    bundle: true,
    splitting: true,
    write: false,
    outdir: '.',
    format: 'esm',
    platform: 'browser',
    logLevel: 'error',
    tsconfig: 'test/tsconfig.json',
    define: { __VUE_PROD_DEVTOOLS__: 'true' },
    plugins: [
      {
        name: 'page',
        setup: ({ onLoad }) =>
          onLoad({ filter: /inspect\/page\/html\.ts$/ }, () => ({
            contents: `export const html = ${JSON.stringify(html)}`,
          })),
      },
    ],
  })
  const files = new Map(outputFiles.map(({ path, text }) => [path.split('/').at(-1)!, text]))
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://app')
    const script = files.get(pathname.slice(1))
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html; charset=utf-8')
    const name = pathname === '/leaving' ? 'leaving' : 'app'
    const page = `<!doctype html><html lang="en"><link rel="icon" href="data:,"><body><script type="module" src="/${name}.js"></script>`
    response.end(script ?? (pathname === '/inspector' ? html : page))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  api = await sandbox.listen({ port: 0 })
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/?api=${api.url}`
})

afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await api.close()
})

const open = async () => {
  sandbox.reset()
  await sandbox.addUser({ username: 'lovelace', password })
  const page = await openPage(url)
  const scripts: string[] = []
  page.on('request', (request) => scripts.push(request.url().split('/').at(-1)!))
  /** Signs in and starts the flow of the app. */
  const signIn = async () => {
    await page.evaluate(async (secret) => {
      const { auth } = window as unknown as {
        auth: Auth<never>
      }
      const until = (step: string) =>
        new Promise<void>((resolve) => {
          auth.subscribe(({ status, step: now }) => {
            if (step === (now ?? status)) resolve()
          })
        })
      await until('signedOut')
      auth.send({ type: 'flow.start', flow: 'signIn' } as never)
      auth.send({ type: 'password.submit', username: 'lovelace', password: secret } as never)
      await until('signedIn')
      auth.send({ type: 'flow.start', flow: 'naming' } as never)
      await until('askingName')
    }, password)
  }
  return { page, scripts, signIn }
}

test('mountInspector: the button opens the page, which is loaded only then, and draws a flow of the app', async () => {
  const { page, scripts, signIn } = await open()
  await signIn()
  expect(scripts.filter((name) => /^(html|elk)/.test(name))).toEqual([])
  const button = page.getByRole('button', { name: 'authflow inspector' })
  await button.click()
  const inside = page.frameLocator('iframe')
  await eventually(() => inside.locator('.crumbs button').allInnerTexts()).toEqual([
    'session signedIn · running',
    'naming askingName',
  ])
  // elkjs is imported for this flow alone.
  await eventually(() => scripts.filter((name) => name.startsWith('elk'))).toHaveLength(1)
  await inside.locator('.chart svg [data-state="naming.askingName"][data-active]').waitFor()
  await inside.locator('.crumbs button').first().click()
  await eventually(() => inside.locator('.flows').innerText()).toBe(
    'Flows of this app: signIn naming',
  )
  await button.click()
  await eventually(() => page.locator('iframe').isVisible()).toBe(false)
  await page.evaluate(() => (window as unknown as { remove(): void }).remove())
  expect(await page.locator('iframe, button').count()).toBe(0)
  expect(page.errors).toEqual([])
})

test('broadcast and recorder: a page that leaves by redirect sends its last entries, and the trace goes on after the return', async () => {
  sandbox.reset()
  const { origin } = new URL(url)
  const page = await openPage(`${origin}/leaving?api=${api.url}`)
  const beside = await page.context().newPage()
  await beside.goto(`${origin}/inspector`)
  const path = () => beside.locator('.crumbs button').allInnerTexts()
  const traces = () => beside.locator('select option').count()
  await eventually(path).toEqual(['session signedOut · idle'])
  await page.evaluate(() => (window as unknown as { leave(): void }).leave())
  await page.waitForURL('**/auth/idp/**')
  await eventually(path).toEqual([
    'session signedOut · running',
    'provider consent',
    'consent askingReturn',
  ])

  await page.getByLabel('Alex Doe').check()
  await page.locator('button[value=allow]').click()
  await page.waitForURL('**/leaving')
  await eventually(path).toEqual(['session signedIn · idle'])
  expect(await traces()).toBe(1)

  const trace = readTrace(
    await page.evaluate(() => JSON.stringify((window as unknown as { trace(): object }).trace())),
  )
  const story = linesOf(trace, false).join('\n')
  expect(story).toMatch(/flow\.start[^]*askingReturn[^]*new page[^]*provider\.return[^]*signedIn/)
  expect(trace.entries.filter(({ type }) => type === 'page')).toHaveLength(1)
  const entries = trace.entries.map(({ n, at }) => [n, at] as const)
  for (const [at, [n, ms]] of entries.entries()) {
    expect(n).toBeGreaterThan(entries[at - 1]?.[0] ?? -1)
    expect(ms).toBeGreaterThanOrEqual(entries[at - 1]?.[1] ?? 0)
  }
  // Nothing waits in the tab any more, and a page that the user loads again begins anew.
  expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual(['api'])
  await page.reload()
  await eventually(traces).toBe(2)
  expect(page.errors).toEqual([])
})

test('vueDevtools: the timeline of Vue DevTools shows events, requests and states, and no secret', async () => {
  const { page, signIn } = await open()
  await signIn()
  const read = () =>
    page.evaluate(() => {
      const { added } = window as unknown as {
        added: { options: { event: { title: string; data: object } } }[]
      }
      return added.map(({ options }) => options.event)
    })
  await eventually(async () => (await read()).map(({ title }) => title)).toEqual(
    expect.arrayContaining([
      'flow.start',
      'password.submit',
      'signIn → checkingPassword',
      'POST /v1/signin',
      'naming → askingName',
    ]),
  )
  expect(JSON.stringify(await read())).not.toContain(password)
  expect(page.errors).toEqual([])
})

test('vite: the plugin serves the page and lays out the flows of an app', async () => {
  const plugin = authflow()
  const vite: ViteDevServer = await createVite({
    configFile: false,
    root: 'test/browser/pages/inspect',
    logLevel: 'silent',
    optimizeDeps: { noDiscovery: true },
    plugins: [plugin],
    server: { port: 0, host: '127.0.0.1' },
  })
  onTestFinished(() => vite.close())
  await vite.listen()
  const { port } = vite.httpServer!.address() as AddressInfo
  const at = `http://127.0.0.1:${port}/__authflow/`
  const served = await fetch(at)
  expect(served.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const chart = { id: 'own', initial: 'a', states: { a: { id: 'own.a' } } }
  const layout = await fetch(`${at}layout`, { method: 'POST', body: JSON.stringify(chart) })
  expect(await layout.json()).toMatchObject({ states: [{ state: { id: 'own.a' } }] })
  expect(plugin.apply).toBe('serve')
})
