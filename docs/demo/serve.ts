/**
 * Serves the demo on one port: the page by Vite, and the sandbox that it signs in to.
 *
 *   npm start -- --port 4870 --state .sandbox/demo.json
 */
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readdir, readFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build, createServer as createVite, type InlineConfig } from 'vite'
import { withSettings } from '../../adapters/inspect/settings.ts'
import { buildPage } from '../../build/inspectorPage.ts'
import { createSandbox, type Sandbox } from '../../sandbox/index.ts'

export interface DemoOptions {
  /** 0 takes any free port. */
  port?: number
  /** The file that keeps users, sessions and the signing key. */
  state?: string
  /** The folder of the bundled page. Without it, the page reloads when its code changes. */
  bundled?: string
}

export interface Demo {
  url: string
  sandbox: Sandbox
  close(): Promise<void>
}

const host = '127.0.0.1'
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Serves the page and the sandbox until it is closed. */
export async function serveDemo(options: DemoOptions = {}): Promise<Demo> {
  const { port = 4870, state, bundled } = options
  const { sandbox, saved } = await createDemoSandbox(state)
  const server = createServer()
  const page = bundled ? await readPage(bundled) : await createDevPage(server, state)
  const answerBySandbox = getRequestListener((request, bindings) =>
    sandbox.fetch(request).catch(() => disconnect(bindings as HttpBindings)),
  )
  server.on('request', (request: IncomingMessage, response) => {
    if (!isLocal(request)) return void response.writeHead(403).end()
    if (/^\/(auth|__auth|__sandbox)\//.test(request.url ?? ''))
      return void answerBySandbox(request, response)
    const [, language] = /^\/inspector\/(en|zh)$/.exec(request.url ?? '') ?? []
    if (language) return void answerInspector(language as 'en' | 'zh', response)
    page.answer(request, response)
  })
  try {
    await listen(server, port)
  } catch (error) {
    await page.close()
    throw error
  }
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    sandbox,
    async close() {
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      await Promise.all([closed, page.close()])
      await saved()
    },
  }
}

let inspectorPage: Promise<string> | undefined

/** Builds the inspector page once, when it is first asked for. */
const getInspectorPage = () => (inspectorPage ??= buildPage())

async function answerInspector(language: 'en' | 'zh', response: ServerResponse) {
  const html = withSettings(await getInspectorPage(), { language })
  response
    .writeHead(200, { 'content-type': types['.html']!, 'cache-control': 'no-cache' })
    .end(html)
}

/** Answers the requests for the page. */
interface Page {
  answer(request: IncomingMessage, response: ServerResponse): void
  close(): Promise<void>
}

/** The build of the package writes the inspector page into this module. */
const inspectorModule = at('../../adapters/inspect/page/html.ts')

const config: InlineConfig = {
  configFile: false,
  plugins: [
    {
      name: 'inspector-page',
      async load(id) {
        if (id !== inspectorModule) return undefined
        return `export const html = ${JSON.stringify(await getInspectorPage())}`
      },
    },
  ],
  root: at('.'),
  cacheDir: at('../../node_modules/.vite'),
  publicDir: false,
  appType: 'spa',
  logLevel: 'error',
  clearScreen: false,
  resolve: {
    alias: [
      { find: /^cloudbase-authflow$/, replacement: at('../../adapters/client/index.ts') },
      { find: /^cloudbase-authflow\/inspect$/, replacement: at('../../adapters/inspect/index.ts') },
      {
        find: /^cloudbase-authflow\/cloudbase$/,
        replacement: at('../../adapters/compat/index.ts'),
      },
      { find: /^cloudbase-authflow\/endpoints$/, replacement: at('../../services/endpoints.ts') },
      {
        find: /^cloudbase-authflow\/elements$/,
        replacement: at('../../adapters/elements/index.ts'),
      },
      { find: /^cloudbase-authflow\/ui\/(en|zh)$/, replacement: at('../../adapters/ui/$1.ts') },
      {
        find: /^cloudbase-authflow\/messages\/(en|zh)$/,
        replacement: at('../../services/messages/$1.ts'),
      },
    ],
  },
}

/** What the page consists of, beside the packages. */
const sources = ['.', '../../adapters', '../../machines', '../../services', '../../node_modules']

