/** Generates the chart of every machine: `npm run charts`. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { chartOf } from './chart.ts'
import { layOut } from './layout.ts'
import { machines } from './machines.ts'
import { altTextOf, indexPage, pageOf } from './page.ts'
import { svgOf } from './svg.ts'

/** Returns the text of every generated file by its name in this folder. */
export async function generateFiles(): Promise<Map<string, string>> {
  const files = new Map([['README.md', indexPage()]])
  for (const [name, machine] of Object.entries(machines)) {
    const chart = chartOf(machine)
    files.set(`${name}.md`, pageOf(name, chart))
    files.set(`${name}.svg`, svgOf(name, await layOut(chart), altTextOf(chart)))
  }
  return files
}

const folder = new URL('.', import.meta.url)

/** Lists the generated files that are in this folder. */
export const listFiles = (): string[] =>
  readdirSync(folder).filter((file) => /\.(md|svg)$/.test(file))

if (import.meta.main) {
  const files = await generateFiles()
  for (const file of listFiles().filter((file) => !files.has(file))) rmSync(new URL(file, folder))
  for (const [file, text] of files) writeFileSync(new URL(file, folder), text)
  console.log(`${files.size} files in docs/flows`)
}
