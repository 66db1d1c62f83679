import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { dependenciesOf } from './dependencies.ts'
import { once } from './once.ts'

const modules = join(process.cwd(), 'node_modules')

/** Runs a command and returns what it prints. */
export const run = (command: string, args: string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' })

/** Packs folders as npm publishes them and returns the paths of the tarballs. */
function pack(folders: string[], to: string, ...flags: string[]): string[] {
  const output = run('npm', ['pack', ...folders, '--json', '--pack-destination', to, ...flags], to)
  const packed = JSON.parse(output) as { filename: string }[]
  return packed.map(({ filename }) => join(to, basename(filename)))
}

/** Packs the library as it is built, once in a test run; returns the path of the tarball. */
export const packLibrary = (): Promise<string> =>
  once('library', (folder) => packBuilt('.', ['adapters', 'build', 'machines', 'services'], folder))

/** Packs the sandbox as it is built, once in a test run; returns the path of the tarball. */
export const packSandbox = (): Promise<string> =>
  once('sandbox', (folder) => packBuilt('sandbox', ['.'], folder))

/** Packs a package without building it, which `npm test` has done, and refuses an older build. */
function packBuilt(root: string, sources: string[], to: string): string {
  const isSource = (path: string) => !/(^|\/)(dist|node_modules)\//.test(path)
  const paths = sources.flatMap((folder) => globSync(join(root, folder, '**/*.ts')))
  const newest = Math.max(...paths.filter(isSource).map((path) => statSync(path).mtimeMs))
  const built = join(root, 'dist')
  if (!existsSync(built) || statSync(built).mtimeMs < newest) {
    throw new Error(`${built} is older than its sources: npm run build`)
  }
  return pack([resolve(root)], to, '--ignore-scripts')[0]!
}

/**
 * Installs tarballs into a new app, with everything that the named packages depend on. These come from
 * tarballs of `node_modules`, so that no network is needed.
 */
export function install(app: string, tarballs: string[], names: string[]): void {
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }')
  const installed = [...dependenciesOf(names)].map((name) => join(modules, name))
  const others = pack(installed, join(app, '..'), '--ignore-scripts')
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', ...tarballs, ...others], app)
}
