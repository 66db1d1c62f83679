/**
 * `npm run test:examples`: the example apps, and the walk through the guide to tests, each by itself with the name of
 * its file: `npm run test:examples -- servers`. The packages of Nuxt, Next.js and SvelteKit take 600 MB, those of uni-app
 * and Taro 900 MB; they are installed from the registry for this run only, which takes most of its time.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    globalSetup: ['test/support/sharedFolder.ts', 'test/support/storyTable.ts'],
    include: ['test/examples/**/*.test.ts'],
    // The tests wait for what happens. These limits only say how late a failure shows on a busy machine.
    testTimeout: 120_000,
    hookTimeout: 1_800_000,
    expect: { poll: { timeout: 30_000 } },
    fileParallelism: false,
  },
})
