/**
 * Measures how many mutants of the machines the tests notice, and prints those that they do not:
 *
 *     npm run test:mutation -- [PART_OF_A_NAME …] [--sample PERCENT] [--seed N] [--minutes N] [--lanes N] [--quick] [--fresh] [--write]
 *
 * A name is `machines/flows/signIn.ts:120 target changed`. The sample is drawn for each machine and
 * tried in a random order, so that a run that ends early has tried a smaller sample. What a test has
 * noticed is not tried again until the machine or that test changes, and a survivor not until a test
 * changes, unless the run is `--fresh`.
 * `--write` writes `docs/mutation.md`.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { equivalents } from './equivalent.ts'
import type { Killer, Report, Trial } from './lane.ts'
import { applyMutant, type Mutant, mutantsOf } from './mutants.ts'

/** The percentage of mutants that must be noticed. */
const GOAL = 85
/** A lane in which no test ends for so long is in a loop. No test runs half as long. */
const STALL_MS = 180_000

const { values: options, positionals: parts } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '60' },
    lanes: { type: 'string', default: '2' },
    /** Leaves out the tests that take long: the score is lower than it is. */
    quick: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})

interface Candidate extends Mutant {
  path: string
  source: string
  /** What the mutant replaces, with single spaces. */
  original: string
  name: string
}

type Outcome = 'killed' | 'timeout' | 'survived' | 'equivalent'

function candidatesIn(path: string): Candidate[] {
  const source = readFileSync(path, 'utf8')
  return mutantsOf(source).map((mutant) => {
    const { kind, line, start, end } = mutant
    const original = source.slice(start, end).replace(/\s+/g, ' ')
    return { ...mutant, path, source, original, name: `${path}:${line} ${kind}` }
  })
}

const rankOf = ({ name, start, text }: Candidate) =>
  hash(`${options.seed} ${name} ${start} ${text}`)
const hash = (...texts: string[]) => createHash('sha256').update(texts.join('\n')).digest('hex')
const byRank = (a: Candidate, b: Candidate) => (rankOf(a) < rankOf(b) ? -1 : 1)

/** Draws the same sample in every run with the same seed, as long as the sources are the same. */
const drawn = (candidates: Candidate[]) =>
  candidates
    .toSorted(byRank)
    .slice(0, Math.ceil((candidates.length * Number(options.sample)) / 100))

const machineTests = globSync('test/machines/*.test.ts').toSorted()
const SLOW = /\/(calls|captchaSequences|refresh|secrets)\.|\/explored/
const slow = machineTests.filter((path) => SLOW.test(path) && !path.includes('explored'))

/** The flow in whose exploration a part runs; the rest of `machines/core` runs in all of them. */
const flowOf: Record<string, string> = {
  verification: 'resetPassword',
  consent: 'provider',
  elevation: 'account',
  gatedEdit: 'account',
}
const explorable = new Set(['account', 'provider', 'resetPassword', 'signIn', 'upgrade'])

/** The quick tests of each machine, those that noticed its last mutants first. */
const quickTests = new Map<string, string[]>()

function quickTestsOf(machine: string): string[] {
  const known = quickTests.get(machine)
  if (known) return known
  // A short file is a quick one, more or less.
  const quick = machineTests
    .filter((path) => !SLOW.test(path))
    .toSorted((a, b) => statSync(a).size - statSync(b).size)
  // The stories notice the most, in a second.
  const stories = 'test/machines/stories.test.ts'
  const isOwn = (path: string) => path.toLowerCase().includes(machine.toLowerCase())
  const tests = [...new Set([stories, ...quick.filter(isOwn), ...quick])]
  quickTests.set(machine, tests)
  return tests
}

/** What is run on a mutant, the cheapest first; the first failure ends it. */
function* trialsOf(machine: string): Generator<Pick<Trial, 'tests' | 'titles'>> {
  yield { tests: quickTestsOf(machine) }
  if (options.quick) return
  yield { tests: slow }
  const flow = explorable.has(machine) ? machine : flowOf[machine]
  // The longest explorations are about `request`, `captcha` and `tokens` again.
  const titles = flow
    ? `with (?!.*refused calls|a call of|two calls).* in ${flow}$`
    : 'captchas that are|a popup and two failures|random story'
  yield { tests: globSync('test/machines/explored*.test.ts'), titles }
}

