import { readFile } from 'node:fs/promises'
import { actorsAt, plain, type Row, rowsOf } from '../inspect/fold.ts'
import { readTrace, type Trace } from '../inspect/trace.ts'
import { readArguments } from './arguments.ts'
import { UsageError } from './errors.ts'
import { last } from '../../services/lists.ts'

const help = `Usage: cloudbase-authflow replay <trace.json> [options]

Prints what happened in a saved trace: what the app sent, what the server answered, and the
step after each. A trace contains no secrets.

Options:
  --all        also print the events between the machines
  -h, --help   show this text
`

/** Prints a trace. */
export async function replay(args: string[]): Promise<void> {
  const given = readArguments(args, { all: { type: 'boolean' } }, help)
  if (!given) return
  const [file, ...others] = given.positionals
  if (file === undefined || others.length > 0) throw new UsageError('replay takes one trace')
  const trace = await loadTrace(file)
  process.stdout.write(`${storyOf(trace, given.values['all'] === true).join('\n')}\n`)
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
export function storyOf(
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
