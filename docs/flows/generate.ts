/** Generates the chart of every machine: `npm run charts`. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import elkjs from 'elkjs/lib/elk.bundled.js'
import { chartOf } from '../../adapters/inspect/charts/chart.ts'
import { configOf } from '../../adapters/inspect/charts/config.ts'
import { layOut } from '../../adapters/inspect/charts/layout.ts'
import { svgOf } from '../../adapters/inspect/charts/svg.ts'
import { machines } from './machines.ts'
import { altTextOf, indexPage, pageOf } from './page.ts'

const elk = new elkjs.default()

/** Returns the text of every generated file by its name in this folder. */
export async function generateFiles(): Promise<Map<string, string>> {
  const files = new Map([['README.md', indexPage()]])
  for (const [name, machine] of Object.entries(machines)) {
    const chart = chartOf(configOf(machine.root))
    files.set(`${name}.md`, pageOf(name, chart))
    files.set(`${name}.svg`, svgOf(name, await layOut(chart, elk), altTextOf(chart)))
  }
  return files
}

/** Where the layouts are that the inspector page draws. */
export const layoutsFile = 'adapters/inspect/page/layouts.json'

/** Returns the layout of every machine as JSON, one machine on each line. */
export async function generateLayouts(): Promise<string> {
  const lines = Object.entries(machines).map(async ([name, machine]) => {
    const layout = await layOut(chartOf(configOf(machine.root)), elk)
    return `${JSON.stringify(name)}:${JSON.stringify(layout)}`
  })
  return `{\n${(await Promise.all(lines)).join(',\n')}\n}\n`
}

const folder = new URL('.', import.meta.url)

/** Lists the generated files that are in this folder. */
export const listFiles = (): string[] =>
  readdirSync(folder).filter((file) => /\.(md|svg)$/.test(file))

if (import.meta.main) {
  const files = await generateFiles()
  for (const file of listFiles().filter((file) => !files.has(file))) rmSync(new URL(file, folder))
  for (const [file, text] of files) writeFileSync(new URL(file, folder), text)
  writeFileSync(new URL(`../../${layoutsFile}`, import.meta.url), await generateLayouts())
  console.log(`${files.size} files in docs/flows`)
}
