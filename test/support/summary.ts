import type { Reporter, TestModule, TestRunEndReason, Vitest } from 'vitest/node'

/**
 * Ends a run with one plain line, `12 passed, 0 failed`, for all projects together. A file that did
 * not load, an error outside of tests and an interrupted run count as failures.
 */
export default class Summary implements Reporter {
  #passed = 0
  #failed = 1
  #skipped = 0

  onInit(vitest: Vitest) {
    // At exit, so that nothing is printed after it.
    if (!vitest.config.watch) process.once('exit', () => console.log(this.#line()))
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly unknown[],
    reason: TestRunEndReason,
  ) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const failures = count('failed') + count('pending') + unhandled.length + brokenOutside(modules)
    this.#passed = count('passed')
    this.#skipped = count('skipped')
    this.#failed = failures || (reason === 'passed' ? 0 : 1)
  }

  #line() {
    const skipped = this.#skipped ? `, ${this.#skipped} skipped` : ''
    return `${this.#passed} passed, ${this.#failed} failed${skipped}`
  }
}

/** Counts the files and `describe` blocks that failed outside of tests: by an import or a hook. */
const brokenOutside = (modules: readonly TestModule[]) =>
  modules
    .flatMap((module) => [module, ...module.children.allSuites()])
    .filter((suite) => suite.errors().length > 0).length
