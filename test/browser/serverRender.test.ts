import { build, type Plugin } from 'esbuild'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compile } from 'svelte/compiler'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createServerAuth, memoryStore } from 'cloudbase-authflow/server'
import { account, signIn as signInFlow } from 'cloudbase-authflow'
import { signIn } from 'cloudbase-authflow/endpoints'
import { createSandbox } from '../../sandbox/index.ts'
import { openPage } from '../support/chromium.ts'
import type { Framework, PageAuth } from './pages/serverRender/shared.ts'

const pages = 'test/browser/pages/serverRender'
const temp = mkdtempSync(join(tmpdir(), 'authflow-server-render-'))
afterAll(() => rmSync(temp, { recursive: true }))

const svelte = (generate: 'client' | 'server'): Plugin => ({
  name: 'svelte',
  setup(build) {
    build.onLoad({ filter: /\.svelte$/ }, ({ path }) => {
      const options = { filename: path, generate, css: 'injected', dev: true } as const
      return { contents: compile(readFileSync(path, 'utf8'), options).js.code, loader: 'js' }
    })
  },
})

/** Bundles one side of the page; development builds of the frameworks report what does not match. */
const bundle = async (side: 'client' | 'server', outfile: string) => {
  await build({
    entryPoints: [`${pages}/${side}.ts`],
    outfile,
    bundle: true,
    format: side === 'client' ? 'esm' : 'cjs',
    platform: side === 'client' ? 'browser' : 'node',
    conditions: ['development'],
    plugins: [svelte(side)],
    logLevel: 'error',
    tsconfig: 'test/tsconfig.json',
    define: {
      'process.env.NODE_ENV': '"development"',
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'true',
    },
  })
  return outfile
}

type RenderAll = (auth: PageAuth) => Promise<Record<Framework, string>>
let renderAll: RenderAll
let script: string

beforeAll(async () => {
  const [server, client] = await Promise.all([
    bundle('server', join(temp, 'server.cjs')),
    bundle('client', join(temp, 'client.js')),
  ])
  const module = (await import(pathToFileURL(server).href)) as { default: { renderAll: RenderAll } }
  renderAll = module.default.renderAll
  script = readFileSync(client, 'utf8')
})

/** Serves a page that three frameworks render on the server, for the user that the cookie says. */
async function serveSite() {
  const sandbox = createSandbox()
  const { url: endpoint, close } = await sandbox.listen()
  const ada = { username: 'ada', password: 'Correct-horse-7' }
  const { sub } = await sandbox.addUser(ada)
  const store = memoryStore()

  async function answer(message: IncomingMessage): Promise<Response> {
    const { pathname, href } = new URL(message.url!, 'http://127.0.0.1')
    if (pathname === '/client.js')
      return new Response(script, { headers: { 'content-type': 'text/javascript' } })
    const request = new Request(href, { headers: message.headers as Record<string, string> })
    const auth = createServerAuth({
      env: 'demo',
      endpoint,
      flows: { account, signIn: signInFlow },
      request,
      store,
      cookie: { secure: false },
    })
    if (pathname === '/sign-in') await auth.call(signIn, ada)
    const initialView = await auth.initialView()
    const { react, svelte, vue } = await renderAll(auth)
    const html = `<!doctype html><link rel="icon" href="data:,">
      <div id="react">${react}</div><div id="svelte">${svelte}</div><div id="vue">${vue}</div>
      <script>globalThis.initialView = ${JSON.stringify(initialView)}</script>
      <script type="module" src="/client.js"></script>`
    const headers = { 'content-type': 'text/html; charset=utf-8' }
    return auth.respond(new Response(html, { headers }))
  }

  const server = createServer((message, out) => {
    void answer(message).then(async (response) => {
      out.writeHead(response.status, [...response.headers].flat())
      out.end(await response.text())
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sub,
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await close()
    },
  }
}

interface Hydrated {
  before: string[]
  after: string[]
  areSameElements: boolean
  errors: string[]
}
declare const hydrated: Hydrated | undefined
declare function hydrateLate(): Promise<{
  shown: string[]
  disabled: boolean[]
  isSameElement: boolean
  errors: string[]
}>

test('server: React, Svelte and Vue render the same first view on the server and in the page', async () => {
  const site = await serveSite()
  try {
    const tab = await openPage(site.url)
    const read = async (shown: string) => {
      await tab.waitForFunction(() => typeof hydrated !== 'undefined')
      const text = `${shown}Sign inAccount`
      const result = (await tab.evaluate(() => hydrated))!
      expect(result.before.map((each) => each.replaceAll(/\n| (?=Sign in|Account)/g, ''))).toEqual(
        Array(3).fill(text),
      )
      expect(result).toEqual({
        before: result.before,
        after: result.before,
        areSameElements: true,
        errors: [],
      })
    }
    const disabled = () =>
      tab.evaluate(() => [...document.querySelectorAll('button')].map((it) => it.disabled))

    await read('signedOut without id, no step')
    expect(await disabled()).toEqual([false, true, false, true, false, true])
    await tab.goto(`${site.url}/sign-in`)
    await read(`signedIn ${site.sub}, no step`)
    expect(await disabled()).toEqual(Array(6).fill(false))
    await tab.goto(site.url)
    await read(`signedIn ${site.sub}, no step`)

    const late = await tab.evaluate(() => hydrateLate())
    expect(late).toEqual({
      shown: [expect.stringContaining(`signedIn ${site.sub}`), expect.stringMatching(/^signedOut/)],
      disabled: [false, true],
      isSameElement: true,
      errors: [],
    })
    expect(tab.errors).toEqual([])
    expect(await tab.content()).not.toMatch(/eyJ/)
  } finally {
    await site.close()
  }
})
