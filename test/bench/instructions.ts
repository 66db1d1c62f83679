/**
 * Counts the instructions of a sign-in by code with `valgrind --tool=callgrind`. Counts do not depend on
 * what else the machine does.
 */
import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const script = fileURLToPath(new URL('signIns.ts', import.meta.url))
export const isValgrindThere = (): boolean => spawnSync('valgrind', ['--version']).status === 0

/** The instructions of a process that signs in so often. */
async function count(subject: string, signIns: number): Promise<number> {
  const { stderr } = await promisify(execFile)('valgrind', [
    '--tool=callgrind',
    '--callgrind-out-file=/dev/null',
    // V8 writes code while it runs.
    '--smc-check=all-non-file',
    process.execPath,
    // Garbage collections and compilations in threads of their own would come at any time.
    '--single-threaded',
    script,
    subject,
    String(signIns),
  ])
  return Number(/Collected : (\d+)/.exec(stderr)![1])
}

/** Millions of instructions of one sign-in of each subject, once it is warm. */
export async function countInstructions(subjects: string[]): Promise<Map<string, number>> {
  const [few, many] = [40, 120]
  const counts = new Map<string, number>()
  for (const subject of subjects) {
    const [before, after] = await Promise.all([count(subject, few), count(subject, many)])
    counts.set(subject, (after - before) / (many - few) / 1e6)
  }
  return counts
}
