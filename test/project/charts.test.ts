import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path/posix'
import type { AnyStateNode } from 'xstate'
import { describe, expect, test } from 'vitest'
import { chartOf } from '../../docs/flows/chart.ts'
import { charts, drawn } from '../../docs/flows/generate.ts'
import { type Box, layOut } from '../../docs/flows/layout.ts'
import { machines } from '../../docs/flows/machines.ts'

const made = await charts()
const pages = [...made].filter(([file]) => file.endsWith('.md'))
const pictures = [...made].filter(([file]) => file.endsWith('.svg'))

const source = (file: string) => readFileSync(file, 'utf8')

test.each([...made.keys()])('docs/flows/%s is what its machine looks like', (file) => {
  const isSame = drawn().includes(file) && source(`docs/flows/${file}`) === made.get(file)
  expect(isSame, `docs/flows/${file} differs from the machines: npm run charts`).toBe(true)
})

test('there is nothing in docs/flows that no machine looks like', () => {
  expect(drawn().filter((file) => !made.has(file))).toEqual([])
})

test('every machine has its page', () => {
  const sources = globSync('machines/*.ts').filter((file) =>
    source(file).includes('createMachine('),
  )
  const names = sources.map((file) => basename(file, '.ts'))
  expect(names.length).toBeGreaterThan(0)
  expect(names.filter((name) => !made.has(`${name}.md`) || !made.has(`${name}.svg`))).toEqual([])
})

test('what is made twice is the same', async () => {
  expect(await charts()).toEqual(made)
})

describe('Mermaid', () => {
  const blocks = pages.flatMap(([file, text]) =>
    [...text.matchAll(/^```mermaid\n(.*?)^```$/gms)].map(([, block]) => [file, block!] as const),
  )

  test('there is one block on every page', () => {
    expect(blocks.map(([file]) => file)).toEqual(pages.map(([file]) => file))
  })

  test.each(blocks)('%s is well-formed', (_, block) => {
    expect(faultsOf(block)).toEqual([])
  })

  test.each([
    ['an unknown header', 'stateDiagram\n  a\n'],
    ['an arrow from nowhere', 'stateDiagram-v2\n  a\n  b --> a\n'],
    ['a state named like a word of the language', 'stateDiagram-v2\n  state\n'],
    ['a label that ends too early', 'stateDiagram-v2\n  a\n  a --> a : b: c\n'],
    ['a brace without its pair', 'stateDiagram-v2\n  state a {\n  b\n'],
    ['a class of nothing', 'stateDiagram-v2\n  a\n  class a busy\n'],
    ['a line that says nothing', 'stateDiagram-v2\n  a --> \n'],
  ])('the check finds %s', (_, block) => {
    expect(faultsOf(block)).not.toEqual([])
  })
})

describe('pictures', () => {
  test.each(pictures)('%s is well-formed and says what it shows', (file, svg) => {
    expect(openElements(svg)).toEqual([])
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-labelledby="(\S+) (\S+)"/)
    expect(svg).toContain(`>${basename(file, '.svg')}</title>`)
    expect(svg).toMatch(/<desc [^>]*>State chart\. Begins in \w+/)
  })

  test.each(Object.entries(machines))('%s is drawn with every state under its id', (name, it) => {
    const idsOf = (node: AnyStateNode): string[] =>
      Object.values(node.states).flatMap((state) => [state.id, ...idsOf(state)])
    const shown = [...made.get(`${name}.svg`)!.matchAll(/ data-state="([^"]+)"/g)].map(
      ([, id]) => id,
    )
    expect(shown).toEqual(expect.arrayContaining(idsOf(it.root)))
  })

  test.each(Object.entries(machines))('in %s nothing lies upon a label', async (_, machine) => {
    const { states, ways, dots } = await layOut(chartOf(machine))
    const labels = ways.filter(({ way }) => way).map(({ label }) => label)
    const others = [...labels, ...dots, ...states.filter(({ isGroup }) => !isGroup)]
    const hidden = labels.filter((label) =>
      others.some((other) => other !== label && overlap(label, other)),
    )
    expect(hidden).toEqual([])
    for (const way of ways) {
      const foreign = labels.filter((label) => label !== way.label)
      expect(
        foreign.filter((label) => segmentsOf(way.points).some((s) => overlap(s, label))),
      ).toEqual([])
    }
  })
})

const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

const segmentsOf = (points: { x: number; y: number }[]): Box[] =>
  points.slice(1).map((end, index) => {
    const start = points[index]!
    const [x, y] = [Math.min(start.x, end.x), Math.min(start.y, end.y)]
    return { x, y, width: Math.abs(start.x - end.x), height: Math.abs(start.y - end.y) }
  })

/** Elements that are not closed, or closed without having been opened, and stray marks. */
function openElements(svg: string): string[] {
  const tag = /<(\/?)(\w+)(?: [\w-]+="[^"<&]*")*(\/?)>/g
  const markup = svg.replace(/<style>[^<]*<\/style>/, '')
  const open: string[] = []
  for (const [whole, isEnd, name, isEmpty] of markup.matchAll(tag)) {
    if (!isEnd && !isEmpty) open.push(name!)
    if (isEnd && open.pop() !== name) return [whole]
  }
  return [...open, ...(markup.replaceAll(tag, '').match(/[<>]|&(?!(?:amp|lt|gt|quot);)/g) ?? [])]
}

const WORD = /^(?!(?:state|class|classDef|direction|note|end|as|subgraph|flowchart)$)[A-Za-z]\w*$/

/** What Mermaid would stumble over, by the part of its grammar that is used here. */
function faultsOf(block: string): string[] {
  const [header, ...lines] = block.trimEnd().split('\n')
  const text = lines.map((line) => line.trim())
  const known = new Set(['[*]'])
  const classes = new Set<string>()
  const faults = /^(stateDiagram-v2|flowchart TD)$/.test(header!) ? [] : [header!]
  let depth = 0
  for (const line of text) {
    const declared = /^(?:state (?:"\w+" as )?)?(\w+)(?: \{)?$|^subgraph (\w+)$/.exec(line)
    const name = declared?.[1] ?? declared?.[2]
    if (/\{$|^subgraph /.test(line)) depth++
    if (line === '}' || line === 'end') depth--
    else if (name && WORD.test(name)) known.add(name)
    else if (/^classDef \w+ [\w:#,]+$/.test(line)) classes.add(line.split(' ')[1]!)
    else if (/^class [\w,]+ \w+$/.test(line)) {
      const [, ids, kind] = line.split(' ')
      const isKnown = classes.has(kind!) && ids!.split(',').every((id) => known.has(id))
      if (!isKnown) faults.push(line)
    } else if (line !== '--' && !isArrow(line, known)) faults.push(line)
    if (depth < 0) faults.push(line)
  }
  return depth === 0 ? faults : [...faults, 'braces']
}

const isArrow = (line: string, known: Set<string>) => {
  const [, from, to] = /^(\S+) --> (\S+)(?: : (?:[^:;<]|<br>)+)?$/.exec(line) ?? []
  return !!from && !!to && known.has(from) && known.has(to)
}
