import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
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

/** Builds and packs the library, once in a test run, else in `folder`; returns the path of the tarball. */
export const packLibrary = (folder: string): string =>
  packOnce('library', folder, (temp) =>
    pack([copy([...files, ...folders], join(temp, 'library'))], temp),
  )

/** Builds and packs the sandbox, once in a test run, else in `folder`; returns the path of the tarball. */
export const packSandbox = (folder: string): string =>
  packOnce('sandbox', folder, (temp) => {
    const root = copy(['tsconfig.json', 'sandbox'], join(temp, 'workspace'))
    return pack([join(root, 'sandbox')], temp)
  })

/** Has the first test file that comes pack, and the others, which run in other processes, wait for it. */
function packOnce(name: string, folder: string, make: (temp: string) => string[]): string {
  const temp = join(process.env['PACKED_FOLDER'] ?? folder, name)
  const done = `${temp}.path`
  const failed = `${temp}.failed`
  if (mkdirUnlessThere(temp)) {
    try {
      writeFileSync(`${done}.new`, make(temp)[0]!)
      renameSync(`${done}.new`, done)
    } catch (error) {
      writeFileSync(failed, String(error))
      throw error
    }
  }
  const cell = new Int32Array(new SharedArrayBuffer(4))
  while (!existsSync(done)) {
    if (existsSync(failed)) throw new Error(readFileSync(failed, 'utf8'))
    Atomics.wait(cell, 0, 0, 200)
  }
  return readFileSync(done, 'utf8')
}

function mkdirUnlessThere(path: string): boolean {
  try {
    mkdirSync(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
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
