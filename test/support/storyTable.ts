/** What users can do in which example: written down by the tests, printed after the last of them. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Makes the folder of the table before the first test; prints the table after the last. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'authflow-stories-'))
  process.env['STORY_TABLE'] = folder
  return () => {
    console.log(printTable(folder))
    rmSync(folder, { recursive: true })
  }
}

const write = (framework: string, mark: string, story: string) =>
  appendFileSync(join(process.env['STORY_TABLE']!, framework), `${mark} ${story}\n`)

/** Says which stories an example is to pass. */
export function planStories(framework: string, stories: string[]): void {
  for (const story of stories) write(framework, '✗', story)
}

/** Says that an example has passed a story. */
export const passStory = (framework: string, story: string): void => write(framework, '✓', story)

/** A Markdown table of the stories by the examples. The last line about a story counts. */
function printTable(folder: string): string {
  const frameworks = readdirSync(folder)
  const marks = new Map(
    frameworks.map((framework) => {
      const lines = readFileSync(join(folder, framework), 'utf8').trim().split('\n')
      return [framework, new Map(lines.map((line) => [line.slice(2), line[0]!]))]
    }),
  )
  const names = [...new Set([...marks.values()].flatMap((stories) => [...stories.keys()]))]
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [
    row(['a user …', ...frameworks]),
    row(['', ...frameworks].map(() => '---')),
    ...names.map((name) =>
      row([name, ...frameworks.map((framework) => marks.get(framework)!.get(name) ?? '–')]),
    ),
  ].join('\n')
}
