import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { main } from '../../adapters/cli/main.ts'
import { type InspectorServer, serveInspector } from '../../adapters/cli/server.ts'
import { recorder, socket, type Trace } from '../../adapters/inspect/index.ts'
import { openWorld } from '../support/world.ts'

const temp = mkdtempSync(join(tmpdir(), 'authflow-cli-'))
afterAll(() => rmSync(temp, { recursive: true }))

/** Runs the command line in this process. */
async function run(...args: string[]) {
  const out: string[] = []
  const err: string[] = []
  const stdout = vi
    .spyOn(process.stdout, 'write')
    .mockImplementation((text) => !!out.push(String(text)))
  const stderr = vi
    .spyOn(process.stderr, 'write')
    .mockImplementation((text) => !!err.push(String(text)))
  try {
    return { code: await main(args), out: out.join(''), err: err.join('') }
  } finally {
    stdout.mockRestore()
    stderr.mockRestore()
  }
}

/** Saves the trace of a sign-in in which a code is refused. */
async function saveTrace(): Promise<string> {
  const log = recorder()
  const world = await openWorld({ inspector: log })
  onTestFinished(() => world.close())
  const send = async (event: object) => {
    world.auth.send(event as never)
    await world.settle()
  }
  await send({ type: 'flow.start', flow: 'signIn' })
  await send({ type: 'contact.submit', phone_number: '13800000000' })
  const { code } = world.sandbox.inbox()[0]!
  await send({ type: 'code.submit', code: code === '000000' ? '111111' : '000000' })
  await send({ type: 'name.submit', name: 'nothing takes this' })
  const file = join(temp, 'trace.json')
  writeFileSync(file, JSON.stringify(log.trace()))
  return file
}

test('cli: the program runs in Node and exits with 2 for a command that does not exist', async () => {
  const node = promisify(execFile)
  const { stdout } = await node('node_modules/.bin/node', ['adapters/cli.ts', '--help'])
  expect(stdout).toContain('Usage: cloudbase-authflow <command>')
  const failed = node('node_modules/.bin/node', ['adapters/cli.ts', 'nope'])
  await expect(failed).rejects.toMatchObject({
    code: 2,
    stderr: 'cloudbase-authflow: there is no command "nope" (see --help)\n',
  })
})

test.each(['inspect', 'diagram', 'replay'])('cli: %s has a help of its own', async (command) => {
  const { code, out } = await run(command, '--help')
  expect(out).toContain(`Usage: cloudbase-authflow ${command} `)
  expect(code).toBe(0)
})

test.each([
  [['diagram'], 2, /takes one flow/],
  [['diagram', 'signIn', 'upgrade'], 2, /takes one flow/],
  [['diagram', 'signIn', '--as', 'png'], 2, /svg, mermaid or text, not png/],
  [['diagram', 'signUp'], 1, /no flow "signUp": name one of signIn/],
  [['diagram', 'nowhere.js#x'], 1, /nowhere\.js cannot be loaded/],
  [['diagram', 'docs/examples/naming.ts#other'], 1, /exports no state machine "other".*naming/],
  [['diagram', 'adapters/client/index.ts'], 1, /which state machine of .* it exports account, /],
  [['diagram', '--wrong'], 2, /Unknown option '--wrong'/],
  [['replay'], 2, /takes one trace/],
  [['replay', 'nowhere.json'], 1, /nowhere\.json cannot be read/],
  [['replay', 'package.json'], 1, /package\.json: this is not a trace/],
  [['inspect', '--port', 'x'], 2, /--port must be a number/],
  [['inspect', 'package.json'], 1, /this is not a trace/],
])('cli: %j ends with exit code %i and says why', async (args, expected, why) => {
  const { code, out, err } = await run(...args)
  expect(err).toMatch(why)
  expect(err).toMatch(/^cloudbase-authflow: .*\n$/)
  expect(out).toBe('')
  expect(code).toBe(expected)
})

