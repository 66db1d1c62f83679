/**
 * Builds the library for places that cannot load its modules one by one: older bundlers, mini-programs,
 * service workers and script tags.
 */
import { build, type Plugin } from 'esbuild'
import { appendFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path/posix'
import { rolldown } from 'rolldown'
import { licensesOf } from './bundlePackages.ts'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, string | { default: string }>
}

/** Entries that only Node.js loads. */
const FOR_NODE = ['./server', './vite']

/** Entries that a mini-program can use. */
const FOR_MINI_PROGRAMS = ['index', 'cloudbase', 'endpoints', 'messages', 'messages/*', 'wechat']

/** The module of each entry by the name of its file. */
const entries = Object.fromEntries(
  Object.entries(exports).flatMap(([entry, target]) =>
    typeof target === 'string' || FOR_NODE.includes(entry)
      ? []
      : [[entry === '.' ? 'index' : entry.slice(2), target.default]],
  ),
)

/** What all of these carry. */
const licenses = licensesOf(
  'xstate',
  'ofetch',
  'destr',
  'ufo',
  'superjson',
  'copy-anything',
  'micro-rsa-dsa-dh',
  '@noble/hashes',
)

/** The inspector page is a long text without any younger syntax, so that the builds share it. */
const inspectorPage: Plugin = {
  name: 'inspector page',
  setup({ onResolve }) {
    const path = '../adapters/inspect/page/html.js'
    onResolve({ filter: /\/page\/html\.js$/ }, () => ({ path, external: true }))
  },
}

// A service worker must not call `import()`, not even of a module that it does not need.
const worker = 'dist/adapters/worker.js'
const whole = await rolldown({ input: worker, platform: 'browser', external: /^xstate/ })
const { output } = await whole.generate({ codeSplitting: false, minify: true })
writeFileSync(worker, licenses + output[0].code)
rmSync(`${worker}.map`)

// Older bundlers parse neither `?.` nor `??`, which XState has as well. An app that makes machines of its
// own takes XState from here, so that there is one copy of it.
await build({
  entryPoints: { ...entries, xstate: 'xstate' },
  outdir: 'dist/es2018',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2018',
  platform: 'browser',
  chunkNames: 'chunks/[name]-[hash]',
  external: ['lit', 'lit/*', 'react', 'vue', 'svelte', 'svelte/*', 'elkjs/*'],
  minify: true,
  legalComments: 'none',
  logOverride: { bigint: 'silent' },
  logLevel: 'warning',
  plugins: [inspectorPage],
})

/** Rolldown and its minifier would bring back what has been replaced. */
const transform = { target: 'es2018' }
const minify = { compress: transform, mangle: true, codegen: true }

// Mini-programs load CommonJS and have no `import()`.
const files = globSync(FOR_MINI_PROGRAMS.map((name) => `dist/es2018/${name}.js`))
const program = await rolldown({
  input: Object.fromEntries(
    [...files, 'dist/es2018/xstate.js'].map((file) => [
      relative('dist/es2018', file).slice(0, -'.js'.length),
      file,
    ]),
  ),
  platform: 'browser',
  transform,
})
await program.write({
  dir: 'miniprogram_dist',
  format: 'cjs',
  esModule: true,
  exports: 'named',
  chunkFileNames: 'chunks/[hash].js',
  minify,
})

// A page without a bundler has everything under one name.
const page = 'dist/cloudbase-authflow.global.js'
const script = await rolldown({ input: 'dist/es2018/worker.js', platform: 'browser', transform })
await script.write({
  file: page,
  format: 'iife',
  name: 'cloudbaseAuthflow',
  codeSplitting: false,
  minify,
})
for (const file of ['dist/es2018/xstate.js', 'miniprogram_dist/xstate.js', page])
  appendFileSync(file, licenses)
