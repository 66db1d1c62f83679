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

beforeAll(async () => {
  const names = ['package.json', 'sandbox/package.json'].flatMap(dependenciesIn)
  install(app, [await packLibrary(), await packSandbox()], [...names, 'xstate'])
})

/** The ways in which apps look up packages. TypeScript 7 no longer has the oldest one. */
const resolutions = {
  bundler: ['typescript', '--module esnext --moduleResolution bundler'],
  nodenext: ['typescript', '--module nodenext'],
  node: ['typescript-5', '--module esnext --moduleResolution node'],
} as const
type Resolution = keyof typeof resolutions
const names = Object.keys(resolutions) as Resolution[]

const client = (flows: string) => `import { createAuth, ${flows} } from 'cloudbase-authflow'
export const auth = createAuth({ env: 'demo', flows: { ${flows} } })
export const view = auth.get()
`
const everyFlow = 'account, provider, resetPassword, signIn, upgrade'

/** The first example of the README. */
const example = /^```ts\n(.*?)^```$/ms.exec(readFileSync('README.md', 'utf8'))![1]!

/** The modules of an app by their names. */
const modules = {
  'an exported client of every flow': client(everyFlow).split('\n').slice(0, 2).join('\n'),
  'a client of a server': `import { createServerAuth, type InitialView, memoryStore } from 'cloudbase-authflow/server'
const store = memoryStore()
export const serverAuth = (request: Request) => createServerAuth({ env: 'demo', request, store })
export const load = (request: Request): Promise<InitialView> => serverAuth(request).initialView()
`,
  'the tests of a flow': `import { signIn } from 'cloudbase-authflow'
import { type Driver, explore, invariants, model, paths, replay } from 'cloudbase-authflow/testing'
export const world = model({ signIn }, { events: { 'ticket.submit': false } })
export const found = explore(world, { invariants: [invariants.hasExit] })
export const check = async (open: () => Driver) => {
  for (const story of await paths(world)) await replay(story, open())
}
`,
  'the first example of the README': example,
}
type Name = keyof typeof modules
const fileOf = (name: string) => name.replaceAll(' ', '_')

/** Compiles all modules of the app together, which takes as long as one, and once in each way. */
const compile = (resolution: Resolution) => (compiled[resolution] ??= compileIn(resolution))
const compiled: Partial<Record<Resolution, { folder: string; output: string }>> = {}

function compileIn(resolution: Resolution) {
  const folder = join(app, resolution)
  mkdirSync(folder)
  for (const [name, code] of Object.entries(modules))
    writeFileSync(join(folder, `${fileOf(name)}.ts`), code)
  const [version, flags] = resolutions[resolution]
  const files = Object.keys(modules).map((name) => `${fileOf(name)}.ts`)
  const rest = `--strict --declaration --target es2022 --lib es2023,dom ${files.join(' ')}`
  return { folder, output: runTsc(`${flags} ${rest}`, folder, version).stdout }
}

const cases = Object.keys(modules).flatMap((name) =>
  names.map((resolution) => [name as Name, resolution] as const),
)

test.each(cases)('consumer: %s compiles with %s', (name, resolution) => {
  const { folder, output } = compile(resolution)
  const isElsewhere = (line: string) =>
    Object.keys(modules).some((other) => other !== name && line.startsWith(fileOf(other)))
  expect(output.split('\n').filter((line) => line && !isElsewhere(line))).toEqual([])
  expect(statSync(join(folder, `${fileOf(name)}.js`)).size).toBeGreaterThan(0)
})

test.each(names)('consumer: the declaration of a client is short with %s', (resolution) => {
  const { size } = statSync(
    join(compile(resolution).folder, `${fileOf('an exported client of every flow')}.d.ts`),
  )
  console.log(`declaration of an exported client (${resolution}): ${size} B`)
  expect(size).toBeLessThan(1000)
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
  expect(example).toMatch(address)
  const bin = join(app, 'node_modules/.bin/cloudbase-authflow-sandbox')
  const [url] = address.exec(await outputOf(bin, ['--port', '0'], address))!
  const file = join(compile('nodenext').folder, fileOf('the first example of the README'))
  writeFileSync(`${file}.mjs`, readFileSync(`${file}.js`, 'utf8').replace(address, url))
  await outputOf(process.execPath, [`${file}.mjs`], /\bsignedIn\b/)
})
