import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { spawn } from 'node:child_process'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { importsOf } from '../support/imports.ts'
import { packLibrary, run } from '../support/packages.ts'
import { runTsc } from '../support/typescript.ts'

const own = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string
  main: string
  module: string
  types: string
  exports: Record<string, string | { types: string; default: string }>
  typesVersions: { '*': Record<string, string[]> }
  files: string[]
  dependencies?: Record<string, string>
  peerDependencies: Record<string, string>
}
const entries = Object.keys(own.exports).filter((entry) => entry !== './package.json')
const specifier = (entry: string) => own.name + entry.slice(1)

const modules = join(process.cwd(), 'node_modules')
const temp = mkdtempSync(join(tmpdir(), 'authflow-package-'))
afterAll(() => rmSync(temp, { recursive: true }))

const app = join(temp, 'app')
const installed = join(app, 'node_modules', own.name)
let tarball: Buffer

/** Unpacks the tarball as npm would install it. */
beforeAll(async () => {
  const file = await packLibrary()
  tarball = readFileSync(file)
  mkdirSync(installed, { recursive: true })
  run('tar', ['-xzf', file, '--strip-components=1', '-C', installed], temp)
  const packages = Object.keys({ ...own.dependencies, ...own.peerDependencies })
  for (const name of [...packages, '@types/react']) {
    const link = join(app, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(modules, name), link)
  }
})

test('package: publint reports nothing', async () => {
  const { messages, pkg } = await publint({
    pack: { tarball: toArrayBuffer(tarball) },
    strict: true,
  })
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
})

test('package: the types of every entry match its module in every kind of resolution', async () => {
  const result = await checkPackage(createPackageFromTarballData(tarball))
  if (!result.types) throw new Error('the package has no types')
  // The package contains only ES modules, which Node 20.19 and later can require.
  const problems = result.problems.filter(({ kind }) => kind !== 'CJSResolvesToESM')
  expect(problems).toEqual([])
  expect(Object.keys(result.entrypoints).toSorted()).toEqual(Object.keys(own.exports).toSorted())
})

const client = `
import { account, createAuth, provider, resetPassword, signIn, upgrade } from '${own.name}'
export const auth = createAuth({
  env: 'demo',
  flows: { account, provider, resetPassword, signIn, upgrade },
})
`

test.each([
  ['strict', '--strict'],
  // The declarations of xstate do not pass this flag themselves.
  ['exact optional properties', '--strict --exactOptionalPropertyTypes --skipLibCheck'],
])('package: a consumer of every entry and flow type-checks with the flags of: %s', (_, strict) => {
  // The declarations of Playwright need those of Node.
  const isLoose = strict.includes('--skipLibCheck')
  const checked = entries.filter((entry) => isLoose || entry !== './testing/playwright')
  const lines = checked.map((entry, index) => `export * as e${index} from '${specifier(entry)}'`)
  writeFileSync(join(app, 'consumer.ts'), lines.join('\n') + client)
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }')
  const flags = `--noEmit ${strict} --module nodenext --target es2023 --lib es2023,dom`
  const tsc = runTsc(`${flags} consumer.ts`, app)
  expect(tsc.stdout).toBe('')
  expect(tsc.status).toBe(0)
})

