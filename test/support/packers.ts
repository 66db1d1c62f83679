import { build as buildWithEsbuild } from 'esbuild'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'
import { build as buildWithVite, createLogger } from 'vite'

/** Bundles modules of an app one by one; returns the warnings and errors of each. */
export type Packer = (modules: string[], app: string) => Promise<string[][]>

/** The app brings its framework. */
const external = /^(lit|react|vue|svelte)(\/|$)/

/** Bundles modules one after the other. */
const each =
  (pack: (module: string, app: string, warn: (text: string) => void) => Promise<unknown>): Packer =>
  async (modules, app) => {
    const outcomes: string[][] = []
    for (const module of modules) {
      const texts: string[] = []
      await pack(module, app, (text) => texts.push(text)).catch((error) =>
        texts.push(String(error)),
      )
      outcomes.push(texts)
    }
    return outcomes
  }

/** In a process of its own, because webpack 4 uses a hash that Node.js no longer has by itself. */
const webpack =
  (name: string): Packer =>
  async (modules, app) => {
    const program = fileURLToPath(new URL('webpack.cjs', import.meta.url))
    const argv = ['--openssl-legacy-provider', program, name, app, ...modules]
    const { stdout } = await promisify(execFile)(process.execPath, argv)
    return JSON.parse(stdout) as string[][]
  }

/** Every bundler, by its name. None has a setting for the library. */
export const packers: Record<string, Packer> = {
  rolldown: each(async (input, _app, warn) => {
    const bundle = await rolldown({
      input,
      platform: 'browser',
      external,
      onLog: (level, { message }) => level === 'warn' && warn(message),
    })
    await bundle.generate()
  }),
  esbuild: each(async (module, app, warn) => {
    const { warnings } = await buildWithEsbuild({
      entryPoints: [module],
      bundle: true,
      splitting: true,
      format: 'esm',
      outdir: app,
      write: false,
      logLevel: 'silent',
      external: ['lit', 'lit/*', 'react', 'vue', 'svelte', 'svelte/*'],
    })
    for (const { text } of warnings) warn(text)
  }),
  vite: each(async (input, root, warn) => {
    const customLogger = { ...createLogger('silent'), warn, warnOnce: warn }
    const build = { write: false, rolldownOptions: { input, external } }
    await buildWithVite({ root, configFile: false, logLevel: 'silent', customLogger, build })
  }),
  'webpack 5': webpack('webpack'),
  'webpack 4': webpack('webpack-4'),
}
