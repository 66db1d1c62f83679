import { spawn } from 'node:child_process'
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { install, packLibrary, packSandbox } from '../support/packages.ts'
import { createHover, runTsc } from '../support/typescript.ts'

const dependenciesIn = (manifest: string) => {
  const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies?: object }
  return Object.keys(dependencies ?? {})
}

const temp = realpathSync(mkdtempSync(join(tmpdir(), 'authflow-consumers-')))
afterAll(() => rmSync(temp, { recursive: true }))
const app = join(temp, 'app')

beforeAll(() => {
  const names = ['package.json', 'sandbox/package.json'].flatMap(dependenciesIn)
  install(app, [packLibrary(temp), packSandbox(temp)], [...names, 'xstate'])
})

/** The ways in which apps look up packages. TypeScript 7 no longer has the oldest one. */
const resolutions = {
  bundler: ['typescript', '--module esnext --moduleResolution bundler'],
  nodenext: ['typescript', '--module nodenext'],
  node: ['typescript-5', '--module esnext --moduleResolution node'],
} as const
type Resolution = keyof typeof resolutions
const names = Object.keys(resolutions) as Resolution[]

/** Compiles a module of the app. */
function compile(resolution: Resolution, code: string) {
  const folder = mkdtempSync(join(app, `${resolution}-`))
  writeFileSync(join(folder, 'main.ts'), code)
  const [version, flags] = resolutions[resolution]
  const rest = '--strict --declaration --target es2022 --lib es2023,dom main.ts'
  const { stdout, status } = runTsc(`${flags} ${rest}`, folder, version)
  return { folder, errors: stdout, status }
}
const success = { errors: '', status: 0 }

const client = (flows: string) => `import { createAuth, ${flows} } from 'cloudbase-authflow'
export const auth = createAuth({ env: 'demo', flows: { ${flows} } })
export const view = auth.get()
`
const everyFlow = 'account, provider, resetPassword, signIn, upgrade'

test.each(names)('consumer: an exported client of every flow compiles with %s', (resolution) => {
  const [imports, auth] = client(everyFlow).split('\n')
  const output = compile(resolution, `${imports}\n${auth}\n`)
  expect(output).toMatchObject(success)
  const { size } = statSync(join(output.folder, 'main.d.ts'))
  console.log(`declaration of an exported client (${resolution}): ${size} B`)
  expect(size).toBeLessThan(1000)
})

test.each(names)('consumer: a client of a server compiles with %s', (resolution) => {
  const code = `import { createServerAuth, type InitialView, memoryStore } from 'cloudbase-authflow/server'
const store = memoryStore()
export const serverAuth = (request: Request) => createServerAuth({ env: 'demo', request, store })
export const load = (request: Request): Promise<InitialView> => serverAuth(request).initialView()
`
  expect(compile(resolution, code)).toMatchObject(success)
})

test.each(names)('consumer: the tests of a flow compile with %s', (resolution) => {
  const code = `import { signIn } from 'cloudbase-authflow'
import { type Driver, explore, invariants, model, paths, replay } from 'cloudbase-authflow/testing'
export const world = model({ signIn }, { events: { 'ticket.submit': false } })
export const found = explore(world, { invariants: [invariants.hasExit] })
export const check = async (open: () => Driver) => {
  for (const story of await paths(world)) await replay(story, open())
}
`
  expect(compile(resolution, code)).toMatchObject(success)
})

test('consumer: the declarations of the library stay within 380 kB', () => {
  const files = globSync(join(app, 'node_modules/cloudbase-authflow/dist/**/*.d.ts'))
  const total = files.reduce((sum, file) => sum + statSync(file).size, 0)
  console.log(`declarations of the library: ${(total / 1000).toFixed(1)} kB`)
  expect(files.length).toBeGreaterThan(0)
  expect(total).toBeLessThanOrEqual(380_000)
})

/** What editors show for a name, which starts where the text says. */
const hoverOf = (code: string) => {
  const folder = join(app, 'hover')
  mkdirSync(folder, { recursive: true })
  const hover = createHover(join(folder, 'main.ts'), code)
  return (text: string) => hover(text).replace(/\s+/g, ' ')
}

test('consumer: editors show one short line for the client and the view of a flow', () => {
  const hover = hoverOf(client('signIn'))
  expect(hover('auth =')).toBe('const auth: Auth<{ signIn: SignInMachine; }>')
  expect(hover('view =')).toBe('const view: View<{ signIn: SignInMachine; }>')
  expect(hover('signIn }')).toBe('(alias) const signIn: SignInMachine import signIn')
})

test('consumer: editors show a name per flow for the client and the view of every flow', () => {
  const machines =
    '{ account: AccountMachine; provider: ProviderMachine; ' +
    'resetPassword: ResetPasswordMachine; signIn: SignInMachine; ' +
    'upgrade: UpgradeMachine; }'
  const hover = hoverOf(client(everyFlow))
  expect(hover('auth =')).toBe(`const auth: Auth<${machines}>`)
  expect(hover('view =')).toBe(`const view: View<${machines}>`)
})

/** The first example of the README. */
const example = () => /^```ts\n(.*?)^```$/ms.exec(readFileSync('README.md', 'utf8'))![1]!

test.each(names)('consumer: the first example of the README type-checks with %s', (resolution) => {
  expect(compile(resolution, example())).toMatchObject(success)
})

/** Starts a command and returns what it has printed when that matches the pattern. */
async function outputOf(command: string, args: string[], pattern: RegExp): Promise<string> {
  const child = spawn(command, args, { cwd: app })
  onTestFinished(() => void child.kill())
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  await expect.poll(() => pattern.test(output) || isOver(), { timeout: 20_000 }).toBe(true)
  expect(output).toMatch(pattern)
  return output
}

test('consumer: the first example of the README signs in to the installed sandbox', async () => {
  const address = /http:\/\/127\.0\.0\.1:\d+/
  const code = example()
  expect(code).toMatch(address)
  const bin = join(app, 'node_modules/.bin/cloudbase-authflow-sandbox')
  const [url] = address.exec(await outputOf(bin, ['--port', '0'], address))!
  const { folder } = compile('nodenext', code.replace(address, url))
  await outputOf(process.execPath, [join(folder, 'main.js')], /\bsignedIn\b/)
})