async function createDevPage(server: Server, state?: string): Promise<Page> {
  const secret = state === undefined ? [] : [`${basename(state)}*`]
  const vite = await createVite({
    ...config,
    // Most packages are plain modules. Vite would find them one after the other and reload the page.
    optimizeDeps: { noDiscovery: true, include: ['@statelyai/inspect'], exclude: ['xstate'] },
    server: {
      middlewareMode: true,
      fs: { allow: sources.map(at), deny: ['.env', '.env.*', '*.{crt,pem}', ...secret] },
      hmr: { server },
    },
  })
  return { answer: vite.middlewares, close: () => vite.close() }
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
}

/**
 * Bundles the page into a folder.
 *
 * @param outDir the folder, which is emptied
 * @returns the folder
 */
export async function bundlePage(outDir: string): Promise<string> {
  await build({
    ...config,
    build: {
      outDir,
      emptyOutDir: true,
      minify: false,
      target: 'esnext',
      reportCompressedSize: false,
      rolldownOptions: { input: [at('index.html'), at('methods.html')] },
    },
  })
  return outDir
}

async function readPage(folder: string): Promise<Page> {
  const files = new Map<string, Buffer>()
  for (const name of await readdir(folder, { recursive: true })) {
    if (types[extname(name)]) files.set(name, await readFile(join(folder, name)))
  }
  return {
    answer({ url = '/' }, response) {
      const name = new URL(url, 'http://localhost').pathname.slice(1) || 'index.html'
      const file = files.get(name)
      const type = types[extname(name)]
      if (file === undefined || !type)
        return void response.writeHead(404, { 'content-type': types['.txt'] }).end('Not found')
      const isEntry = name.endsWith('.html')
      const cache = isEntry ? 'no-cache' : 'max-age=31536000, immutable'
      response.writeHead(200, { 'content-type': type, 'cache-control': cache }).end(file)
    },
    close: async () => undefined,
  }
}

/** Rejects other host names, by which a foreign page could reach the control API (DNS rebinding). */
function isLocal({ headers }: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')
}

/**
 * Closes the connection after the head of an answer. Without the head, a browser would silently repeat
 * the request, because the connection had been used before.
 */
function disconnect({ outgoing }: HttpBindings): Response {
  outgoing.writeHead(200, { 'content-length': 1 })
  outgoing.flushHeaders()
  outgoing.socket?.end()
  return RESPONSE_ALREADY_SENT
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      reject(
        new Error(
          `Port ${port} is taken. Stop what uses it, or choose another: ` +
            `npm start -- --port ${port + 1}`,
        ),
      )
    })
    server.listen(port, host, resolve)
  })
}

/** Creates the sandbox, with its state file if there is one. `saved` settles when all is written. */
async function createDemoSandbox(file: string | undefined) {
  let isDirty = false
  let saving: Promise<void> | undefined
  const save = async () => {
    while (isDirty && file !== undefined) {
      isDirty = false
      await sandbox.save(file).catch((error: Error) => {
        console.error(`The state could not be saved: ${error.message}`)
      })
    }
    saving = undefined
  }
  const onChange = () => {
    isDirty = true
    saving ??= save()
  }
  const sandbox = createSandbox(file === undefined ? {} : { onChange })
  const loaded = file === undefined ? undefined : await sandbox.load(file)
  if (loaded?.outcome === 'damaged') {
    console.error(
      `The state file ${file} is damaged; starting fresh. It was kept as ${loaded.keptAs}`,
    )
  }
  return { sandbox, saved: async () => saving }
}

function readArguments(): DemoOptions {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: process.env['PORT'] ?? '4870' },
      state: { type: 'string' },
    },
  })
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : NaN
  if (!(port <= 65_535)) throw new Error('--port must be a number from 0 to 65535')
  return { port, ...(values.state !== undefined && { state: values.state }) }
}

const greeting = (url: string) => `
  Sign-in demo   ${url}

  Code           any phone number or e-mail address; the code arrives in the inbox on the page
  Password       "Create a password user" fills the form in; a forgotten password can be reset
  Provider       by redirect or in a popup: choose an account, or deny
  Guest          sign in without an account and upgrade later, with the same user ID
  Account        change the password, phone or e-mail, link providers, delete the account
  Interruptions  a captcha, a lost connection, an expired token: buttons on the page
  Inspect        the charts of the running machines, offline, beside the page or in a window
  Reload         at any step, even with the captcha open: the flow goes on, nothing is sent twice
  Methods        ${url}/methods.html: a button for every documented method
  Sandbox        ${url}/__sandbox/inbox and ${url}/__sandbox/requests

  Ctrl-C stops it.
`

if (import.meta.main) {
  try {
    const demo = await serveDemo(readArguments())
    console.log(greeting(demo.url))
    const stop = () => void demo.close().then(() => process.exit(0))
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