function rememberKiller(machine: string, { path }: Killer) {
  const tests = quickTestsOf(machine)
  if (tests.includes(path)) quickTests.set(machine, [path, ...tests.filter((it) => it !== path)])
}

const CACHE = 'node_modules/.cache/mutation.json'
/** What has become of mutants in earlier runs. */
const known = new Map<string, Outcome>(
  options.fresh || !existsSync(CACHE)
    ? []
    : (JSON.parse(readFileSync(CACHE, 'utf8')) as [string, Outcome][]),
)
const texts = new Map(
  globSync('test/machines/*').map((path) => [path, readFileSync(path, 'utf8')] as const),
)
/** Names a mutant and tests as they were when the run began. */
const keyOf = ({ source, start, text }: Candidate, tests: string) =>
  hash(source, String(start), text, tests)
const keyOfAll = (candidate: Candidate) =>
  keyOf(candidate, [...texts.values(), String(options.quick)].join('\n'))

const outcomeOf = (candidate: Candidate): Outcome | undefined =>
  [keyOfAll(candidate), ...machineTests.map((path) => keyOf(candidate, texts.get(path)!))]
    .map((key) => known.get(key))
    .find((outcome) => outcome)

function remember(candidate: Candidate, outcome: Outcome, killer?: string) {
  known.set(killer ? keyOf(candidate, texts.get(killer)!) : keyOfAll(candidate), outcome)
  mkdirSync(dirname(CACHE), { recursive: true })
  writeFileSync(CACHE, JSON.stringify([...known]))
}

const deadline = Date.now() + Number(options.minutes) * 60_000
const folder = mkdtempSync(join(tmpdir(), 'mutation-'))
const outcomes = new Map<Candidate, Outcome>()

/** Opens a process that runs tests, and waits until it can. */
async function openLane(): Promise<ChildProcess> {
  const lane = fork(join(import.meta.dirname, 'lane.ts'), {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  await new Promise((resolve) => lane.once('message', resolve))
  return lane
}

/** @returns the test that failed, undefined for none, or `stalled` */
function attempt(lane: ChildProcess, trial: Trial): Promise<Killer | undefined | 'stalled'> {
  return new Promise((resolve) => {
    const end = (killer: Killer | undefined | 'stalled') => {
      lane.removeAllListeners()
      clearTimeout(timer)
      resolve(killer)
    }
    const timer = setTimeout(() => end('stalled'), STALL_MS)
    lane.on('message', (report: Report) => {
      timer.refresh()
      if (report.type === 'verdict') end(report.killer)
    })
    lane.once('exit', () => end('stalled'))
    lane.send(trial)
  })
}

/** Tries candidates until none is left. */
async function work(queue: Candidate[], number: number) {
  const mutant = join(folder, `${number}.ts`)
  let lane = await openLane()
  for (let next = queue.shift(); next && Date.now() < deadline; next = queue.shift()) {
    const { path, source, name, original } = next
    const machine = basename(path, '.ts')
    const started = Date.now()
    writeFileSync(mutant, applyMutant(source, next))
    let outcome: Outcome = 'survived'
    let by = ''
    let killedBy: string | undefined
    for (const { tests, titles } of trialsOf(machine)) {
      const killer = await attempt(lane, { path, mutant, tests, titles })
      if (!killer) continue
      outcome = killer === 'stalled' || killer.isLate ? 'timeout' : 'killed'
      if (killer === 'stalled') {
        lane.kill('SIGKILL')
        lane = await openLane()
      } else {
        rememberKiller(machine, killer)
        killedBy = killer.path
        by = ` by ${basename(killer.path)}: ${killer.title}`
      }
      break
    }
    outcomes.set(next, outcome)
    remember(next, outcome, killedBy)
    const seconds = Math.round((Date.now() - started) / 1000)
    console.log(`${outcome} in ${seconds} s: ${name}: ${original.slice(0, 70)}${by.slice(0, 120)}`)
  }
  lane.kill()
}

const isEquivalent = ({ path, kind, original, source, line }: Candidate) =>
  equivalents.some(
    (it) =>
      it.path === path &&
      it.kind === kind &&
      it.text === original &&
      it.line === source.split('\n')[line - 1]!.trim(),
  )

const all = globSync('machines/*/*.ts').toSorted().map(candidatesIn)
const sample = all
  .flatMap(drawn)
  .filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)))