test('cli: diagram prints a flow as text, Mermaid and SVG, as the docs show it', async () => {
  const { out: text } = await run('diagram', 'tokens')
  expect(text).toMatch(/^tokens\n {2}anywhere\n/)
  expect(text).toContain('  refreshing (busy, invokes refresh)\n    tokens.drop → absent\n')
  const { out: mermaid } = await run('diagram', 'tokens', '--as', 'mermaid')
  expect(readFileSync('docs/flows/tokens.md', 'utf8')).toContain(mermaid)
  const { out: svg } = await run('diagram', 'tokens', '--as', 'svg')
  const drawing = (markup: string) => markup.slice(markup.indexOf('<style>'))
  expect(drawing(svg)).toBe(drawing(readFileSync('docs/flows/tokens.svg', 'utf8')))
})

test('cli: diagram draws a flow of the app into a file', async () => {
  const file = join(temp, 'naming.svg')
  const { code } = await run(
    'diagram',
    'docs/examples/naming.ts#naming',
    '--as',
    'svg',
    '--out',
    file,
  )
  expect(code).toBe(0)
  expect(readFileSync(file, 'utf8')).toContain('data-state="naming.askingName"')
})

test('cli: replay prints what the app sent, what the server answered, and where it ends', async () => {
  const file = await saveTrace()
  const { code, out } = await run('replay', file)
  expect(code).toBe(0)
  const lines = out.split('\n').map((line) => line.replace(/^ *[\d.]+ /, '').trim())
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^flow\.start +flow: signIn$/),
      expect.stringMatching(/^contact\.submit +phone_number: •+00$/),
      expect.stringMatching(/^POST \/v1\/verification +sendVerification · 200 · \d+ ms$/),
      '→ signIn · askingCode',
      expect.stringMatching(
        /^✗ +POST \/v1\/verification\/verify +verify · invalid_argument · \d+ ms$/,
      ),
      expect.stringMatching(/^name\.submit +ignored: nothing takes it$/),
      expect.stringMatching(
        /^It ends at signIn · askingCode \(signedOut\), with the error invalid_argument · verify/,
      ),
    ]),
  )
  expect(out).not.toContain('code.sent')
  expect((await run('replay', file, '--all')).out).toContain('code.sent')
})

/** Serves the inspector, with a page that is its settings alone. */
async function serve(options: { trace?: Trace } = {}) {
  const addresses: string[] = []
  const server = await serveInspector({
    html: '<script id="settings" type="application/json"></script>',
    port: 0,
    onAddress: (address) => addresses.push(address),
    ...options,
  })
  onTestFinished(() => server.close())
  return { server, addresses }
}

/** What the server writes into the page. */
async function settingsOf({ url }: InspectorServer): Promise<{ socket: string; trace?: Trace }> {
  const html = await (await fetch(url)).text()
  return JSON.parse(/>(.*)<\/script>/s.exec(html)![1]!) as { socket: string; trace?: Trace }
}

/** Connects as the page does and collects what it receives. */
async function openPage(server: InspectorServer) {
  const { socket: address } = await settingsOf(server)
  const messages: { type: string; source: string; trace?: Trace; entries?: object[] }[] = []
  const page = new WebSocket(address)
  page.addEventListener('message', ({ data }) => messages.push(JSON.parse(String(data)) as never))
  await new Promise((done) => page.addEventListener('open', done))
  return { messages, address }
}

const isRefused = (address: string) =>
  new Promise<boolean>((done) => {
    const again = new WebSocket(address)
    again.addEventListener('open', () => done(false))
    again.addEventListener('error', () => done(true))
  })

