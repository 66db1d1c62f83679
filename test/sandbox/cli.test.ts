import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { createSandbox } from '../../sandbox/index.ts'
import { Client, password } from './client.ts'

const cli = fileURLToPath(new URL('../../sandbox/cli.ts', import.meta.url))

function run(...args: string[]) {
  const child = spawn(process.execPath, [cli, ...args])
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', (data) => (output += data))
  child.stderr.on('data', (data) => (output += data))
  const ended = once(child, 'exit').then(([code]) => ({ code: code as number | null, output }))
  const url = async (): Promise<string> => {
    while (!output.includes('requests so far')) {
      const next = await Promise.race([once(child.stdout, 'data'), ended])
      if ('code' in next) throw new Error(`ended early: ${output}`)
    }
    return /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? ''
  }
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  return { ended, url, stop }
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

test('sandbox command: the command prints its URL and keeps sessions across a restart', async () => {
  const file = join(await newFolder(), 'state.json')
  const first = run('--port', '0', '--state', file)
  const before = new Client(createSandbox(), await first.url())
  await before.post('/__sandbox/users', { username: 'bob', password })
  const { body } = await before.signIn({ username: 'bob', password })
  expect((await first.stop()).code).toBe(0)
  const second = run('--port', '0', '--state', file)
  const after = new Client(createSandbox(), await second.url())
  expect((await after.me(String(body['access_token']))).status).toBe(200)
  const { output } = await second.stop()
  for (const secret of [password, 'bob', body['access_token']]) expect(output).not.toContain(secret)
})

test('sandbox command: a change is saved while the command runs', async () => {
  const folder = await newFolder()
  const child = run('--port', '0', '--state', join(folder, 'state.json'))
  const client = new Client(createSandbox(), await child.url())
  await client.guest()
  await expect.poll(() => readdir(folder)).toEqual(['state.json'])
})

test('sandbox command: a damaged state file is reported and kept', async () => {
  const folder = await newFolder()
  await writeFile(join(folder, 'state.json'), '{')
  const child = run('--port', '0', '--state', join(folder, 'state.json'))
  await child.url()
  const { output } = await child.stop()
  expect(output).toContain('is damaged; starting fresh')
  expect((await readdir(folder)).some((name) => name.includes('damaged'))).toBe(true)
})

test('sandbox command: --help describes every option', async () => {
  const { code, output } = await run('--help').ended
  expect(code).toBe(0)
  for (const option of ['--port', '--host', '--state']) expect(output).toContain(option)
})

test.each([
  { args: ['dance'], message: "Unexpected argument 'dance'" },
  { args: ['--port', 'x'], message: '--port must be a number' },
  { args: ['--port', '65536'], message: '--port must be a number' },
  { args: ['--port'], message: "'--port <value>' argument missing" },
  { args: ['--nonsense'], message: "Unknown option '--nonsense'" },
])('sandbox command: $args is rejected with one line', async ({ args, message }) => {
  const { code, output } = await run(...args).ended
  expect(code).toBe(1)
  expect(output).toContain(message)
  expect(output).toContain('see --help')
  expect(output).not.toContain('    at ')
})

test('sandbox command: a port in use is reported with one line', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { code, output } = await run('--port', String(port)).ended
  expect(code).toBe(1)
  expect(output).toContain('EADDRINUSE')
  expect(output).not.toContain('    at ')
})

test('sandbox command: --functions runs the functions of a module', async () => {
  const file = join(await newFolder(), 'functions.mjs')
  await writeFile(
    file,
    'export const hello = (event, { uid }) => ({ event, uid })\nexport const n = 1',
  )
  const child = run('--port', '0', '--functions', file)
  const client = new Client(createSandbox(), await child.url())
  const bearer = String((await client.guest()).body['access_token'])
  const call = async (name: string) =>
    (await client.post(`/v1/functions/${name}`, { a: 1 }, { bearer })).body
  expect(await call('hello')).toEqual({ event: { a: 1 }, uid: expect.any(String) })
  expect((await call('n'))['code']).toBe('FUNCTION_NOT_FOUND')
})

test('sandbox command: a missing module of functions is named', async () => {
  const { code, output } = await run('--port', '0', '--functions', '/none.mjs').ended
  expect([code, output]).toEqual([1, expect.stringContaining('/none.mjs')])
})
