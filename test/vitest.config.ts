import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const suite = (name: string, testTimeout: number) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: Math.max(testTimeout, 30_000),
  },
})

/** Loads a mutant in the place of its module; see `test/mutation/run.ts`. */
const { MUTATED, MUTANT } = process.env
const mutation = {
  name: 'mutation',
  enforce: 'pre' as const,
  load: (id: string) => (MUTANT && id === MUTATED ? readFileSync(MUTANT, 'utf8') : undefined),
}

export default defineConfig({
  root: at('..'),
  plugins: [mutation],
  resolve: {
    alias: [
      { find: /^cloudbase-authflow$/, replacement: at('../adapters/client/index.ts') },
      { find: /^cloudbase-authflow\/endpoints$/, replacement: at('../services/endpoints.ts') },
      { find: /^cloudbase-authflow\/server$/, replacement: at('../adapters/server/index.ts') },
      { find: /^cloudbase-authflow\/testing$/, replacement: at('../adapters/testing/index.ts') },
      { find: /^cloudbase-authflow-sandbox$/, replacement: at('../sandbox/index.ts') },
      {
        find: /^cloudbase-authflow\/messages\/(en|zh)$/,
        replacement: at('../services/messages/$1.ts'),
      },
    ],
  },
  test: {
    // Browser tests wait as much as they compute: four workers fill two cores.
    maxWorkers: 4,
    reporters: ['default', at('support/summary.ts')],
    projects: [
      suite('sandbox', 10_000),
      suite('services', 10_000),
      suite('machines', 20_000),
      suite('adapters', 20_000),
      suite('project', 60_000),
      suite('browser', 60_000),
      suite('session', 30_000),
    ],
  },
})
