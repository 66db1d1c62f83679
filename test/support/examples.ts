/** Builds the example apps on the packed library, and serves them. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { build } from 'vite'
import { run } from './packages.ts'

/** The folder of the examples. */
export const examples = 'docs/examples'

const modules = join(process.cwd(), 'node_modules')

/**
 * Unpacks the library where the examples find it, with the packages of this project beside it.
 *
 * @param folder an empty folder
 * @param tarball the packed library
 */
export function installLibrary(folder: string, tarball: string): void {
  const installed = join(folder, 'node_modules/cloudbase-authflow')
  mkdirSync(installed, { recursive: true })
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed], folder)
}

/** The packages that an example names, without the library and its sandbox. */
function dependenciesOfExample(app: string): string[] {
  const manifest = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')) as {
    dependencies?: object
    devDependencies?: object
  }
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
  return names.filter((name) => !name.startsWith('cloudbase-authflow'))
}

/**
 * Copies an example beside the installed library.
 *
 * @param name the folder of the example
 * @param folder a folder with the installed library
 * @returns the folder of the app
 */
export function copyExample(name: string, folder: string): string {
  const app = join(folder, name)
  cpSync(join(examples, name), app, { recursive: true })
  for (const dependency of dependenciesOfExample(app)) {
    const link = join(folder, 'node_modules', dependency)
    mkdirSync(join(link, '..'), { recursive: true })
    if (!existsSync(link)) symlinkSync(join(modules, dependency), link)
  }
  return app
}

/**
 * Copies an example and builds it as its own `npm run build` does.
 *
 * @param name the folder of the example
 * @param folder a folder with the installed library
 * @param endpoint the address of a sandbox
 * @returns the folder of the built app
 */
export async function buildExample(
  name: string,
  folder: string,
  endpoint: string,
): Promise<string> {
  const app = copyExample(name, folder)
  process.env['VITE_CLOUDBASE_ENDPOINT'] = endpoint
  await build({ root: app, logLevel: 'warn' })
  return join(app, 'dist')
}

/**
 * Copies an example and installs it from the registry, with the packed library.
 *
 * @param name the folder of the example
 * @param folder the folder of the copy
 * @param tarball the packed library
 * @returns the folder of the app
 */
export function installExample(name: string, folder: string, tarball: string): string {
  const app = join(folder, name)
  cpSync(join(examples, name), app, { recursive: true })
  const path = join(app, 'package.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as {
    dependencies: Record<string, string>
    devDependencies: Record<string, string>
  }
  manifest.dependencies['cloudbase-authflow'] = `file:${tarball}`
  // The sandbox runs in the process of the tests.
  delete manifest.devDependencies['cloudbase-authflow-sandbox']
  writeFileSync(path, JSON.stringify(manifest))
  run('npm', ['install', '--no-audit', '--no-fund'], app)
  return app
}

/** Runs a script of an installed example, not as a part of this test run, which frameworks build differently. */
export function runScript(app: string, script: string): void {
  const { VITEST: _vitest, TEST: _test, VITEST_MODE: _mode, ...env } = process.env
  const { status, stdout, stderr } = spawnSync('npm', ['run', script], {
    cwd: app,
    encoding: 'utf8',
    env: { ...env, NODE_ENV: 'production' },
  })
  if (status !== 0) throw new Error(`${script} failed in ${app}:\n${stdout}${stderr}`)
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

/**
 * Serves a built app: its files, and its page at every other address.
 *
 * @param folder the folder of the built app
 * @returns the origin, and how to stop
 */
export async function serveApp(folder: string): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url!, 'http://localhost')
    const file = join(folder, pathname)
    const found = extname(pathname) && existsSync(file) ? file : join(folder, 'index.html')
    response.setHeader('content-type', types[extname(found)] ?? 'application/octet-stream')
    response.end(readFileSync(found))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
