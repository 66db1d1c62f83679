/**
 * Measures how many mutants of the machines the tests notice, and prints those that they do not:
 * `npm run test:mutation [-- PART_OF_A_PATH] [EVERY]`. Every 10th mutant is tried by default.
 */
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { applyMutant, mutantsOf } from './mutants.ts'

const [part = '', every = '10'] = process.argv.slice(2)

/** The flows in which a machine runs; one of `core` runs in all. */
const flowsOf: Record<string, string> = {
  verification: 'resetPassword',
  consent: 'provider',
  elevation: 'account',
  gatedEdit: 'account',
  account: 'account',
  provider: 'provider',
  resetPassword: 'resetPassword',
  signIn: 'signIn',
  upgrade: 'upgrade',
}

/** The tests that are about a machine, the cheapest first. */
function testsOf(machine: string): string[][] {
  const own = globSync(`test/machines/*${machine}*.test.ts`)
  const flow = flowsOf[machine]
  return [
    ['test/machines/edges.test.ts', 'test/machines/graph.test.ts', ...own],
    ['test/machines/explored', '-t', flow ? `in ${flow}$` : 'in provider$|random story'],
    globSync('test/machines/*.test.ts').filter((path) => !/explored|captchaSequences/.test(path)),
  ]
}

const folder = mkdtempSync(join(tmpdir(), 'mutation-'))
const mutated = join(folder, 'machine.ts')
let killed = 0
const survivors: string[] = []

try {
  const mutants = globSync('machines/*/*.ts')
    .toSorted()
    .filter((path) => path.includes(part))
    .flatMap((path) => mutantsOf(readFileSync(path, 'utf8')).map((mutant) => ({ path, mutant })))
  const chosen = mutants.filter((_, index) => index % Number(every) === 0)
  console.log(`${chosen.length} of ${mutants.length} mutants`)
  for (const { path, mutant } of chosen) {
    const source = readFileSync(path, 'utf8')
    writeFileSync(mutated, applyMutant(source, mutant))
    const env = { ...process.env, MUTATED: resolve(path), MUTANT: mutated }
    const args = ['vitest', 'run', '--config', 'test/vitest.config.ts', '--project', 'machines']
    const isKilled = testsOf(basename(path, '.ts')).some(
      (tests) =>
        spawnSync('npx', [...args, '--bail', '1', ...tests], { env, timeout: 600_000 }).status !==
        0,
    )
    const text = source.slice(mutant.start, mutant.end).replace(/\s+/g, ' ').slice(0, 60)
    const name = `${path}:${mutant.line}: ${mutant.kind}: ${text}`
    console.log(`${isKilled ? 'killed  ' : 'survived'} ${name}`)
    if (isKilled) killed++
    else survivors.push(name)
  }
} finally {
  rmSync(folder, { recursive: true })
}

const count = killed + survivors.length
console.log(`\n${killed} of ${count} killed: ${((100 * killed) / count).toFixed(1)} %`)
for (const name of survivors) console.log(`survived ${name}`)
