/** Writes a chart as a Mermaid diagram. */
import { type Chart, type Kind, type State, textOf } from './chart.ts'

const COLORS: Partial<Record<Kind, string>> = {
  asking: 'fill:#ddf4ff,stroke:#0969da,color:#1f2328',
  busy: 'fill:#fff8c5,stroke:#bf8700,color:#1f2328',
  final: 'fill:#dafbe1,stroke:#1a7f37,color:#1f2328',
  failed: 'fill:#ffebe9,stroke:#d1242f,color:#1f2328',
}

/** Writes a chart as a `stateDiagram-v2`. */
export function mermaidOf({ root, edges }: Chart): string {
  const prefix = `${root.id}.`
  const idOf = (id: string) =>
    (id.startsWith(prefix) ? id.slice(prefix.length) : id)
      .replace('*', 'anywhere')
      .replaceAll('.', '_')
  const kinds = new Map<Kind, string[]>()
  const linesOf = (state: State): string[] => {
    const { id, name, kind, states } = state
    kinds.set(kind, [...(kinds.get(kind) ?? []), idOf(id)])
    if (states.length > 0) return [`state ${idOf(id)} {`, ...indent(insideOf(state)), '}']
    const declaration = idOf(id) === name ? name : `state "${name}" as ${idOf(id)}`
    const isEnd = kind === 'final' || kind === 'failed'
    return isEnd ? [declaration, `${idOf(id)} --> [*]`] : [declaration]
  }
  const insideOf = (state: State): string[] => {
    const ids = new Set(state.states.map(({ id }) => id))
    const inside = edges.filter(({ from }) => ids.has(from))
    return [
      ...state.states.flatMap((child, index) => [
        ...(!state.initial && index > 0 ? ['--'] : []),
        ...linesOf(child),
      ]),
      ...(state.initial ? [`[*] --> ${idOf(state.initial)}`] : []),
      ...inside.map(
        ({ from, to, labels }) =>
          `${idOf(from)} --> ${idOf(to)} : ${labels.map(textOf).join('<br>')}`,
      ),
    ]
  }
  // Mermaid allows parallel regions inside a state only.
  const body = root.initial ? insideOf(root) : linesOf(root)
  const styles = Object.entries(COLORS).flatMap(([kind, colors]) => {
    const ids = kinds.get(kind as Kind)
    return ids ? [`classDef ${kind} ${colors}`, `class ${ids.join(',')} ${kind}`] : []
  })
  return ['stateDiagram-v2', ...indent([...body, ...styles])].join('\n')
}

const indent = (lines: string[]) => lines.map((line) => `  ${line}`)
