import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { minifyStyles } from '../../build/elementStyles.ts'

/** A file of a bundle. */
interface Chunk {
  fileName: string
  code: string
  isEntry: boolean
  /** The chunks that load together with this one. */
  imports: string[]
}

/** Bytes, minified and compressed by `gzip -9`. */
export interface Weight {
  /** What loads before the app runs. */
  atOnce: number
  /** The same and all that loads on demand. */
  inAll: number
}

/** A bundler, which returns the minified files of an app. */
type Bundler = (code: string) => Promise<Chunk[]>

const { name, exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string
  exports: Record<string, { default?: string }>
}

/** Every entry of the package with the source of its module. */
const sources = new Map(
  Object.entries(exports).flatMap(([entry, { default: built }]) => {
    const source = built && resolve(built.replace('./dist/', '').replace(/\.js$/, '.ts'))
    return source ? [[name + entry.slice(1), source] as const] : []
  }),
)

/** The app brings its framework. */
const external = /^(react|vue|svelte)(\/|$)/

/** The build of the package minifies the styles in these. */
const isElement = /adapters\/elements\/\w+\.ts$/

/** Bundles an app with Rolldown, which Vite uses. */
export const withRolldown: Bundler = async (code) => {
  const bundle = await rolldown({
    input: 'entry',
    platform: 'browser',
    external,
    plugins: [
      {
        name: 'sources',
        resolveId: (id) => (id === 'entry' ? id : sources.get(id)),
        load: (id) => (id === 'entry' ? code : undefined),
        transform: (source, id) => (isElement.test(id) ? minifyStyles(source) : undefined),
      },
    ],
  })
  const { output } = await bundle.generate({ minify: true })
  return output.filter((file) => file.type === 'chunk')
}

/** Bundles an app with esbuild. */
export const withEsbuild: Bundler = async (code) => {
  const { metafile, outputFiles } = await build({
    stdin: { contents: code, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    splitting: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    outdir: '.',
    plugins: [
      {
        name: 'sources',
        setup({ onLoad, onResolve }) {
          onLoad({ filter: isElement }, async ({ path }) => ({
            contents: await minifyStyles(readFileSync(path, 'utf8')),
            loader: 'ts',
          }))
          onResolve({ filter: external }, () => ({ external: true }))
          onResolve({ filter: new RegExp(`^${name}(/|$)`) }, ({ path }) => ({
            path: sources.get(path),
          }))
        },
      },
    ],
  })
  const codes = new Map(outputFiles.map(({ path, text }) => [relative('.', path), text]))
  return Object.entries(metafile.outputs).map(([fileName, { entryPoint, imports }]) => ({
    fileName,
    code: codes.get(fileName)!,
    isEntry: entryPoint === '<stdin>',
    imports: imports.filter((it) => it.kind === 'import-statement').map(({ path }) => path),
  }))
}

/** Weighs a bundle as the visitors of an app download it. */
export function weigh(chunks: Chunk[]): Weight {
  const atOnce = new Set(chunks.filter(({ isEntry }) => isEntry))
  for (const { imports } of atOnce) {
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) atOnce.add(chunk)
  }
  const sum = (some: Iterable<Chunk>) =>
    [...some].reduce((total, { code }) => total + gzipSync(code, { level: 9 }).length, 0)
  return { atOnce: sum(atOnce), inAll: sum(chunks) }
}
