/** Draws the chart of every machine: `npm run charts`. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { chartOf } from './chart.ts'
import { layOut } from './layout.ts'
import { machines } from './machines.ts'
import { aboutOf, indexPage, pageOf } from './page.ts'
import { svgOf } from './svg.ts'

/** What belongs into this folder, by file name. */
export async function charts(): Promise<Map<string, string>> {
  const files = new Map([['README.md', indexPage()]])
  for (const [name, machine] of Object.entries(machines)) {
    const chart = chartOf(machine)
    files.set(`${name}.md`, pageOf(name, chart))
    files.set(`${name}.svg`, svgOf(name, await layOut(chart), aboutOf(chart)))
  }
  return files
}

const here = new URL('.', import.meta.url)

/** What is in this folder of what is made. */
export const drawn = () => readdirSync(here).filter((file) => /\.(md|svg)$/.test(file))

if (import.meta.main) {
  const files = await charts()
  for (const file of drawn().filter((file) => !files.has(file))) rmSync(new URL(file, here))
  for (const [file, text] of files) writeFileSync(new URL(file, here), text)
  console.log(`${files.size} files in docs/flows`)
}
