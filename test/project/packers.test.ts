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
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
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

beforeAll(() => {
  mkdirSync(installed, { recursive: true })
  run('tar', ['-xzf', packLibrary(temp), '--strip-components=1', '-C', installed], temp)
  symlinkSync(join(process.cwd(), 'node_modules/xstate'), join(app, 'node_modules/xstate'))
  writeFileSync(join(app, 'package.json'), '{}')
  for (const entry of entries) {
    const code = `import * as it from '${name}${entry.slice(1)}'\nconsole.log(it)\n`
    writeFileSync(moduleOf(entry), code)
  }
}, 120_000)

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
}, 120_000)

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
