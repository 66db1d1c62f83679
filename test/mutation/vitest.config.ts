import { readFileSync } from 'node:fs'
import type { ViteUserConfig } from 'vitest/config'
import type { TestSpecification } from 'vitest/node'
import config from '../vitest.config.ts'

const { projects: _, globalSetup: __, reporters: ___, maxWorkers: ____, ...test } = config.test!

/** Loads a mutant in the place of its module; see `lane.ts`. */
const mutation = {
  name: 'mutation',
  enforce: 'pre' as const,
  load: (id: string) =>
    id === process.env['MUTATED'] ? readFileSync(process.env['MUTANT']!, 'utf8') : undefined,
}

/** Runs the files of a test run one after the other, as they are given, on one load of the modules. */
class AsGiven {
  sort = (files: TestSpecification[]) => files
  shard = (files: TestSpecification[]) => files
}

const mutated: ViteUserConfig = {
  ...config,
  plugins: [mutation],
  test: {
    ...test,
    include: ['test/{machines,adapters}/**/*.test.ts'],
    pool: 'threads',
    isolate: false,
    // The cache knows a module by its file, which is not the mutant.
    fsModuleCache: false,
    maxWorkers: 1,
    bail: 1,
    sequence: { sequencer: AsGiven },
    reporters: [{}],
    // Half of what other runs allow, as many mutants make a test wait.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
}
export default mutated
