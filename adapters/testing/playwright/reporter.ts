import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter'
import { type Failure, groupFailures } from './failures.ts'

/**
 * A reporter of Playwright that prints the failures at the end, grouped by the sentence that they say.
 *
 * @example
 *   export default defineConfig({ reporter: [['list'], ['cloudbase-authflow/testing/playwright']] })
 */
export default class FailureReporter implements Reporter {
  readonly #failures: Failure[] = []

  /** Keeps what has failed. */
  onTestEnd({ title }: TestCase, { error }: TestResult): void {
    if (error?.message !== undefined) this.#failures.push({ title, message: error.message })
  }

  /** Prints the groups. */
  onEnd(): void {
    const lines = groupFailures(this.#failures)
    if (lines.length > 0) process.stdout.write(`\n${lines.join('\n')}\n`)
  }

  /** Leaves the results of single tests to another reporter. */
  printsToStdio(): boolean {
    return false
  }
}
