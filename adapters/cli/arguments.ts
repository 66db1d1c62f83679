import { parseArgs } from 'node:util'
import { UsageError } from './errors.ts'

/** The options of a command: whether each takes a text. */
type Options = Record<string, { type: 'string' | 'boolean' }>

/** What was given on the command line. */
export interface Arguments {
  values: Record<string, string | boolean | undefined>
  positionals: string[]
}

/**
 * Reads the arguments of a command.
 *
 * @param options as for `parseArgs`, beside `--help`
 * @param help is printed for `--help`
 * @returns undefined when the help was printed
 * @throws UsageError for an unknown option
 */
export function readArguments(
  args: string[],
  options: Options,
  help: string,
): Arguments | undefined {
  const all = { ...options, help: { type: 'boolean', short: 'h' } } as const
  let given: Arguments
  try {
    given = parseArgs({ args, options: all, allowPositionals: true }) as Arguments
  } catch (thrown) {
    throw new UsageError((thrown as Error).message)
  }
  if (!given.values['help']) return given
  process.stdout.write(help)
  return undefined
}