/** The values that each entry exports. A change here is a decision and a line in the changelog. */
const names: Record<string, string[]> = {
  '.': [
    'AuthError',
    'account',
    'callsOf',
    'captcha',
    'captchaFrame',
    'captchaPage',
    'consent',
    'contactActions',
    'contactEdges',
    'contactGuards',
    'createAuth',
    'elevation',
    'endpoint',
    'errorActions',
    'errorGuards',
    'expectEvent',
    'failTo',
    'gatedEdit',
    'hostedLogin',
    'hostedLoginPage',
    'indexedDbStore',
    'isAsking',
    'lostSecret',
    'memoryStore',
    'provide',
    'provider',
    'request',
    'resetPassword',
    'session',
    'signIn',
    'signOut',
    'takeReturn',
    'tokens',
    'until',
    'upgrade',
    'verification',
    'webStore',
  ],
  './cloudbase': ['CloudbaseError', 'bridge', 'default', 'registerAuth'],
  './elements': [
    'AuthflowAccount',
    'AuthflowCaptcha',
    'AuthflowResetPassword',
    'AuthflowRoot',
    'AuthflowSignIn',
    'AuthflowUpgrade',
  ],
  './elements/react': [],
  './elements/svelte': [],
  './elements/vue': [],
  './endpoints': [
    'bindProvider',
    'createCaptcha',
    'deleteUser',
    'editUser',
    'endpoint',
    'getProviderUri',
    'getProviders',
    'getPublicKey',
    'getUser',
    'grantProviderToken',
    'initCaptcha',
    'isUsernameRegistered',
    'patchProviderToken',
    'queryUsers',
    'refresh',
    'refreshV2',
    'resetPassword',
    'revoke',
    'sendVerification',
    'setContact',
    'setPassword',
    'signIn',
    'signInAnonymously',
    'signInV2',
    'signInWithCustomTicket',
    'signInWithProvider',
    'signInWithProviderV2',
    'signOut',
    'signUp',
    'sudo',
    'unbindProvider',
    'updateProfile',
    'upgrade',
    'verify',
    'verifyCaptcha',
    'verifyV2',
  ],
  './inspect': [
    'broadcast',
    'inspector',
    'legacyInspector',
    'mountInspector',
    'readTrace',
    'recorder',
    'redact',
    'several',
    'socket',
    'statelyInspector',
  ],
  './react': ['useAuth'],
  './server': [
    'cookieStore',
    'createServerAuth',
    'memoryStore',
    'redisLock',
    'redisStore',
    'unstorageStore',
  ],
  './svelte': ['fromAuth'],
  './testing': [
    'Story',
    'explore',
    'gallery',
    'invariants',
    'model',
    'paths',
    'popupOutcomes',
    'readChoices',
    'replay',
    'rerun',
    'sample',
    'shrink',
    'signInAs',
    'storyOf',
    'tabActions',
    'testLogic',
  ],
  './testing/playwright': ['createFlow', 'default'],
  './ui': [
    'captchaField',
    'contactOf',
    'countdown',
    'eventOf',
    'fields',
    'maskContact',
    'renderStep',
    'stepsOf',
    'titleOf',
  ],
  './ui/en': ['en'],
  './ui/zh': ['zh'],
  './vite': ['authflow'],
  './vue': ['useAuth'],
  './vue/devtools': ['vueDevtools'],
  './messages': ['messageFor'],
  './messages/en': ['messageFor'],
  './messages/zh': ['messageFor'],
  './native': ['installGlobals', 'native'],
  './wechat': ['installGlobals', 'loginPage', 'wechat'],
}

names['./worker'] = [
  ...names['.']!,
  'CloudbaseError',
  'bridge',
  'cloudbase',
  'endpoints',
  'installGlobals',
  'loginPage',
  'messageFor',
  'registerAuth',
  'wechat',
].toSorted()

test.each(entries)('package: a fresh install can import %s', (entry) => {
  const script = `console.log(JSON.stringify(Object.keys(await import('${specifier(entry)}'))))`
  expect(JSON.parse(run('node', ['--input-type=module', '-e', script], app))).toEqual(names[entry])
})

/** Adding a package is a decision: every consumer installs it, and WeChat's builder has to parse it. */
test('package: a consumer installs no package beside the library', () => {
  expect(own.dependencies).toBeUndefined()
})

test('package: scripts and types import no package that a consumer does not install', () => {
  const names = Object.keys({ ...own.dependencies, ...own.peerDependencies })
  const files = globSync(join(installed, 'dist/**/*.{js,d.ts}'))
  const imported = files
    .flatMap((file) => importsOf(file, readFileSync(file, 'utf8')))
    // The command line runs in Node and loads the file that a user names.
    .filter(({ from, to }) => !(from.includes('/adapters/cli/') && /^(node:|undefined$)/.test(to)))
  const packages = imported.map(({ to }) => to).filter((to) => !to.startsWith('/'))
  const isInstalled = (to: string) => names.some((name) => to === name || to.startsWith(`${name}/`))
  expect(packages).toContain('xstate')
  expect(packages.filter((to) => !isInstalled(to))).toEqual([])
})

