import { diagram } from './diagram.ts'
import { errorText, UsageError } from './errors.ts'
import { explore } from './explore.ts'
import { gallery } from './gallery.ts'
import { generate } from './generate.ts'
import { inspect } from './inspect.ts'
import { replay } from './replay.ts'
import { hasOwn } from '../../services/record.ts'

const help = `Usage: cloudbase-authflow <command> [options]

Commands:
  inspect [trace.json]     open the inspector on this machine, for a saved trace or for
                           clients that connect with socket(…)
  diagram <flow>           print the chart of a flow: signIn, resetPassword, … or
                           file.js#export for one of your own
  replay <trace.json>      print what happened in a saved trace, and make a test of it
  explore <flow>           check a flow in every state that it can get into
  generate <flow>          write tests of your app, for Playwright, Vitest or node:test
  gallery <flow>           take a picture of everything that a user of your app can see

Options:
  -h, --help               show this text, or that of a command

Example:
  npx cloudbase-authflow diagram signIn --as mermaid
`

const commands: Record<string, (args: string[]) => Promise<void>> = {
  inspect,
  diagram,
  replay,
  explore,
  generate,
  gallery,
}

/**
 * Runs the command line.
 *
 * @param args the arguments after the name of the program
 * @returns the exit code: 0, 1 when the command failed, 2 for wrong arguments
 */
export async function main(args: string[]): Promise<number> {
  const [name = '--help', ...rest] = args
  try {
    if (name === '--help' || name === '-h') process.stdout.write(help)
    else if (hasOwn(commands, name)) await commands[name]!(rest)
    else throw new UsageError(`there is no command "${name}"`)
    return 0
  } catch (thrown) {
    process.stderr.write(`cloudbase-authflow: ${errorText(thrown)}\n`)
    return thrown instanceof UsageError ? 2 : 1
  }
}
