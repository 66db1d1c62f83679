import { globSync, readFileSync } from 'node:fs'
import { parseSync, Visitor } from 'vite'
import { expect, test } from 'vitest'
import { notShown } from '../browser/pages/faults/notShown.ts'

interface Row {
  title: string
  /** Names of the tests that show the fault, and of those that hold ours. */
  official: string[]
  ours: string[]
}

const page = readFileSync('docs/faults.md', 'utf8')

/** The rows of the page, by their numbers. */
function written(): Map<number, Row> {
  const names = (cell: string) => [...cell.matchAll(/“([^”]+)”/g)].map(([, name]) => name!)
  const lines = page.split('\n').filter((line) => /^\| *\d+ *\|/.test(line))
  const rows = lines.map((line): [number, Row] => {
    const [number, client, official, , ours] = line.split('|').slice(1)
    const title = /\*\*(.*)\.\*\*/.exec(client!)![1]!
    return [Number(number), { title, official: names(official!), ours: names(ours!) }]
  })
  return new Map(rows)
}

/** The same as the tests themselves say it. */
function tested(): Map<number, Row> {
  const rows = new Map<number, Row>()
  const files = globSync('test/{adapters,browser}/faults*.test.ts').toSorted()
  for (const call of files.flatMap(callsOf).toSorted((a, b) => a.order - b.order)) {
    const [, number, title] = /^(\d+)\. (.*)$/.exec(call.row) ?? []
    if (!title) continue
    const row = rows.get(Number(number)) ?? { title, official: [], ours: [] }
    rows.set(Number(number), row)
    if (title !== row.title) throw new Error(`fault ${number} is called “${title}” as well`)
    const [, client, version, name] = /^(official|ours|compat)(?:, ([\d.]+))?: (.*)$/.exec(
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

/** Every test of a file. Those in Chromium come first. */
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

const inPage = written()
const inTests = tested()
const numbers = Array.from({ length: 23 }, (_, index) => index + 1)

test.each(numbers)('docs/faults.md tells of fault %i what its tests say', (number) => {
  const sorted = ({ title, official, ours }: Row) => [title, official.toSorted(), ours.toSorted()]
  expect(sorted(inPage.get(number)!)).toEqual(sorted(inTests.get(number)!))
})

test('every fault is shown, or it is said why not, and ours is held', () => {
  expect([...inTests.keys()].toSorted((a, b) => a - b)).toEqual(numbers)
  for (const [number, { official, ours }] of inTests) {
    const isTold = notShown.some(({ row }) => row === number)
    expect(official.length > 0 || isTold, `fault ${number}`).toBe(true)
    expect(ours.length, `fault ${number}`).toBeGreaterThan(0)
  }
})

test('docs/faults.md says what no test shows, and why', () => {
  const [, section] = /^## What no test shows\n([^#]*)/m.exec(page)!
  const lines = section!.trim().replace(/\n +/g, ' ').split('\n')
  const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1)
  const expected = notShown.map(
    ({ row, what, why }) => `- ${row}: ${capital(what)}. ${capital(why)}.`,
  )
  expect(lines).toEqual(expected)
})
