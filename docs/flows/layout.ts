/** Where everything of a chart goes, worked out by ELK. */
import elkjs, { type ElkExtendedEdge, type ElkNode, type ElkPoint } from 'elkjs/lib/elk.bundled.js'
import { type Chart, type Label, type State, textOf, type Way } from './chart.ts'

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** A line of a label. */
export type Line = Pick<Label, 'event' | 'guard'>

export interface Layout {
  width: number
  height: number
  /** Outer ones first. */
  states: (Box & { state: State; isGroup: boolean })[]
  /** Where each group of states begins. */
  dots: Box[]
  ways: { way?: Way; lines: Line[]; label: Box; points: ElkPoint[] }[]
}

/** Sizes of letters and of a line, in pixels. */
export const SIZE = { name: 14, label: 12, line: 16 }

/** Widths of Helvetica and its kin in thousandths, by kind of letter. */
const WIDTHS: [RegExp, number][] = [
  [/[ijl]/, 222],
  [/[ft I.,:/|[\]]/, 278],
  [/[r()\-*]/, 340],
  [/[ckvxyzsJ]/, 500],
  [/[mMW]/, 840],
  [/w/, 722],
  [/[A-Z]/, 700],
]

/** Some room for fonts that are wider. */
const SLACK = 1.06

export function widthOf(text: string, size: number): number {
  const widths = Array.from(
    text,
    (letter) => WIDTHS.find(([kind]) => kind.test(letter))?.[1] ?? 556,
  )
  return Math.ceil((widths.reduce((sum, width) => sum + width, 0) * size * SLACK) / 1000)
}

/** What stands below a state's name: what runs in it, unless that bears the same name. */
export const linesOf = ({ name, runs }: State): string[] =>
  runs.map(({ src, id }) => (src === 'until' ? id : src)).filter((run) => run !== name)

/** A guard goes to a line of its own where it would make the label wide. */
const linesOfWay = ({ labels }: Way): Line[] =>
  labels.flatMap((label) =>
    label.event && label.guard && textOf(label).length > WIDE
      ? [{ event: label.event }, { event: '', guard: label.guard }]
      : [label],
  )
const WIDE = 20

const LAYERS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.padding': '[top=24,left=24,bottom=24,right=24]',
  'elk.spacing.nodeNode': '30',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.edgeEdge': '14',
  'elk.layered.spacing.nodeNodeBetweenLayers': '28',
  'elk.layered.spacing.edgeNodeBetweenLayers': '18',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.thoroughness': '40',
}
/** Regions, one below the other. */
const REGIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.padding': LAYERS['elk.padding'],
}
const GROUP = { ...LAYERS, 'elk.padding': '[top=48,left=24,bottom=24,right=24]' }
const COORDINATES = { 'elk.json.edgeCoords': 'ROOT', 'elk.json.shapeCoords': 'ROOT' }
const DOT = 14

type Edge = ElkExtendedEdge & { way?: Way; lines: Line[] }

export async function layOut({ root, ways }: Chart): Promise<Layout> {
  const states = new Map<string, State>()
  const starts: Edge[] = []
  const nodeOf = (state: State): ElkNode => {
    states.set(state.id, state)
    const { id } = state
    if (state.states.length === 0) return { id, ...sizeOf(state) }
    return { id, children: insideOf(state), layoutOptions: GROUP }
  }
  const insideOf = (state: State): ElkNode[] => {
    const inside = state.states.map(nodeOf)
    if (!state.initial) return inside
    const dot = `${state.id}.`
    starts.push({ id: `from ${dot}`, sources: [dot], targets: [state.initial], lines: [] })
    return [{ id: dot, width: DOT, height: DOT }, ...inside]
  }
  const children = insideOf(root)
  const edges = [...starts, ...ways.map(edgeOf)]
  const layoutOptions = { ...(root.initial ? LAYERS : REGIONS), ...COORDINATES }
  const graph: ElkNode = { id: '', layoutOptions, children, edges }
  const drawn = await new elkjs.default().layout(graph)
  const all = (node: ElkNode): ElkNode[] => [node, ...(node.children ?? []).flatMap(all)]
  const nodes = drawn.children!.flatMap(all)
  return {
    width: Math.ceil(drawn.width!),
    height: Math.ceil(drawn.height!),
    dots: nodes.filter(({ id }) => !states.has(id)).map(boxOf),
    states: nodes
      .filter(({ id }) => states.has(id))
      .map((node) => ({
        ...boxOf(node),
        state: states.get(node.id)!,
        isGroup: !!node.children?.length,
      })),
    ways: (drawn.edges as Edge[]).map(({ way, lines, labels, sections }) => ({
      way,
      lines,
      label: boxOf(labels?.[0] ?? {}),
      points: sections!.flatMap(({ startPoint, bendPoints = [], endPoint }) =>
        [startPoint, ...bendPoints, endPoint].map(({ x, y }) => ({ x: round(x), y: round(y) })),
      ),
    })),
  }
}

function edgeOf(way: Way, index: number): Edge {
  const lines = linesOfWay(way)
  const text = lines.map(textOf)
  const label = {
    text: text.join(' '),
    width: Math.max(...text.map((line) => widthOf(line, SIZE.label))) + 6,
    height: lines.length * SIZE.line,
    layoutOptions: { 'elk.edgeLabels.inline': 'true' },
  }
  return { id: `${index}`, sources: [way.from], targets: [way.to], labels: [label], way, lines }
}

function sizeOf(state: State) {
  const lines = linesOf(state)
  const widths = [widthOf(state.name, SIZE.name), ...lines.map((line) => widthOf(line, SIZE.label))]
  const bars = state.runs.some(({ machine }) => machine) ? 16 : 0
  return { width: Math.max(...widths, 56) + 28 + bars, height: 36 + lines.length * SIZE.line }
}

const round = (value: number | undefined) => Math.round((value ?? 0) * 10) / 10

const boxOf = ({ x, y, width, height }: Partial<Box>): Box => ({
  x: round(x),
  y: round(y),
  width: round(width),
  height: round(height),
})
