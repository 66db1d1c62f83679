import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
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
import { afterAll, beforeAll, expect, test } from 'vitest'

const own = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string
  bin: Record<string, string>
  exports: Record<string, string | { types: string; default: string }>
  files: string[]
  dependencies: Record<string, string>
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

/** Packs a copy, so that a build going on here is left alone; unpacks it as npm would install it. */
beforeAll(() => {
  const copy = join(temp, 'copy')
  const parts = ['package.json', 'tsconfig.json', 'README.md', 'LICENSE', ...own.files]
  for (const part of parts.filter((part) => part !== 'dist' && existsSync(part))) {
    cpSync(part, join(copy, part), { recursive: true })
  }
  symlinkSync(modules, join(copy, 'node_modules'))

  const packed = run('npm', ['pack', '--json', '--pack-destination', temp], copy)
  const file = join(temp, /[\w-]+-[\d.]+\.tgz/.exec(packed)![0])
  tarball = readFileSync(file)

  mkdirSync(installed, { recursive: true })
  run('tar', ['-xzf', file, '--strip-components=1', '-C', installed])
  for (const name of Object.keys({ ...own.dependencies, ...own.peerDependencies })) {
    const link = join(app, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(modules, name), link)
  }
}, 120_000)

const run = (command: string, args: string[], cwd = app) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' })

test('publint has nothing to say', async () => {
  const { messages, pkg } = await publint({
    pack: { tarball: toArrayBuffer(tarball) },
    strict: true,
  })
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
})

test('every entry has types that fit it', async () => {
  const result = await checkPackage(createPackageFromTarballData(tarball))
  if (!result.types) throw new Error('the package has no types')
  const problems = result.problems
    // ES modules only: `require` gets a module (Node 20.19 can), the resolution before
    // `exports` existed gets nothing.
    .filter((problem) => problem.kind !== 'CJSResolvesToESM')
    .filter((problem) => !('resolutionKind' in problem && problem.resolutionKind === 'node10'))
  expect(problems).toEqual([])
  expect(Object.keys(result.entrypoints).toSorted()).toEqual(Object.keys(own.exports).toSorted())
})

/** Every built-in flow goes through the door, however strict the app's compiler is. */
const door = `
import { account, createAuth, provider, resetPassword, signIn, upgrade } from '${own.name}'
export const auth = createAuth({
  env: 'demo',
  flows: { account, provider, resetPassword, signIn, upgrade },
})
`

test.each([
  ['strict', '--strict'],
  // The declarations of xstate are not fit for this themselves.
  ['exact optional properties', '--strict --exactOptionalPropertyTypes --skipLibCheck'],
])('a fresh install type-checks, with every declaration it ships: %s', (_, strict) => {
  const lines = entries.map((entry, index) => `export * as e${index} from '${specifier(entry)}'`)
  writeFileSync(join(app, 'consumer.ts'), lines.join('\n') + door)
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }')
  const flags = `--noEmit ${strict} --module nodenext --target es2023 --lib es2023,dom`
  const tsc = spawnSync(join(modules, '.bin/tsc'), [...flags.split(' '), 'consumer.ts'], {
    cwd: app,
  })
  expect(tsc.stdout.toString()).toBe('')
  expect(tsc.status).toBe(0)
})

/** What an entry gives. A name more or less is a decision, and a line in the changelog. */
const names: Record<string, string[]> = {
  '.': [
    'AuthError',
    'account',
    'captchaFrame',
    'captchaPage',
    'consent',
    'createAuth',
    'elevation',
    'endpoint',
    'memoryStore',
    'provider',
    'request',
    'resetPassword',
    'signIn',
    'takeReturn',
    'upgrade',
    'verification',
    'webStore',
  ],
  './cloudbase': ['CloudbaseError', 'default'],
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
  './inspect': ['inspector', 'redact', 'statelyInspector'],
  './svelte': ['fromAuth'],
  './vue': ['useAuth'],
  './sandbox': ['createSandbox'],
  './messages/en': ['messageFor'],
  './messages/zh': ['messageFor'],
  './wechat': ['installGlobals', 'loginPage', 'wechat'],
}

test.each(entries)('a fresh install can import %s', (entry) => {
  const script = `console.log(JSON.stringify(Object.keys(await import('${specifier(entry)}'))))`
  expect(JSON.parse(run('node', ['--input-type=module', '-e', script]))).toEqual(names[entry])
})

test('the command runs from a fresh install', () => {
  const command = join(installed, own.bin['authflow']!)
  expect(run('node', [command, '--help'])).toContain('authflow sandbox')
})

const toArrayBuffer = (buffer: Buffer) => new Uint8Array(buffer).buffer
