/**
 * `npm run test:examples`: the example apps of frameworks whose packages take 600 MB, which are installed from the
 * registry for this run only, and the walk through the guide to tests, which runs Playwright's own runner for a
 * minute and a half. The other examples run in `npm test`.
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
  },
})
