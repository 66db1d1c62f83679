import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AnyStateMachine } from 'xstate'
import { getUser } from '../../services/endpoints.ts'
import {
  account,
  captcha,
  consent,
  elevation,
  gatedEdit,
  provider,
  request,
  resetPassword,
  session,
  signIn,
  signOut,
  tokens,
  upgrade,
  verification,
} from '../client/index.ts'
import { chartOf } from '../inspect/charts/chart.ts'
import { configOf } from '../inspect/charts/config.ts'
import { layOutConfig } from '../inspect/charts/elk.ts'
import type { Layout } from '../inspect/charts/layout.ts'
import { mermaidOf } from '../inspect/charts/mermaid.ts'
import { svgOf } from '../inspect/charts/svg.ts'
import { outlineOf } from '../inspect/charts/text.ts'
import { readArguments } from './arguments.ts'
import { UsageError } from './errors.ts'
import { hasOwn } from '../../services/record.ts'

/** The machines of the package by name. */
const machines: Record<string, AnyStateMachine> = {
  signIn,
  resetPassword,
  provider,
  upgrade,
  account,
  verification,
  elevation,
  gatedEdit,
  consent,
  session,
  request: request(getUser),
  captcha,
  tokens,
  signOut,
}

const help = `Usage: cloudbase-authflow diagram <flow> [options]

Prints the chart of a state machine.

  <flow>       ${Object.keys(machines).slice(0, 7).join(', ')},
               ${Object.keys(machines).slice(7).join(', ')},
               or file.js#export for a machine of your own

Options:
  --as FORMAT  svg, mermaid or text (default text); svg of a machine of your own needs
               the package elkjs
  --out FILE   write to a file
  -h, --help   show this text

Example:
  cloudbase-authflow diagram src/naming.ts#naming --as svg --out naming.svg
`

/** Prints the chart of a machine. */
export async function diagram(args: string[]): Promise<void> {
  const options = { as: { type: 'string' }, out: { type: 'string' } } as const
  const given = readArguments(args, options, help)
  if (!given) return
  const [flow, ...others] = given.positionals
  if (flow === undefined || others.length > 0) throw new UsageError('diagram takes one flow')
  const { as = 'text', out } = given.values
  const format = formats[as as string]
  if (!format) throw new UsageError(`--as must be svg, mermaid or text, not ${as}`)
  const text = await format(await findMachine(flow), flow)
  if (typeof out === 'string') await writeFile(out, text)
  else process.stdout.write(text)
}

const chart = (machine: AnyStateMachine) => chartOf(configOf(machine.root))

const formats: Record<string, (machine: AnyStateMachine, flow: string) => Promise<string>> = {
  mermaid: async (machine) => `${mermaidOf(chart(machine))}\n`,
  text: async (machine) => `${outlineOf(chart(machine))}\n`,
  async svg(machine, flow) {
    const layout = hasOwn(machines, flow)
      ? (await shippedLayouts())[flow]!
      : await layOutConfig(configOf(machine.root))
    return svgOf(machine.id, layout, `The state chart of ${machine.id}`)
  },
}

async function shippedLayouts(): Promise<Record<string, Layout>> {
  const file = new URL('../inspect/page/layouts.json', import.meta.url)
  return JSON.parse(await readFile(file, 'utf8')) as Record<string, Layout>
}

async function findMachine(flow: string): Promise<AnyStateMachine> {
  if (hasOwn(machines, flow)) return machines[flow]!
  const [file = '', name] = flow.split('#')
  if (!/\.\w+$/.test(file)) {
    const names = Object.keys(machines).join(', ')
    throw new Error(`there is no flow "${flow}": name one of ${names}, or a file: file.js#export`)
  }
  const module = (await import(pathToFileURL(resolve(file)).href).catch((error: Error) => {
    throw new Error(`${file} cannot be loaded: ${error.message}`)
  })) as Record<string, unknown>
  const found = Object.entries(module).filter(([, value]) => isMachine(value))
  const [only] = name === undefined ? found : found.filter(([key]) => key === name)
  if (only && (name !== undefined || found.length === 1)) return only[1] as AnyStateMachine
  const exported = found.map(([key]) => key).join(', ') || 'none'
  throw new Error(
    name === undefined
      ? `say which machine of ${file}: file#export; it exports ${exported}`
      : `${file} exports no state machine "${name}"; it exports ${exported}`,
  )
}

const isMachine = (value: unknown) =>
  typeof value === 'object' && value !== null && 'root' in value && 'implementations' in value
