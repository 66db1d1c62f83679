import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { install, packSandbox, run } from '../support/packages.ts'
import { runTsc } from '../support/typescript.ts'

const own = JSON.parse(readFileSync('sandbox/package.json', 'utf8')) as {
  name: string
  version: string
  license: string
  engines: { node: string }
  dependencies: Record<string, string>
}
const root = JSON.parse(readFileSync('package.json', 'utf8')) as typeof own

const temp = mkdtempSync(join(tmpdir(), 'authflow-sandbox-package-'))
afterAll(() => rmSync(temp, { recursive: true }))

const app = join(temp, 'app')
const installed = join(app, 'node_modules', own.name)
const bin = join(app, 'node_modules/.bin/cloudbase-authflow-sandbox')
let tarball: Buffer

beforeAll(async () => {
  const file = await packSandbox()
  tarball = readFileSync(file)
  install(app, [file], Object.keys(own.dependencies))
})

test('sandbox package: license, version and engines match those of the library', () => {
  const pick = ({ version, license, engines }: typeof own) => ({ version, license, engines })
  expect(pick(own)).toEqual(pick(root))
  expect(readFileSync(join(installed, 'LICENSE'), 'utf8')).toBe(readFileSync('LICENSE', 'utf8'))
})

test('sandbox package: publint reports nothing', async () => {
  const buffer = new Uint8Array(tarball).buffer
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true })
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
})

test('sandbox package: the types match the module in every kind of resolution', async () => {
  const result = await checkPackage(createPackageFromTarballData(tarball))
  if (!result.types) throw new Error('the package has no types')
  // The package contains only ES modules, which Node 20.19 and later can require.
  const problems = result.problems.filter(({ kind }) => kind !== 'CJSResolvesToESM')
  expect(problems).toEqual([])
})

test.each([
  ['nodenext', '--module nodenext'],
  ['bundler', '--module esnext --moduleResolution bundler'],
])('sandbox package: a consumer with moduleResolution %s type-checks', (_, flags) => {
  const code = `import { createSandbox, type Config } from '${own.name}'
export const config: Partial<Config> = { accessTokenSeconds: 5 }
export const sandbox = createSandbox({ config })
`
  writeFileSync(join(app, 'consumer.ts'), code)
  const args = `--noEmit --strict --target es2023 --lib es2023,dom ${flags} consumer.ts`
  const tsc = runTsc(args, app)
  expect(tsc.stdout).toBe('')
  expect(tsc.status).toBe(0)
})

test('sandbox package: a fresh install can import createSandbox and nothing else', () => {
  const script = `console.log(JSON.stringify(Object.keys(await import('${own.name}'))))`
  expect(JSON.parse(run('node', ['--input-type=module', '-e', script], app))).toEqual([
    'createSandbox',
  ])
})

test('sandbox package: the installed command prints its help', () => {
  expect(run(bin, ['--help'], app)).toContain('Usage: cloudbase-authflow-sandbox [options]')
})

test('sandbox package: the installed command serves at the address it prints', async () => {
  const child = spawn(bin, ['--port', '0'], { cwd: app })
  onTestFinished(() => void child.kill())
  const [output] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0]
  const path = '/auth/v1/signin/anonymously?client_id=env-1'
  const response = await fetch(`${url}${path}`, { method: 'POST', body: '{}' })
  expect(await response.json()).toMatchObject({ token_type: 'Bearer', scope: 'anonymous' })
})
