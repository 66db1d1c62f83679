import { parse } from 'acorn'
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createSandbox } from '../../sandbox/index.ts'
import { packers } from '../support/packers.ts'
import { packLibrary, run } from '../support/packages.ts'

const { name, exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string
  exports: Record<string, unknown>
}

/** Every entry that a page can load. */
const entries = Object.keys(exports).filter(
  (entry) => !/^\.\/(package\.json|server|vite)$/.test(entry),
)

const temp = realpathSync(mkdtempSync(join(tmpdir(), 'authflow-packers-')))
afterAll(() => rmSync(temp, { recursive: true }))
const app = join(temp, 'app')
const installed = join(app, 'node_modules', name)
const moduleOf = (entry: string) => join(app, `${entry.replace(/\W+/g, '_')}.js`)

beforeAll(async () => {
  mkdirSync(installed, { recursive: true })
  run('tar', ['-xzf', await packLibrary(), '--strip-components=1', '-C', installed], temp)
  symlinkSync(join(process.cwd(), 'node_modules/xstate'), join(app, 'node_modules/xstate'))
  writeFileSync(join(app, 'package.json'), '{}')
  for (const entry of entries) {
    const code = `import * as it from '${name}${entry.slice(1)}'\nconsole.log(it)\n`
    writeFileSync(moduleOf(entry), code)
  }
})

test('packers: every bundler packs every entry without a warning', async () => {
  const names = Object.keys(packers)
  const modules = entries.map(moduleOf)
  const packed = await Promise.all(names.map((each) => packers[each]!(modules, app)))
  const width = Math.max(...entries.map(({ length }) => length))
  const rows = entries.map((entry, at) => [
    entry.padEnd(width),
    ...packed.map((outcomes, of) => String(outcomes[at]!.length).padEnd(names[of]!.length)),
  ])
  console.log(
    [['warnings'.padEnd(width), ...names], ...rows].map((row) => row.join('  ')).join('\n'),
  )
  expect(packed).toEqual(names.map(() => entries.map(() => [])))
})

test('packers: mini-programs and pages without a bundler get scripts in ES2018', () => {
  const program = globSync('miniprogram_dist/**/*.js', { cwd: installed })
  expect(program).toContain(join('miniprogram_dist', 'index.js'))
  const failures = [...program, 'dist/cloudbase-authflow.global.js'].flatMap((file) => {
    try {
      parse(readFileSync(join(installed, file), 'utf8'), { ecmaVersion: 2018 })
      return []
    } catch (error) {
      return [`${file}: ${String(error)}`]
    }
  })
  expect(failures).toEqual([])
})

test('packers: neither the module for service workers nor the script of a page loads anything later', () => {
  for (const file of ['dist/adapters/worker.js', 'dist/cloudbase-authflow.global.js']) {
    expect(readFileSync(join(installed, file), 'utf8')).not.toMatch(/\bimport\s*\(/)
  }
})

/** Starts a sandbox with a user. */
async function startSandbox() {
  const sandbox = createSandbox()
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  await sandbox.addUser({ username: 'ada', password: 'Correct-horse-7' })
  return url
}

const signIn = `
  auth.start()
  auth.send({ type: 'flow.start', flow: 'signIn' })
  auth.send({ type: 'password.submit', username: 'ada', password: 'Correct-horse-7' })
  return new Promise((resolve, reject) =>
    auth.subscribe(({ status, flow, error }) => {
      if (error) reject(error)
      else if (status === 'signedIn' && !flow) resolve(status)
    }),
  )
`

test('packers: the build for mini-programs signs in with ECMAScript, timers and wx alone', async () => {
  const endpoint = await startSandbox()
  const stored = new Map<string, string>()
  const wx = {
    async request({ url, method, header, data, success }: WxRequest) {
      const response = await fetch(url, { method, headers: header, body: data })
      const { status: statusCode, headers } = response
      success({ data: await response.text(), statusCode, header: Object.fromEntries(headers) })
    },
    getStorage: ({ key, success, fail }: WxStorage) =>
      stored.has(key) ? success({ data: stored.get(key) }) : fail({ errMsg: 'none' }),
    setStorage: ({ key, data, success }: WxStorage) => success({ done: !!stored.set(key, data) }),
    removeStorage: ({ key, success }: WxStorage) => success({ done: stored.delete(key) }),
    getRandomValues: ({ length, success }: WxRandom) =>
      success({ randomValues: crypto.getRandomValues(new Uint8Array(length)).buffer }),
    onAppShow() {},
    onNetworkStatusChange() {},
  }
  const place = createContext({ wx, setTimeout, clearTimeout, console })
  const loaded = new Map<string, { exports: object }>()
  /** Loads a module as mini-programs do: by CommonJS, with relative paths. */
  const load = (file: string): object => {
    const module = loaded.get(file) ?? { exports: {} }
    if (loaded.has(file)) return module.exports
    loaded.set(file, module)
    const code = readFileSync(file, 'utf8')
    const run = runInContext(`(function (module, exports, require) {${code}\n})`, place) as (
      ...given: unknown[]
    ) => void
    run(module, module.exports, (path: string) => load(join(dirname(file), path)))
    return module.exports
  }
  const program = {
    ...load(join(installed, 'miniprogram_dist/index.js')),
    ...load(join(installed, 'miniprogram_dist/wechat.js')),
  }
  Object.assign(place, { program, endpoint })
  const status: unknown = await runInContext(
    `(async () => {
      await program.installGlobals()
      const { login, navigate, ...options } = program.wechat()
      const flows = { signIn: program.signIn }
      const auth = program.createAuth({ env: 'demo', endpoint, flows, ...options })
      ${signIn}
    })()`,
    place,
  )
  expect(status).toBe('signedIn')
})

test('packers: the script of a page defines one global, which signs in', async () => {
  const endpoint = await startSandbox()
  const given = {
    setTimeout,
    clearTimeout,
    queueMicrotask,
    fetch,
    Headers,
    AbortController,
    TextDecoder,
    crypto,
  }
  const place = createContext({ ...given, endpoint })
  const before = Object.keys(place)
  runInContext(readFileSync(join(installed, 'dist/cloudbase-authflow.global.js'), 'utf8'), place)
  expect(Object.keys(place).filter((key) => !before.includes(key))).toEqual(['cloudbaseAuthflow'])
  const status: unknown = await runInContext(
    `(async () => {
      const { createAuth, signIn } = cloudbaseAuthflow
      const auth = createAuth({ env: 'demo', endpoint, flows: { signIn } })
      ${signIn}
    })()`,
    place,
  )
  expect(status).toBe('signedIn')
})

interface WxRequest {
  url: string
  method: string
  header: Record<string, string>
  data: string
  success(result: object): void
}

interface WxStorage {
  key: string
  data: string
  success(result: object): void
  fail(failure: object): void
}

interface WxRandom {
  length: number
  success(result: object): void
}
