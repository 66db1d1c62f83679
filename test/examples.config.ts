/**
 * `npm run test:examples`: the example apps, and the walk through the guide to tests. Together they take five minutes.
 * The packages of Nuxt, Next.js and SvelteKit take 600 MB and are installed from the registry for this run only.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/examples/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 900_000,
    fileParallelism: false,
    globalSetup: [fileURLToPath(new URL('support/sharedFolder.ts', import.meta.url))],
  },
})
