/** Runs what `npm test` checks before the tests: Prettier, which uses one core, beside the rest. */
import { exec } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(exec)
const checks = ['prettier --check .', 'oxlint && npm run build && tsc -p test']

const outcomes = checks.map(async (check) => {
  const { stdout, stderr } = await run(check, { maxBuffer: 2 ** 26 }).catch(
    (error: { stdout: string; stderr: string }) => {
      process.exitCode = 1
      return error
    },
  )
  process.stdout.write(stdout)
  process.stderr.write(stderr)
})
await Promise.all(outcomes)
