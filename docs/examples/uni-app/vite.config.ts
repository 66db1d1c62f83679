import plugin from '@dcloudio/vite-plugin-uni'
import { defineConfig } from 'vite'

// The plugin is CommonJS, whose function is below `default` in a module.
const uni = (plugin as unknown as { default: typeof plugin }).default

// Mini-programs and the browsers of older phones do not parse more.
export default defineConfig({ plugins: [uni()], build: { target: 'es2018' } })
