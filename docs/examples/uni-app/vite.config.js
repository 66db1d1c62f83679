import plugin from '@dcloudio/vite-plugin-uni'
import { defineConfig } from 'vite'

// The plugin is CommonJS: a module finds its function under `default`.
const uni = plugin.default

/**
 * The names of chunks in a browser. uni-app names the chunks of packages `..-node_modules-…`, which a browser takes for
 * the name of a package, so that what is loaded on demand cannot be loaded.
 */
const chunkNames = {
  name: 'chunk-names',
  apply: () => process.env.UNI_PLATFORM === 'h5',
  enforce: 'post',
  config: () => ({
    build: { rollupOptions: { output: { chunkFileNames: 'assets/[name].[hash].js' } } },
  }),
}

// Mini-programs and the browsers of older phones parse no younger syntax.
export default defineConfig({ plugins: [uni(), chunkNames], build: { target: 'es2018' } })
