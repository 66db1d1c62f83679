#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { createSandbox, type Listener, type Sandbox } from './index.ts'

const help = `Usage: authflow sandbox [options]

A CloudBase-compatible auth server for development, demos and tests.

Options:
  --port N      port to listen on (default 8787, 0 takes any free one)
  --host HOST   address to listen on (default 127.0.0.1); on any other than a
                loopback address the control API is off
  --state FILE  keep users, sessions and the signing key in FILE
  --help        show this text
`

const saveDelayMs = 200

interface Settings {
  port: number
  host: string
  state: string | undefined
}

/** Reads the command line; `undefined` asks for help, a wrong one throws. */
function readArguments(): Settings | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '8787' },
      host: { type: 'string', default: '127.0.0.1' },
      state: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  if (positionals.join(' ') !== 'sandbox') throw new Error('The only command is: authflow sandbox')
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : NaN
  if (!(port <= 65_535)) throw new Error('--port must be a number from 0 to 65535')
  return { port, host: values.host, state: values.state }
}

/** Saves a while after a change, and at once when asked to; never twice at a time. */
function createSaver(save: () => Promise<void>): { changed(): void; flush(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  let saving = Promise.resolve()
  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    saving = saving.then(save).catch((error: Error) => {
      process.stderr.write(`The state could not be saved: ${error.message}\n`)
    })
    return saving
  }
  return {
    changed: () => void (timer ??= setTimeout(() => void flush(), saveDelayMs)),
    flush,
  }
}

async function load(sandbox: Sandbox, file: string): Promise<void> {
  const loaded = await sandbox.load(file)
  if (loaded.outcome !== 'damaged') return
  process.stderr.write(
    `The state file ${file} is damaged; starting fresh. It was kept as ${loaded.keptAs}\n`,
  )
}

function greet({ url }: Listener, isLocal: boolean): void {
  const lines = isLocal
    ? [`  delivered codes: ${url}/__sandbox/inbox`, `  requests so far: ${url}/__sandbox/requests`]
    : ['  Other machines can reach it; the control API is off.']
  process.stdout.write([`CloudBase auth sandbox: ${url}`, ...lines, ''].join('\n'))
}

async function run({ port, host, state }: Settings): Promise<void> {
  const save = async (): Promise<void> => {
    if (state !== undefined) await sandbox.save(state)
  }
  const saver = createSaver(save)
  const sandbox = createSandbox({ onChange: saver.changed })
  if (state !== undefined) await load(sandbox, state)
  const listener = await sandbox.listen({ port, host })
  greet(listener, ['127.0.0.1', 'localhost', '::1'].includes(host))
  const stop = async (): Promise<void> => {
    await listener.close()
    await saver.flush()
    process.exit(0)
  }
  process.once('SIGINT', () => void stop())
  process.once('SIGTERM', () => void stop())
}

try {
  const settings = readArguments()
  if (settings) await run(settings)
  else process.stdout.write(help)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