const command = join(installed, 'dist/adapters/cli.js')

test('package: the installed command prints charts, also one that was laid out at the build', () => {
  expect(run('node', [command, '--help'], app)).toContain('Usage: cloudbase-authflow <command>')
  expect(run('node', [command, 'diagram', 'signIn', '--as', 'svg'], app)).toMatch(/^<svg /)
})

test('package: the installed command serves the inspector page, for clients too', async () => {
  const child = spawn('node', [command, 'inspect', '--port', '0'], { cwd: app })
  onTestFinished(() => void child.kill())
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  await vi.waitFor(() => expect(output).toContain('a client connects to'), 10_000)
  const page = await (await fetch(/http:\S+/.exec(output)![0])).text()
  expect(page).toContain('<script type="module">')
  expect(page.length).toBeGreaterThan(100_000)
  const client = new WebSocket(/ws:\S+/.exec(output)![0])
  await new Promise((done) => client.addEventListener('open', done))
  client.close()
})

test('package: the inspector page is a file, and the lazy module of it has the same text', async () => {
  const file = readFileSync(join(installed, 'dist/inspector.html'), 'utf8')
  const module = join(installed, 'dist/adapters/inspect/page/html.js')
  const { html } = (await import(module)) as { html: string }
  expect(html).toBe(file)
})

test('package: the bundled WebSocket server carries the license of its authors', () => {
  const code = readFileSync(join(installed, 'dist/adapters/cli/webSockets.js'), 'utf8')
  expect(code).toContain(readFileSync('node_modules/ws/LICENSE', 'utf8').trim())
})

test.each([
  ['adapters/compat/v2/rsaBlock.js', ['micro-rsa-dsa-dh', '@noble/hashes']],
  ['services/http/http.js', ['ofetch', 'destr', 'ufo']],
  ['services/snapshot.js', ['superjson', 'copy-anything']],
  ['adapters/worker.js', ['ofetch', 'superjson']],
  ['es2018/xstate.js', ['xstate', 'ofetch', 'superjson']],
  ['../miniprogram_dist/xstate.js', ['xstate', 'ofetch', 'superjson']],
  ['cloudbase-authflow.global.js', ['xstate', 'ofetch', 'superjson']],
])('package: %s carries the licenses of what is bundled there', (file, packages) => {
  const code = readFileSync(join(installed, 'dist', file), 'utf8')
  for (const name of packages) {
    expect(code).toContain(readFileSync(`node_modules/${name}/LICENSE`, 'utf8').trim())
  }
})

/** Every entry with a folder of its own, by its path. */
const targets = Object.entries(own.exports).flatMap(([entry, target]) =>
  typeof target === 'string' || entry === '.' ? [] : [[entry.slice(2), target] as const],
)

test('package: resolvers that do not read exports find every entry, in ES2018 if a page can load it', () => {
  const root = own.exports['.'] as (typeof targets)[0][1]
  const main = './dist/es2018/index.js'
  expect(own).toMatchObject({ main, module: main, types: root.types })
  for (const [path, target] of targets) {
    const stub = JSON.parse(
      readFileSync(join(installed, path, 'package.json'), 'utf8'),
    ) as typeof own
    const older = join('dist/es2018', `${path}.js`)
    const script = existsSync(join(installed, older)) ? older : join(target.default)
    expect(script === older).toBe(path !== 'server' && path !== 'vite')
    expect(stub.module).toBe(stub.main)
    expect([join(path, stub.main), join(path, stub.types)]).toEqual([script, join(target.types)])
  }
})

test('package: the tarball stays within 1.75 MB', () => {
  console.log(`tarball: ${(tarball.length / 1000).toFixed(0)} kB`)
  expect(tarball.length).toBeLessThanOrEqual(1_750_000)
})

test('package: typesVersions lists the types of every entry', () => {
  const types = targets.map(([path, target]) => [path, [target.types]])
  expect(own.typesVersions['*']).toEqual(Object.fromEntries(types))
})

const toArrayBuffer = (buffer: Buffer) => new Uint8Array(buffer).buffer
