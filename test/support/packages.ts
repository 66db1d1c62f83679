import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { dependenciesOf } from './dependencies.ts'

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

/** Copies files, and the installed packages by a link, so that a build changes nothing here. */
function copy(paths: string[], to: string): string {
  for (const path of paths.filter((path) => existsSync(path))) {
    const filter = (from: string) => !/(^|\/)(dist|node_modules)$/.test(from)
    cpSync(path, join(to, path), { recursive: true, filter })
  }
  symlinkSync(modules, join(to, 'node_modules'))
  return to
}

const files = ['package.json', 'tsconfig.json', 'LICENSE', 'README.md', 'README.zh-CN.md']
const folders = ['CHANGELOG.md', 'adapters', 'build', 'docs', 'machines', 'services']

/** Builds and packs the library; returns the path of the tarball. */
export function packLibrary(temp: string): string {
  return pack([copy([...files, ...folders], join(temp, 'library'))], temp)[0]!
}

/** Builds and packs the sandbox; returns the path of the tarball. */
export function packSandbox(temp: string): string {
  const root = copy(['tsconfig.json', 'sandbox'], join(temp, 'workspace'))
  return pack([join(root, 'sandbox')], temp)[0]!
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