console.log(`${sample.length} of ${all.flat().length} mutants, seed ${options.seed}`)
for (const candidate of sample)
  if (isEquivalent(candidate)) outcomes.set(candidate, 'equivalent')
  else {
    const outcome = outcomeOf(candidate)
    if (outcome) outcomes.set(candidate, outcome)
  }
const queue = sample.filter((candidate) => !outcomes.has(candidate)).toSorted(byRank)
try {
  await Promise.all(Array.from({ length: Number(options.lanes) }, (_, it) => work(queue, it)))
} finally {
  rmSync(folder, { recursive: true })
}

function scoreOf(candidates: Candidate[]) {
  const count = (outcome: Outcome) =>
    candidates.filter((candidate) => outcomes.get(candidate) === outcome).length
  const [killed, timeouts] = [count('killed'), count('timeout')]
  const [survived, equivalent] = [count('survived'), count('equivalent')]
  const percent = (100 * (killed + timeouts)) / (candidates.length - equivalent)
  return { killed, timeouts, survived, equivalent, percent: Number(percent.toFixed(1)) }
}

const tried = [...outcomes.keys()]
const machines = [...new Set(tried.map(({ path }) => basename(path, '.ts')))].toSorted()
const scores = machines.map(
  (machine) =>
    [machine, scoreOf(tried.filter(({ path }) => basename(path, '.ts') === machine))] as const,
)
console.table(Object.fromEntries(scores))
const survivors = tried.filter((candidate) => outcomes.get(candidate) === 'survived')
for (const { name, original, text } of survivors)
  console.log(`survived ${name}: ${original} → ${text}`)
const total = scoreOf(tried)
console.log(`${tried.length} mutants tried, mutation score ${total.percent} %, goal ${GOAL} %`)
process.exitCode = total.percent >= GOAL ? 0 : 1

const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``
const cells = ({ killed, timeouts, survived, equivalent, percent }: typeof total) =>
  `${killed} | ${timeouts} | ${survived} | ${equivalent} | ${percent} % |`
const page = [
  '# Mutation score of the machines',
  '',
  'Written by `npm run test:mutation -- --write`. Do not edit it.',
  '',
  'A mutant is a machine with one change in its source: a guard that always holds, an edge to another',
  'state, an action left out. The tests of `test/machines` are run on it. A mutant that no test notices',
  'shows what is not tested. The snapshots of charts and steps, which notice every change, are left out.',
  '',
  `${tried.length} of ${all.flat().length} mutants were tried, drawn at random with seed ${options.seed}.`,
  `The tests noticed **${total.percent} %**; the goal is ${GOAL} %.`,
  ...(options.quick
    ? ['The tests that take long were left out, so that the score is at least that.']
    : []),
  '',
  '| machine | noticed | never ended | survived | equivalent | score |',
  '| --- | --: | --: | --: | --: | --: |',
  ...scores.map(([machine, score]) => `| ${machine} | ${cells(score)}`),
  `| all | ${cells(total)}`,
  '',
  '## Survivors',
  '',
  ...survivors.map(
    ({ name, original, text }) => `- ${code(name)}: ${code(original)} becomes ${code(text)}`,
  ),
  '',
  '## Equivalent mutants',
  '',
  'They change nothing that a user or an app can notice, and do not count.',
  '',
  ...equivalents.map(
    ({ path, line, kind, text, reason }) =>
      `- ${code(path)}, ${code(line)}: ${kind}, ${code(text)}. ${reason}`,
  ),
]
if (options.write) writeFileSync('docs/mutation.md', page.join('\n') + '\n')
