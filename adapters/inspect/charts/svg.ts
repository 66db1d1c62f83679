/** Draws a chart as an SVG for light and dark pages. */
import { type Box, captionOf, type Layout, linesOf, type Point, SIZE } from './layout.ts'

const STYLE = `
  svg { --paper: #fff; --ink: #1f2328; --soft: #59636e; --line: #818b98; --rest: #f6f8fa;
    --asking: #ddf4ff; --asking-line: #0969da; --busy: #fff8c5; --busy-line: #bf8700;
    --good: #dafbe1; --good-line: #1a7f37; --bad: #ffebe9; --bad-line: #d1242f }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #7d8590; --rest: #21262d;
      --asking: #0c2d6b; --asking-line: #4493f8; --busy: #3b2e00; --busy-line: #d29922;
      --good: #0f2d19; --good-line: #3fb950; --bad: #3c1618; --bad-line: #f85149 } }
  text { font: ${SIZE.label}px "Segoe UI", "Helvetica Neue", Arial, sans-serif;
    fill: var(--ink); text-anchor: middle }
  .name { font-size: ${SIZE.name}px; font-weight: 600 }
  .soft { fill: var(--soft) }
  rect, path { fill: var(--rest); stroke: var(--line); stroke-width: 1.5 }
  circle { fill: var(--ink) }
  .paper, .group > rect { fill: var(--paper); stroke-opacity: .5 }
  .asking > * { fill: var(--asking); stroke: var(--asking-line) }
  .busy > * { fill: var(--busy); stroke: var(--busy-line) }
  .final > * { fill: var(--good); stroke: var(--good-line) }
  .failed > * { fill: var(--bad); stroke: var(--bad-line) }
  .transient > rect, .anywhere > rect { fill: var(--paper); stroke-dasharray: 4 3 }
  [data-state] > text { fill: var(--ink); stroke: none }
  [data-state] > .soft { fill: var(--soft) }
  [data-active] > rect { stroke-width: 4 }
  [data-event] > rect { fill: var(--paper); stroke: none }
  [data-event] > path { fill: none }
  [data-event].fails > path { stroke: var(--bad-line); stroke-dasharray: 5 4; stroke-opacity: .75 }
  marker > path { fill: var(--line); stroke: none }
  marker.fails > path { fill: var(--bad-line) }`

/**
 * Draws a chart.
 *
 * @param name the machine's name; it prefixes the ids in the SVG
 * @param altText the chart in words, for screen readers
 */
export function svgOf(name: string, layout: Layout, altText: string): string {
  const { width, height } = layout
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${name}-title ${name}-description">
<title id="${name}-title">${escape(name)}</title>
<desc id="${name}-description">${escape(altText)}</desc>
<style>${STYLE}
</style>
${drawingOf(name, layout)}
</svg>
`
}

/**
 * Draws a chart without the SVG element and its style.
 *
 * @param name prefixes the ids
 */
export function drawingOf(name: string, layout: Layout): string {
  const { width, height, states, initialMarks, edges } = layout
  return `${marker(name, 'goes')}${marker(name, 'fails')}
<rect class="paper" x=".75" y=".75" width="${width - 1.5}" height="${height - 1.5}" rx="12"/>
${[...states.map(drawState), ...initialMarks.map(drawMark), ...edges.map((edge) => drawEdge(name, edge))].join('\n')}`
}

const marker = (name: string, kind: string) =>
  `<marker id="${name}-${kind}" class="${kind}" viewBox="0 0 9 8" refX="8" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0L9 4L0 8z"/></marker>`

function drawState({ state, isGroup, ...box }: Layout['states'][number]): string {
  const { x, y, width, height } = box
  const isEnd = state.kind === 'final' || state.kind === 'failed'
  const isPill = state.kind === 'transient' || state.kind === 'anywhere'
  const hasChart = state.invokes.some(({ machine }) => machine)
  const parts = [
    rect(box, isPill ? height / 2 : 10),
    isEnd && rect({ x: x + 4, y: y + 4, width: width - 8, height: height - 8 }, 7),
    hasChart && `<path d="M${x + 7} ${y}v${height}M${x + width - 7} ${y}v${height}"/>`,
    text('name', x + width / 2, y + 23, escape(state.name)),
    ...(isGroup ? [] : captionOf(state)).map((line, index) =>
      text('soft', x + width / 2, y + 38 + index * SIZE.line, escape(line)),
    ),
  ]
  const kind = isGroup ? 'group' : state.kind
  return `<g class="${kind}" data-state="${escape(state.id)}">${parts.filter(Boolean).join('')}</g>`
}

const drawMark = ({ x, y, width: size }: Box) =>
  `<circle cx="${x + size / 2}" cy="${y + size / 2}" r="${size / 2}"/>`

function drawEdge(name: string, { edge, points, label }: Layout['edges'][number]): string {
  const kind = edge?.isFailure ? 'fails' : 'goes'
  const path = `<path marker-end="url(#${name}-${kind})" d="${roundedPath(points)}"/>`
  const texts = linesOf(edge).map(({ event, guard }, index) => {
    const condition = guard && `<tspan class="soft">[${escape(guard)}]</tspan>`
    const content = [escape(event), condition].filter(Boolean).join(' ')
    return text('label', label.x + label.width / 2, label.y + 12 + index * SIZE.line, content)
  })
  const events = [...new Set(edge?.labels.map(({ event }) => event || 'always'))].join(' ')
  const ends = edge ? ` data-from="${escape(edge.from)}" data-to="${escape(edge.to)}"` : ''
  return `<g class="${kind}" data-event="${escape(events)}"${ends}>${path}${edge ? rect(label, 0) : ''}${texts.join('')}</g>`
}

/** Draws a line with rounded corners. */
function roundedPath(points: Point[]): string {
  return points
    .map((point, index) => {
      const [before, after] = [points[index - 1], points[index + 1]]
      if (!before) return `M${point.x} ${point.y}`
      if (!after) return `L${point.x} ${point.y}`
      const [a, b] = [near(point, before), near(point, after)]
      return `L${a.x} ${a.y}Q${point.x} ${point.y} ${b.x} ${b.y}`
    })
    .join('')
}

/** Returns the point up to six pixels from a corner towards the next one. */
function near(from: Point, to: Point): Point {
  const [x, y] = [to.x - from.x, to.y - from.y]
  const part = Math.min(0.5, 6 / Math.max(1, Math.hypot(x, y)))
  return { x: round(from.x + x * part), y: round(from.y + y * part) }
}

const round = (value: number) => Math.round(value * 10) / 10

const rect = ({ x, y, width, height }: Box, rx: number) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${rx}"/>`

/** @param content SVG markup, with its text escaped */
const text = (kind: string, x: number, y: number, content: string) =>
  `<text class="${kind}" x="${round(x)}" y="${round(y)}">${content}</text>`

/** Escapes a text for markup. */
export const escape = (raw: string): string =>
  raw
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
