/** Writes a chart as indented text, for a terminal. */
import { anywhere, type Chart, type State, textOf } from './chart.ts'
import { last } from '../../../services/lists.ts'

/** Writes each state with its transitions below it. */
export function outlineOf({ root, edges, internal, forbidden }: Chart): string {
  const linesOf = (id: string) => [
    ...edges
      .filter(({ from }) => from === id)
      .flatMap(({ to, labels }) =>
        labels.map((label) => `${textOf(label) || 'always'} → ${nameOf(to)}`),
      ),
    ...internal.filter((each) => each.in === id).map(({ label }) => `${textOf(label)} stays`),
    ...forbidden.filter((each) => each.in === id).map(({ label }) => `${textOf(label)} is ignored`),
  ]
  const outline = (state: State, initial?: string): string[] => {
    const { id, name, kind, invokes, states } = state
    const marks = [
      id === initial && 'initial',
      kind !== 'resting' && kind !== 'anywhere' && kind,
      ...invokes.map((actor) => `invokes ${actor.id}`),
    ].filter(Boolean)
    const head = marks.length > 0 ? `${name} (${marks.join(', ')})` : name
    const inside = states.flatMap((child) => outline(child, state.initial))
    return [head, ...[...linesOf(id), ...inside].map((line) => `  ${line}`)]
  }
  const [head, ...rest] = outline(root)
  return [head!.replace(anywhere(root.id), root.name), ...rest].join('\n')
}

const nameOf = (id: string) => last(id.split('.'))!
