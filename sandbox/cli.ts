#!/usr/bin/env node
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type CloudFunction, createSandbox, type Listener, type Sandbox } from './index.ts'

const help = `Usage: cloudbase-authflow-sandbox [options]

A CloudBase-compatible auth server for development, demos and tests.

Options:
  --port N      port to listen on (default 8787; 0 takes any free port)
  --host HOST   address to listen on (default 127.0.0.1); the control API is
                off on any address that is not a loopback address
  --name NAME   host name other machines reach it under; may be repeated.
                Requests under unknown names are refused
  --state FILE  load users, sessions, documents, files, keys and settings from
                FILE, and save them there after every change
  --functions FILE
                a module that exports the cloud functions by their names
  -h, --help    show this text

Example:
  cloudbase-authflow-sandbox --port 4871 --state .sandbox/state.json
`

const saveDelayMs = 200

interface Settings {
  port: number
  host: string
  names: string[]
  state: string | undefined
  functions: string | undefined
}

/** Reads the command line. Returns `undefined` when help was requested. */
function readArguments(): Settings | undefined {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8787' },
      host: { type: 'string', default: '127.0.0.1' },
      name: { type: 'string', multiple: true, default: [] },
      state: { type: 'string' },
      functions: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : NaN
  if (!(port <= 65_535)) throw new Error('--port must be a number from 0 to 65535')
  return {
    port,
    host: values.host,
    names: values.name,
    state: values.state,
    functions: values.functions,
  }
}

/** Saves `saveDelayMs` after a change, or at once on `flush`. Saves never overlap. */
function createSaver(save: () => Promise<void>): { onChange(): void; flush(): Promise<void> } {
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
    onChange: () => void (timer ??= setTimeout(() => void flush(), saveDelayMs)),
    flush,
  }
}

/** Loads the functions of a module. */
function loadFunctions(file: string): Record<string, CloudFunction> {
  const module = createRequire(import.meta.url)(resolve(file)) as Record<string, unknown>
  const functions = Object.entries(module).filter(([, value]) => typeof value === 'function')
  return Object.fromEntries(functions) as Record<string, CloudFunction>
}

async function load(sandbox: Sandbox, file: string): Promise<void> {
  const loaded = await sandbox.load(file)
  if (loaded.outcome !== 'damaged') return
  process.stderr.write(
    `The state file ${file} is damaged; starting fresh. It was kept as ${loaded.keptAs}\n`,
  )
}

function printAddress({ url }: Listener, isLocal: boolean): void {
  const lines = isLocal
    ? [`  delivered codes: ${url}/__sandbox/inbox`, `  requests so far: ${url}/__sandbox/requests`]
    : ['  Other machines can reach it; the control API is off.']
  process.stdout.write([`CloudBase auth sandbox: ${url}`, ...lines, ''].join('\n'))
}

async function run({ port, host, names, state, functions }: Settings): Promise<void> {
  const save = async (): Promise<void> => {
    if (state !== undefined) await sandbox.save(state)
  }
  const saver = createSaver(save)
  const loaded = functions === undefined ? {} : loadFunctions(functions)
  const sandbox = createSandbox({ onChange: saver.onChange, functions: loaded })
  if (state !== undefined) await load(sandbox, state)
  const listener = await sandbox.listen({ port, host, names })
  printAddress(listener, ['127.0.0.1', 'localhost', '::1'].includes(host))
  const stop = async (): Promise<void> => {
    await listener.close()
    await saver.flush()
    process.exit(0)
  }
  process.once('SIGINT', () => void stop())
  process.once('SIGTERM', () => void stop())
}

function printError(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`cloudbase-authflow-sandbox: ${message} (see --help)\n`)
  process.exitCode = 1
}

try {
  const settings = readArguments()
  if (settings) await run(settings)
  else process.stdout.write(help)
} catch (error) {
  printError(error)
}
