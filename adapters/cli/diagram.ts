import { readFile, writeFile } from 'node:fs/promises'
import type { AnyStateMachine } from 'xstate'
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
import { findExport, isMachine, machines } from './machines.ts'

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
  const { value: machine } = await findExport(flow, isMachine, 'state machine')
  const text = await format(machine, flow)
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
