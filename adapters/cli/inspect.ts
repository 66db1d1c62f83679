import { html } from '../inspect/page/html.ts'
import { readArguments } from './arguments.ts'
import { UsageError } from './errors.ts'
import { loadTrace } from './replay.ts'
import { serveInspector } from './server.ts'

const help = `Usage: cloudbase-authflow inspect [trace.json] [options]

Serves the inspector on this machine. With a trace it opens that; clients connect by

  import { socket } from 'cloudbase-authflow/inspect'
  createAuth({ …, inspect: socket('ws://…') })

with an address that this command prints. Each address is good for one connection, and a new
one is printed after each.

Options:
  --port N     port to listen on (default 4872; 0 takes any free port)
  -h, --help   show this text
`

/** Serves the inspector until it is stopped. */
export async function inspect(args: string[]): Promise<void> {
  const given = readArguments(args, { port: { type: 'string' } }, help)
  if (!given) return
  const { port: text = '4872' } = given.values as { port?: string }
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN
  if (!(port <= 65_535)) throw new UsageError('--port must be a number from 0 to 65535')
  const [file, ...others] = given.positionals
  if (others.length > 0) throw new UsageError('inspect takes at most one trace')
  const trace = file === undefined ? undefined : await loadTrace(file)
  const print = (line: string) => process.stdout.write(`${line}\n`)
  const server = await serveInspector({
    html,
    port,
    ...(trace && { trace }),
    onAddress: (address) => print(`A client has connected. The next one: ${address}`),
  })
  print(`authflow inspector: ${server.url}`)
  print(`  a client connects to ${server.address()}`)
  const stop = () => void server.close()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}
