import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { main } from '../../adapters/cli/main.ts'
import { createAuth, memoryStore, signIn } from '../../adapters/client/index.ts'
import { recorder } from '../../adapters/inspect/index.ts'
import type { Trace } from '../../adapters/inspect/trace.ts'
import { createSandbox } from '../../sandbox/index.ts'
import { mutate } from '../support/mutate.ts'
import '../support/preload.ts'

const sandbox = createSandbox()
let server: Awaited<ReturnType<typeof sandbox.listen>>
beforeAll(async () => void (server = await sandbox.listen({ port: 0 })))
afterAll(() => server.close())

/** Inside `test/`, where imports of the package resolve as in other tests. */
const temp = mkdtempSync('test/.readme-')
afterAll(() => rmSync(temp, { recursive: true }))

/** A busy machine needs long. */
const TIMEOUT_MS = 15_000

/** Writes the module of the flow, with the fault or without. */
function writeFlow(isFaulty: boolean) {
  const [mutated, client] = ['test/support/mutate.ts', 'adapters/client/index.ts'].map((path) =>
    JSON.stringify(resolve(path)),
  )
  const change = isFaulty ? `states['askingProfile'].on = {}` : ''
  writeFileSync(
    join(temp, 'flow.ts'),
    `import { mutate } from ${mutated}
import { signIn } from ${client}
export const flow = mutate(signIn, ({ states }) => { ${change} })
`,
  )
}

/** Records a sign-up whose first request for a code is not answered by the server. */
async function record(): Promise<Trace> {
  const log = recorder()
  const flow = mutate(signIn, ({ states }) => (states['askingProfile']!.on = {}))
  const storage = { shared: memoryStore(), tab: memoryStore() }
  const auth = createAuth({
    env: 'demo',
    endpoint: server.url,
    flows: { signIn: flow },
    inspect: log,
    storage,
  })
  const reaches = (step: string, code?: string) =>
    vi.waitFor(() => {
      const { step: at, error } = auth.get()
      expect([at, error?.code]).toEqual([step, code])
    }, TIMEOUT_MS)
  auth.start()
  auth.send({ type: 'flow.start', flow: 'signIn' })
  await reaches('askingAccount')
  sandbox.faults([{ method: 'POST', path: '/auth/v1/verification', drop: 'before' }])
  auth.send({ type: 'contact.submit', phone_number: '+86 13800000001' })
  await reaches('askingAccount', 'unreachable')
  auth.send({ type: 'contact.submit', phone_number: '+86 13800000001' })
  await reaches('askingCode')
  auth.send({ type: 'code.submit', code: sandbox.inbox()[0]!.code })
  await reaches('askingProfile')
  const trace = log.trace()
  auth.stop()
  return trace
}

/** Runs the command line in this process. */
async function run(...args: string[]) {
  const out: string[] = []
  const write = (text: unknown) => !!out.push(String(text))
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(write),
  )
  try {
    return { code: await main(args), out: out.join('') }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

const runTests = (file: string) =>
  promisify(execFile)(resolve('node_modules/.bin/node'), ['--test', file]).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  )

test('cli: replay --test writes a test that fails with the fault, and passes once it is fixed', async () => {
  const trace = join(temp, 'trace.json')
  const file = join(temp, 'bug.test.ts')
  writeFileSync(trace, JSON.stringify(await record()))
  writeFlow(true)
  const flow = `${join(temp, 'flow.ts')}#flow`
  const { code, out } = await run('replay', trace, '--flow', flow, '--test', file, '--for', 'node')
  expect(out).toContain('It goes as recorded.')
  expect(out).toContain(`${file} fails now`)
  expect(code).toBe(1)
  const written = readFileSync(file, 'utf8')
  expect(written).toContain(`import { flow } from './flow.ts'`)
  expect(written).not.toContain('13800000001')

  writeFileSync(
    file,
    written.replace('cloudbase-authflow/testing', resolve('adapters/testing/index.ts')),
  )
  const failed = await runTests(file)
  expect(failed).toContain('there is a way on wherever the user moves next')
  expect(failed).toMatch(/fail 1/)
  writeFlow(false)
  expect(await runTests(file)).toMatch(/pass 1\n.*fail 0/s)
})

test.each([
  [['--test', 'bug.test.ts'], /need --flow/],
  [['--flow', 'signIn', '--test', 'bug.test.ts', '--for', 'mocha'], /must be vitest or node/],
])('cli: replay with %j says what is missing', async (args, text) => {
  const trace = join(temp, 'any.json')
  writeFileSync(trace, JSON.stringify(recorder().trace()))
  const { code, out } = await run('replay', trace, ...args)
  expect(out).toMatch(text)
  expect(code).toBe(2)
})
