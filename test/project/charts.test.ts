import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path/posix'
import type { AnyStateNode } from 'xstate'
import { describe, expect, test } from 'vitest'
import elkjs from 'elkjs/lib/elk.bundled.js'
import { configOf } from '../../adapters/inspect/charts/config.ts'
import { chartOf } from '../../adapters/inspect/charts/chart.ts'
import {
  generateFiles,
  generateLayouts,
  layoutsFile,
  listFiles,
} from '../../docs/flows/generate.ts'
import { type Box, layOut } from '../../adapters/inspect/charts/layout.ts'
import { machines } from '../../docs/flows/machines.ts'

const generated = await generateFiles()
const pages = [...generated].filter(([file]) => file.endsWith('.md'))
const pictures = [...generated].filter(([file]) => file.endsWith('.svg'))

const read = (file: string) => readFileSync(file, 'utf8')

test.each([...generated.keys()])('docs/flows/%s is up to date with its machine', (file) => {
  const isSame = listFiles().includes(file) && read(`docs/flows/${file}`) === generated.get(file)
  expect(isSame, `docs/flows/${file} differs from its machine: run npm run charts`).toBe(true)
})

test('the layouts of the inspector page are up to date with the machines', async () => {
  const isSame = read(layoutsFile) === (await generateLayouts())
  expect(isSame, `${layoutsFile} differs from the machines: run npm run charts`).toBe(true)
})

test('docs/flows contains no generated file without a machine', () => {
  expect(listFiles().filter((file) => !generated.has(file))).toEqual([])
})

test('docs/flows has a page and a picture of every machine', () => {
  const sources = globSync('machines/**/*.ts').filter((file) =>
    read(file).includes('createMachine('),
  )
  const names = sources.map((file) => basename(file, '.ts'))
  expect(names.length).toBeGreaterThan(0)
  expect(
    names.filter((name) => !generated.has(`${name}.md`) || !generated.has(`${name}.svg`)),
  ).toEqual([])
})

test('docs/flows: generating twice gives the same files', async () => {
  expect(await generateFiles()).toEqual(generated)
})

test('docs/flows: every relative link on a page leads to a file', () => {
  const targets = pages.flatMap(([, text]) =>
    [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, target]) =>
      join('docs/flows', target!),
    ),
  )
  expect(targets.length).toBeGreaterThan(0)
  expect(targets.filter((target) => !existsSync(target))).toEqual([])
})

describe('docs/flows: Mermaid', () => {
  const blocks = pages.flatMap(([file, text]) =>
    [...text.matchAll(/^```mermaid\n(.*?)^```$/gms)].map(([, block]) => [file, block!] as const),
  )

  test('every page has one diagram', () => {
    expect(blocks.map(([file]) => file)).toEqual(pages.map(([file]) => file))
  })

  test.each(blocks)('the diagram of %s is well-formed', (_, block) => {
    expect(faultsOf(block)).toEqual([])
  })

  test.each([
    ['an unknown header', 'stateDiagram\n  a\n'],
    ['an arrow from nowhere', 'stateDiagram-v2\n  a\n  b --> a\n'],
    ['a state named like a keyword', 'stateDiagram-v2\n  state\n'],
    ['a label that ends too early', 'stateDiagram-v2\n  a\n  a --> a : b: c\n'],
    ['an unbalanced brace', 'stateDiagram-v2\n  state a {\n  b\n'],
    ['an undefined class', 'stateDiagram-v2\n  a\n  class a busy\n'],
    ['an arrow without a target', 'stateDiagram-v2\n  a --> \n'],
  ])('the check finds %s', (_, block) => {
    expect(faultsOf(block)).not.toEqual([])
  })
})

describe('docs/flows: pictures', () => {
  test.each(pictures)('%s is well-formed and has an alternative text', (file, svg) => {
    expect(openElements(svg)).toEqual([])
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-labelledby="(\S+) (\S+)"/)
    expect(svg).toContain(`>${basename(file, '.svg')}</title>`)
    expect(svg).toMatch(/<desc [^>]*>State chart\. It starts in \w+/)
  })

  test.each(Object.entries(machines))('%s.svg shows every state with its id', (name, machine) => {
    const idsOf = (node: AnyStateNode): string[] =>
      Object.values(node.states).flatMap((state) => [state.id, ...idsOf(state)])
    const shown = [...generated.get(`${name}.svg`)!.matchAll(/ data-state="([^"]+)"/g)].map(
      ([, id]) => id,
    )
    expect(shown).toEqual(expect.arrayContaining(idsOf(machine.root)))
  })

  test.each(Object.entries(machines))('%s.svg covers no label', async (_, machine) => {
    const { states, edges, initialMarks } = await layOut(
      chartOf(configOf(machine.root)),
      new elkjs.default(),
    )
    const labels = edges.filter(({ edge }) => edge).map(({ label }) => label)
    const others = [...labels, ...initialMarks, ...states.filter(({ isGroup }) => !isGroup)]
    const covered = labels.filter((label) =>
      others.some((other) => other !== label && overlap(label, other)),
    )
    expect(covered).toEqual([])
    for (const edge of edges) {
      const foreign = labels.filter((label) => label !== edge.label)
      expect(
        foreign.filter((label) => segmentsOf(edge.points).some((s) => overlap(s, label))),
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

/** Returns unbalanced elements and unescaped characters. */
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

/** Returns the lines that Mermaid would reject, by the part of its grammar that is used here. */
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
