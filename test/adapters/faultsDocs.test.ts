import { globSync, readFileSync } from 'node:fs'
import { parseSync, Visitor } from 'vite'
import { expect, test } from 'vitest'
import { notShown } from '../browser/pages/faults/notShown.ts'

interface Row {
  title: string
  /** The names of the tests that show the fault, and of those that show its absence here. */
  official: string[]
  ours: string[]
}

const page = readFileSync('docs/faults.md', 'utf8')

/** Returns the rows of the page, by their numbers. */
function readPage(): Map<number, Row> {
  const names = (cell: string) => [...cell.matchAll(/“([^”]+)”/g)].map(([, name]) => name!)
  const lines = page.split('\n').filter((line) => /^\| *\d+ *\|/.test(line))
  const rows = lines.map((line): [number, Row] => {
    const [number, client, official, , ours] = line.split('|').slice(1)
    const title = /\*\*(.*)\.\*\*/.exec(client!)![1]!
    return [Number(number), { title, official: names(official!), ours: names(ours!) }]
  })
  return new Map(rows)
}

/** Returns the same rows from the titles of the tests. */
function readTests(): Map<number, Row> {
  const rows = new Map<number, Row>()
  const files = globSync('test/{adapters,browser}/faults*.test.ts').toSorted()
  for (const call of files.flatMap(callsOf).toSorted((a, b) => a.order - b.order)) {
    const [, number, title] = /^(\d+)\. (.*)$/.exec(call.row) ?? []
    if (!title) continue
    const row = rows.get(Number(number)) ?? { title, official: [], ours: [] }
    rows.set(Number(number), row)
    if (title !== row.title) throw new Error(`fault ${number} is titled “${title}” as well`)
    const [, client, version, name] = /^(official|createAuth|compat)(?:, ([\d.]+))?: (.*)$/.exec(
      call.name,
    )!
    if (client === 'official') row.official.push(version ? `${name} (${version})` : name!)
    else row.ours.push(client === 'compat' ? `compat: ${name}` : name!)
  }
  return rows
}

interface Call {
  /** The title of the `describe` around it. */
  row: string
  name: string
  order: number
}

/** Returns every test of a file. Those in Chromium come first. */
function callsOf(file: string): Call[] {
  const calls: Call[] = []
  const rows: string[] = []
  const offset = file.includes('browser') ? 0 : 1e9
  const titleOf = ({ arguments: [title] }: { arguments: readonly unknown[] }) =>
    (title as { value?: unknown }).value
  const isCall = (node: { callee: unknown }, name: string) =>
    (node.callee as { name?: string }).name === name
  new Visitor({
    CallExpression(node) {
      if (isCall(node, 'describe')) rows.push(titleOf(node) as string)
      if (isCall(node, 'test') && rows.length > 0) {
        const name = titleOf(node) as string
        calls.push({ row: rows.at(-1)!, name, order: offset + node.start })
      }
    },
    'CallExpression:exit'(node) {
      if (isCall(node, 'describe')) rows.pop()
    },
  }).visit(parseSync(file, readFileSync(file, 'utf8')).program)
  return calls
}

const inPage = readPage()
const inTests = readTests()
const numbers = Array.from({ length: 23 }, (_, index) => index + 1)

test.each(numbers)('docs/faults.md: row %i agrees with the titles of its tests', (number) => {
  const sorted = ({ title, official, ours }: Row) => [title, official.toSorted(), ours.toSorted()]
  expect(sorted(inPage.get(number)!)).toEqual(sorted(inTests.get(number)!))
})

test('faults: every fault has a test that shows it, or a reason, and a test of its absence here', () => {
  expect([...inTests.keys()].toSorted((a, b) => a - b)).toEqual(numbers)
  for (const [number, { official, ours }] of inTests) {
    const isExplained = notShown.some(({ row }) => row === number)
    expect(official.length > 0 || isExplained, `fault ${number}`).toBe(true)
    expect(ours.length, `fault ${number}`).toBeGreaterThan(0)
  }
})

test('docs/faults.md: the faults without a test are listed with their reasons', () => {
  const [, section] = /^## Faults without a test\n([^#]*)/m.exec(page)!
  const lines = section!.trim().replace(/\n +/g, ' ').split('\n')
  const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1)
  const expected = notShown.map(
    ({ row, what, why }) => `- ${row}: ${capital(what)}. ${capital(why)}.`,
  )
  expect(lines).toEqual(expected)
})
