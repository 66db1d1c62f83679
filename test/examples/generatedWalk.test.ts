/** Takes the steps of `docs/guide/testing.md` as a new user would: its commands, and its files. */
import { spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest'
import { findBrowser } from '../support/browser.ts'
import { install, packLibrary, packSandbox } from '../support/packages.ts'

const TIMEOUT_MS = 900_000
const temp = realpathSync(mkdtempSync(join(tmpdir(), 'authflow-walk-')))
afterAll(() => rmSync(temp, { recursive: true }))
const app = join(temp, 'app')
const modules = resolve('node_modules')

const guide = readFileSync('docs/guide/testing.md', 'utf8')
const walk = guide.slice(0, guide.indexOf('## Describe the world'))

/** The files of the walk by name, and its commands, in the order of the text. */
const steps: ({ command: string } | { file: string; code: string })[] = [
  ...walk.matchAll(/^```(\w+)\n(.*?)^```$/gms),
].flatMap(([, language, code]): ({ command: string } | { file: string; code: string })[] => {
  if (language === 'sh') {
    return code!
      .trim()
      .split('\n')
      .map((command) => ({ command }))
  }
  const [, file] = /^(?:\/\/|<!--) ([\w./]+)/.exec(code!) ?? []
  return file === undefined ? [] : [{ file, code: code! }]
})

/** Page objects, which `generate` begins with the usual ports. */
const screens = 'e2e/naming.screens.ts'

/** A port that is free now. */
const freePort = () =>
  new Promise<number>((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => done(port))
    })
  })

/** The ports of the guide may be taken on this machine. */
const ports = new Map<string, string>()
const withPorts = (text: string) =>
  [...ports].reduce((all, [port, free]) => all.replaceAll(port, free), text)

beforeAll(async () => {
  for (const port of ['4871', '5173']) ports.set(port, String(await freePort()))
  const dependenciesIn = (manifest: string) =>
    Object.keys(
      (JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies?: object }).dependencies ?? {},
    )
  const names = ['package.json', 'sandbox/package.json'].flatMap(dependenciesIn)
  install(app, [await packLibrary(), await packSandbox()], [...names, 'xstate'])
  // The tools are large, and need not be packed.
  mkdirSync(join(app, 'node_modules/@playwright'))
  for (const name of ['@playwright/test', 'vite', '.bin/playwright', '.bin/vite', '.bin/node']) {
    symlinkSync(join(modules, name), join(app, 'node_modules', name))
  }
}, TIMEOUT_MS)

/** Runs a command in the app; with the `node` of this project, as commands do. */
function run(command: string): Promise<{ code: number | null; out: string }> {
  const bin = join(app, 'node_modules/.bin')
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, FORCE_COLOR: '0' }
  delete (env as { VITEST?: string }).VITEST
  return new Promise((done) => {
    const child = spawn('sh', ['-c', withPorts(command)], { cwd: app, env })
    let out = ''
    child.stdout.on('data', (data) => (out += String(data)))
    child.stderr.on('data', (data) => (out += String(data)))
    child.on('close', (code) => done({ code, out }))
  })
}

function write(file: string, code: string) {
  const path = join(app, file)
  mkdirSync(dirname(path), { recursive: true })
  // The browser of this machine, which may run as root.
  const launchOptions = JSON.stringify({ executablePath: findBrowser(), args: ['--no-sandbox'] })
  const launched = code.replace('use: {', `use: { launchOptions: ${launchOptions},`)
  writeFileSync(path, withPorts(launched))
}

test(
  'guide: its steps lead from a flow of an app to green tests in a browser',
  async () => {
    write('src/naming.ts', readFileSync('docs/examples/naming.ts', 'utf8'))
    const outputs: { command: string; code: number | null; out: string }[] = []
    for (const step of steps) {
      if ('file' in step) write(step.file, step.code)
      else if (/^npx (cloudbase-authflow (?!gallery)|playwright test)/.test(step.command)) {
        outputs.push({ command: step.command, ...(await run(step.command)) })
        if (outputs.length === 2) write(screens, readFileSync(join(app, screens), 'utf8'))
      }
    }
    onTestFailed(() => console.log(outputs))
    const [explored, generated, failed, passed, ...others] = outputs
    expect([explored, generated]).toMatchObject([{ code: 0 }, { code: 0 }])
    expect(generated!.out).toContain(`fill in ${screens}`)
    expect(failed!.out).toContain('✗ askingName is not shown (1)')
    expect(failed!.code).toBe(1)
    expect(passed!.out).toMatch(/^ +\d\d? passed/m)
    expect(passed).toMatchObject({ code: 0 })
    expect(others).toEqual([])
  },
  TIMEOUT_MS,
)
