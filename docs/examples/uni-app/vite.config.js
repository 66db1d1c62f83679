import plugin from '@dcloudio/vite-plugin-uni'
import { defineConfig } from 'vite'

// The plugin is CommonJS: a module finds its function under `default`.
const uni = plugin.default

// Mini-programs and the browsers of older phones parse no younger syntax.
export default defineConfig({ plugins: [uni()], build: { target: 'es2018' } })