test('cli: inspect passes the trace of a client on to pages, also to one that opens late', async () => {
  const { server, addresses } = await serve()
  const early = await openPage(server)
  const address = server.address()
  const world = await openWorld({ inspector: socket(address) })
  onTestFinished(() => world.close())
  world.auth.send({ type: 'flow.start', flow: 'signIn' })
  world.auth.send({ type: 'contact.submit', phone_number: '13800000000' })
  await world.settle()
  const { code } = world.sandbox.inbox()[0]!
  world.auth.send({ type: 'code.submit', code })
  await world.settle()
  await vi.waitFor(() => expect(early.messages.at(-1)?.type).toBe('entries'))
  await vi.waitFor(() => expect(JSON.stringify(early.messages.at(-1))).toContain('askingProfile'))
  const late = await openPage(server)
  await vi.waitFor(() => expect(late.messages).toHaveLength(1))
  const { entries } = late.messages[0]!.trace!
  expect(entries.map(({ n }) => n)).toEqual(entries.map((_, index) => index))
  expect(JSON.stringify(entries.slice(-20))).toContain('askingProfile')
  for (const secret of [code, '13800000000', await world.auth.getAccessToken()]) {
    expect(JSON.stringify([early.messages, late.messages])).not.toContain(secret)
  }
  // Each address is good once, and the next one is announced.
  expect(await isRefused(address)).toBe(true)
  expect(await isRefused(early.address)).toBe(true)
  expect(addresses).toHaveLength(1)
  expect(addresses[0]).not.toBe(address)
  expect(await isRefused(addresses[0]!)).toBe(false)
})

test('cli: inspect refuses other hosts, paths and tokens', async () => {
  const { server } = await serve()
  const { port } = new URL(server.url)
  expect(await isRefused(`ws://127.0.0.1:${port}/client?token=guess`)).toBe(true)
  expect(await isRefused(`ws://127.0.0.1:${port}/page`)).toBe(true)
  expect(await isRefused(server.address().replace('/client', '/page'))).toBe(true)
  expect((await fetch(`${server.url}other`)).status).toBe(404)
  const { request } = await import('node:http')
  const status = await new Promise((done) => {
    request({ host: '127.0.0.1', port, headers: { host: 'evil.example' } }, (response) =>
      done(response.statusCode),
    ).end()
  })
  expect(status).toBe(403)
})

test.each([
  ['a WebSocket to an address that is no URL', 'GET //', 'Upgrade: websocket\r\n\r\n'],
  ['a WebSocket to another server', 'GET http://a:b:c/', 'Upgrade: websocket\r\n\r\n'],
  ['a chart that breaks off', 'POST /layout', 'Content-Length: 9\r\n\r\n{'],
])('cli: inspect serves on after %s', async (_, line, rest) => {
  const { server } = await serve()
  const { hostname, port, host } = new URL(server.url)
  const connection = connect(Number(port), hostname)
  const closed = new Promise((done) => connection.once('close', done))
  connection.on('error', () => undefined)
  connection.write(`${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\n${rest}`)
  setTimeout(() => connection.destroy(), 200)
  await closed
  expect((await fetch(server.url)).status).toBe(200)
})

test('cli: inspect opens a saved trace and lays out the flows of an app', async () => {
  const trace = JSON.parse(readFileSync(await saveTrace(), 'utf8')) as Trace
  const { server } = await serve({ trace })
  expect((await settingsOf(server)).trace).toEqual(trace)
  const chart = { id: 'own', initial: 'a', states: { a: { id: 'own.a' } } }
  const lay = (body: string) => fetch(`${server.url}layout`, { method: 'POST', body })
  const layout = (await (await lay(JSON.stringify(chart))).json()) as { states: object[] }
  expect(layout.states).toMatchObject([{ state: { id: 'own.a' } }])
  expect((await lay('nothing')).status).toBe(501)
  expect((await lay('x'.repeat(2_000_000))).status).toBe(413)
})

test('cli: inspect says which port is taken', async () => {
  const { server } = await serve()
  const { port } = new URL(server.url)
  const { code, err } = await run('inspect', '--port', port)
  expect(err).toMatch(`port ${port} is taken`)
  expect(code).toBe(1)
})

test.each(['http://127.0.0.1:1/', 'ws://example.com/', 'ws://127.0.0.1.example.com/', 'nonsense'])(
  'socket refuses the address %s',
  (address) => {
    expect(() => socket(address)).toThrow(/a WebSocket of this machine/)
  },
)

test('socket: a client works on when nothing listens at the address', async () => {
  const world = await openWorld({ inspector: socket('ws://127.0.0.1:1/client?token=x') })
  onTestFinished(() => world.close())
  world.auth.send({ type: 'flow.start', flow: 'signIn' })
  await world.settle()
  expect(world.summarize()).toBe('signedOut: signIn.askingAccount')
})
