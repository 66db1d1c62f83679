/** Runs tests on one mutant after the other, in a process of its own that can be killed. */
import { resolve } from 'node:path'
import { createVitest, type TestModule } from 'vitest/node'

/** What a lane is asked: which mutant to load for which module, and what to run. */
export interface Trial {
  /** The module, from the root of the repository. */
  path: string
  /** The file with the mutant. */
  mutant: string
  /** The test files, in the order in which they run. */
  tests: readonly string[]
  /** A pattern of the titles of the tests that run. Default: all. */
  titles?: string
}

/** What a lane sends: it is ready, a test has ended, or a trial is over. */
export type Report =
  | { type: 'ready' }
  | { type: 'progress' }
  /** `killer`: the test that noticed the mutant. */
  | { type: 'verdict'; killer?: Killer }

/** A test that failed. */
export interface Killer {
  path: string
  /** The title, or what went wrong outside of tests. */
  title: string
  /** It did not fail but did not end. */
  isLate?: boolean
}

function send(report: Report) {
  process.send!(report)
}

const config = 'test/mutation/vitest.config.ts'
const onTestCaseResult = () => send({ type: 'progress' })
const reporters = [{ onTestCaseResult }]
const vitest = await createVitest('test', { config, watch: false, reporters })
await vitest.standalone()

async function attempt({ path, mutant, tests, titles = '' }: Trial): Promise<Killer | undefined> {
  // Otherwise the mutant before stays where another module is mutated now.
  const before = process.env['MUTATED']
  if (before) vitest.invalidateFile(before)
  process.env['MUTATED'] = resolve(path)
  process.env['MUTANT'] = mutant
  vitest.invalidateFile(resolve(path))
  vitest.setGlobalTestNamePattern(titles)
  const project = vitest.getRootProject()
  const specifications = tests.map((test) => project.createSpecification(resolve(test)))
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications)
  const [failed] = testModules.flatMap(failuresOf)
  if (failed || unhandledErrors.length === 0) return failed
  return { path: tests[0]!, title: String(unhandledErrors[0]) }
}

function failuresOf(module: TestModule): Killer[] {
  const { relativeModuleId: path, children } = module
  const failed = [...children.allTests('failed')].map((test) => {
    const { errors = [] } = test.result()
    return { path, title: test.fullName, isLate: /timed out in/.test(errors[0]?.message ?? '') }
  })
  return failed.length || module.ok() ? failed : [{ path, title: 'the file does not load' }]
}

process.on('message', (trial: Trial) => {
  void attempt(trial).then((killer) => send({ type: 'verdict', killer }))
})
send({ type: 'ready' })
