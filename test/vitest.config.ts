import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A folder of tests. Those that share modules save a third of the work: most files are short. */
const suite = (name: string) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], isolate: name === 'project' },
})

export default defineConfig({
  root: at('..'),
  resolve: {
    alias: [
      { find: /^cloudbase-authflow$/, replacement: at('../adapters/client/index.ts') },
      { find: /^cloudbase-authflow\/endpoints$/, replacement: at('../services/endpoints.ts') },
      { find: /^cloudbase-authflow\/server$/, replacement: at('../adapters/server/index.ts') },
      { find: /^cloudbase-authflow\/testing$/, replacement: at('../adapters/testing/index.ts') },
      {
        find: /^cloudbase-authflow\/testing\/playwright$/,
        replacement: at('../adapters/testing/playwright/index.ts'),
      },
      { find: /^cloudbase-authflow\/elements$/, replacement: at('../adapters/elements/index.ts') },
      { find: /^cloudbase-authflow\/ui$/, replacement: at('../adapters/ui/index.ts') },
      { find: /^cloudbase-authflow\/ui\/(en|zh)$/, replacement: at('../adapters/ui/$1.ts') },
      { find: /^cloudbase-authflow-sandbox$/, replacement: at('../sandbox/index.ts') },
      {
        find: /^cloudbase-authflow\/messages\/(en|zh)$/,
        replacement: at('../services/messages/$1.ts'),
      },
    ],
  },
  test: {
    // Browser tests wait as much as they compute: three workers fill two cores.
    maxWorkers: 3,
    reporters: ['default', at('support/summary.ts')],
    // Tests wait for what happens. These limits only say how late a failure shows on a busy machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    globalSetup: [at('support/sharedFolder.ts')],
    setupFiles: [at('support/waits.ts')],
    projects: ['sandbox', 'services', 'machines', 'adapters', 'project', 'browser', 'session'].map(
      suite,
    ),
  },
})
