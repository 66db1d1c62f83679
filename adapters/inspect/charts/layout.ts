/** Computes the positions of a chart's states and edges with ELK. */
import { type Chart, type Edge, type Label, type State, textOf } from './chart.ts'

/** A rectangle in pixels. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** A position in pixels. */
export interface Point {
  x: number
  y: number
}

/** One line of a label. */
export type Line = Pick<Label, 'event' | 'guard'>

/** The positions of a chart, in pixels. */
export interface Layout {
  width: number
  height: number
  /** Groups precede the states inside them. */
  states: (Box & { state: Omit<State, 'states'>; isGroup: boolean })[]
  /** The dots that lead to the initial state of each group. */
  initialMarks: Box[]
  /** `edge` is absent for the line from an initial mark. */
  edges: { edge?: Edge; label: Box; points: Point[] }[]
}

/** The part of `elkjs` that is used. */
export interface Elk {
  layout(graph: ElkNode): Promise<ElkNode>
}

/** A node of a graph, before and after its layout. */
export interface ElkNode extends Partial<Box> {
  id: string
  layoutOptions?: Record<string, string>
  children?: ElkNode[]
  edges?: ElkEdge[]
}

interface ElkEdge {
  id: string
  sources: string[]
  targets: string[]
  labels?: (Partial<Box> & { text?: string; layoutOptions?: Record<string, string> })[]
  sections?: { startPoint: Point; bendPoints?: Point[]; endPoint: Point }[]
}

/** Font sizes and line height in pixels. */
export const SIZE = { name: 14, label: 12, line: 16 }

/** Widths of Helvetica's characters in thousandths of the font size. */
const WIDTHS: [RegExp, number][] = [
  [/[ijl]/, 222],
  [/[ft I.,:/|[\]]/, 278],
  [/[r()\-*]/, 340],
  [/[ckvxyzsJ]/, 500],
  [/[mMW]/, 840],
  [/w/, 722],
  [/[A-Z]/, 700],
]

/** Allows for fonts that are wider than Helvetica. */
const SLACK = 1.06

/** Estimates the width of a text in pixels. */
export function widthOf(text: string, size: number): number {
  const widths = Array.from(
    text,
    (letter) => WIDTHS.find(([kind]) => kind.test(letter))?.[1] ?? 556,
  )
  return Math.ceil((widths.reduce((sum, width) => sum + width, 0) * size * SLACK) / 1000)
}

/** Returns the actors to name below a state: those whose names differ from the state's. */
export const captionOf = ({ name, invokes }: Pick<State, 'name' | 'invokes'>): string[] =>
  invokes.map(({ src, id }) => (src === 'until' ? id : src)).filter((actor) => actor !== name)

/** Returns the lines of a label, with a guard on a line of its own where it would make the label wide. */
export const linesOf = (edge?: Edge): Line[] =>
  (edge?.labels ?? []).flatMap((label) =>
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
/** Parallel regions, one below the other. */
const REGIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.padding': LAYERS['elk.padding'],
}
const GROUP = { ...LAYERS, 'elk.padding': '[top=48,left=24,bottom=24,right=24]' }
const COORDINATES = { 'elk.json.edgeCoords': 'ROOT', 'elk.json.shapeCoords': 'ROOT' }
const MARK = 14

type DrawnEdge = ElkEdge & { edge?: Edge }

/**
 * Computes the layout of a chart; the same chart always gives the same layout.
 *
 * @param elk an instance of `elkjs`, which apps do not install
 */
export async function layOut({ root, edges }: Chart, elk: Elk): Promise<Layout> {
  const states = new Map<string, State>()
  const initialEdges: DrawnEdge[] = []
  const nodeOf = (state: State): ElkNode => {
    states.set(state.id, state)
    const { id } = state
    if (state.states.length === 0) return { id, ...sizeOf(state) }
    return { id, children: nodesIn(state), layoutOptions: GROUP }
  }
  const nodesIn = (state: State): ElkNode[] => {
    const nodes = state.states.map(nodeOf)
    if (!state.initial) return nodes
    const mark = `${state.id}.`
    initialEdges.push({ id: `from ${mark}`, sources: [mark], targets: [state.initial] })
    return [{ id: mark, width: MARK, height: MARK }, ...nodes]
  }
  const children = nodesIn(root)
  const elkEdges = [...initialEdges, ...edges.map(toElkEdge)]
  const layoutOptions = { ...(root.initial ? LAYERS : REGIONS), ...COORDINATES }
  const graph: ElkNode = { id: '', layoutOptions, children, edges: elkEdges }
  const placed = await elk.layout(graph)
  const flatten = (node: ElkNode): ElkNode[] => [node, ...(node.children ?? []).flatMap(flatten)]
  const nodes = placed.children!.flatMap(flatten)
  return {
    width: Math.ceil(placed.width!),
    height: Math.ceil(placed.height!),
    initialMarks: nodes.filter(({ id }) => !states.has(id)).map(boxOf),
    states: nodes
      .filter(({ id }) => states.has(id))
      .map((node) => ({
        ...boxOf(node),
        state: withoutStates(states.get(node.id)!),
        isGroup: !!node.children?.length,
      })),
    edges: (placed.edges as DrawnEdge[]).map(({ edge, labels, sections }) => ({
      edge,
      label: boxOf(labels?.[0] ?? {}),
      points: sections!.flatMap(({ startPoint, bendPoints = [], endPoint }) =>
        [startPoint, ...bendPoints, endPoint].map(({ x, y }) => ({ x: round(x), y: round(y) })),
      ),
    })),
  }
}

const withoutStates = ({ states, ...state }: State) => state

function toElkEdge(edge: Edge, index: number): DrawnEdge {
  const lines = linesOf(edge)
  const text = lines.map(textOf)
  const label = {
    text: text.join(' '),
    width: Math.max(...text.map((line) => widthOf(line, SIZE.label))) + 6,
    height: lines.length * SIZE.line,
    layoutOptions: { 'elk.edgeLabels.inline': 'true' },
  }
  return { id: `${index}`, sources: [edge.from], targets: [edge.to], labels: [label], edge }
}

function sizeOf(state: State) {
  const lines = captionOf(state)
  const widths = [widthOf(state.name, SIZE.name), ...lines.map((line) => widthOf(line, SIZE.label))]
  const bars = state.invokes.some(({ machine }) => machine) ? 16 : 0
  return { width: Math.max(...widths, 56) + 28 + bars, height: 36 + lines.length * SIZE.line }
}

const round = (value: number | undefined) => Math.round((value ?? 0) * 10) / 10

const boxOf = ({ x, y, width, height }: Partial<Box>): Box => ({
  x: round(x),
  y: round(y),
  width: round(width),
  height: round(height),
})
