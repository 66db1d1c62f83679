import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { actorsAt, plain, type Row, rowsOf } from '../inspect/fold.ts'
import { readTrace, type Trace } from '../inspect/trace.ts'
import { rerun, storyOf } from '../testing/index.ts'
import { readArguments } from './arguments.ts'
import { UsageError } from './errors.ts'
import { regressionTest } from './generated/regression.ts'
import { findModel } from './models.ts'
import { last } from '../../services/lists.ts'

const help = `Usage: cloudbase-authflow replay <trace.json> [options]

Prints what happened in a saved trace: what the app sent, what the server answered, and the
step after each. A trace contains no secrets.

With --flow it also runs again on the flow as it is now, and exits with 1 when something does not
hold that must, or when the flow goes another way than was recorded. With --test it becomes a test,
which fails as long as the fault is there.

Options:
  --all        also print the events between the machines
  --flow FLOW  signIn, resetPassword, …, or file.js#export of a flow or a model
  --save FILE  with --flow: save the story, for rerun(…)
  --test FILE  with --flow: write a test of it
  --for RUNNER vitest or node, with --test. Default: vitest
  -h, --help   show this text
`

/** Prints a trace. */
export async function replay(args: string[]): Promise<void> {
  const options = {
    all: { type: 'boolean' },
    flow: { type: 'string' },
    save: { type: 'string' },
    test: { type: 'string' },
    for: { type: 'string' },
  } as const
  const given = readArguments(args, options, help)
  if (!given) return
  const [file, ...others] = given.positionals
  if (file === undefined || others.length > 0) throw new UsageError('replay takes one trace')
  const trace = await loadTrace(file)
  process.stdout.write(`${linesOf(trace, given.values['all'] === true).join('\n')}\n`)
  const { flow, save, test, for: runner = 'vitest' } = given.values
  if (runner !== 'vitest' && runner !== 'node') throw new UsageError('--for must be vitest or node')
  if (typeof flow === 'string') await runAgain(trace, { file, flow, save, test, runner })
  else if (save ?? test) throw new UsageError('--save and --test need --flow')
}

/** How a trace runs again, and what is written of it. */
interface RunOptions {
  /** The file of the trace. */
  file: string
  flow: string
  save: unknown
  test: unknown
  runner: 'vitest' | 'node'
}

/** Runs the story of a trace on a flow as it is now. */
async function runAgain(trace: Trace, { file, flow, save, test, runner }: RunOptions) {
  const { world, title, exported, isModel } = await findModel(flow, {})
  const { story, model: recorded, difference } = await storyOf(trace, world)
  const { violations } = await rerun(story.choices, recorded)
  if (typeof save === 'string') await writeFile(save, `${JSON.stringify(story)}\n`)
  const faults = violations.map(({ invariant, reason }) => `✗ ${invariant}: ${reason}`)
  const way = difference === undefined ? 'It goes as recorded.' : `✗ ${difference}`
  const lines = [way, ...faults]
  if (typeof test === 'string') {
    const command = `cloudbase-authflow replay ${basename(file)} --flow ${flow} --test ${basename(test)}`
    const module = runner === 'node' ? 'node:test' : runner
    const parts = { story, recorded, world, flow, title, exported, isModel, file: test, command }
    await writeFile(test, regressionTest({ ...parts, runner: module }))
    lines.push(
      `${test} ${faults.length > 0 ? 'fails now' : 'passes now: no invariant is violated'}`,
    )
  }
  process.stdout.write(`\n${lines.join('\n')}\n`)
  if (faults.length > 0) throw new Error('the flow has the fault that was recorded')
  if (difference !== undefined) throw new Error('the flow goes another way than was recorded')
}

/**
 * Reads a trace from a file.
 *
 * @throws Error that names the file and says what is wrong
 */
export async function loadTrace(file: string): Promise<Trace> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new Error(`${file} cannot be read: ${error.message}`)
  })
  try {
    return readTrace(text)
  } catch (thrown) {
    throw new Error(`${file}: ${(thrown as { description?: string }).description}`, {
      cause: thrown,
    })
  }
}

/** Returns a trace as lines of text. */
export function linesOf(
  { entries, startedAt, package: version }: Trace,
  isWhole: boolean,
): string[] {
  const rows = rowsOf(entries).filter(({ kind }) => isWhole || kind !== 'inner')
  const date = new Date(startedAt).toISOString().replace('T', ' ').slice(0, 19)
  const seconds = ((last(entries)?.at ?? 0) / 1000).toFixed(1)
  const head = `A trace of cloudbase-authflow ${version}, ${date} UTC, ${entries.length} entries in ${seconds} s`
  return [head, '', ...rows.map(lineOf), '', endOf({ entries })]
}

function lineOf({ at, kind, title, place, details }: Row): string {
  const time = (at / 1000).toFixed(2).padStart(8)
  const isApp = kind === 'app' || kind === 'ignored'
  const name = kind === 'view' ? `→ ${title}` : isApp ? title : `  ${title}`
  const rest = [kind === 'ignored' ? 'ignored: nothing takes it' : place, details]
  const notes = rest.filter(Boolean).join(' · ')
  const mark = kind === 'failure' ? '✗' : ' '
  return `${time} ${mark} ${notes ? name.padEnd(36) : name}${notes ? ` ${notes}` : ''}`.trimEnd()
}

/** Says where the trace ends. */
function endOf({ entries }: Pick<Trace, 'entries'>): string {
  const view = last(entries.filter((entry) => entry.type === 'view'))
  if (!view) return 'The trace ends before the client knew who is signed in.'
  const place =
    view.step === undefined ? view.status : `${view.flow} · ${view.step} (${view.status})`
  const error = view.error ? `, with the error ${plain(view.error)}` : ''
  const running = [...actorsAt(entries, entries.length - 1).values()].filter(
    ({ machine, status }) => machine === 'request' && status === 'active',
  )
  const calls = running.length > 0 ? `, while ${running.length} call(s) run` : ''
  return `It ends at ${place}${error}${calls}.`
}
