/** The position of every entry on the timeline, and its marks. */
import type { TraceEntry } from '../trace.ts'
import { h } from './dom.ts'
import type { Row } from '../fold.ts'

/** The longest pause that is drawn as it was, in ms: users think longer than machines work. */
const LONGEST_PAUSE = 400
/** What every entry adds, so that entries of one moment lie apart. */
const STEP = 4

/** Returns the position of every entry, from 0 to 1. */
export function positionsOf(entries: readonly TraceEntry[]): number[] {
  let sum = 0
  const sums = entries.map(({ at }, index) => {
    const pause = index > 0 ? at - entries[index - 1]!.at : 0
    return (sum += Math.min(pause, LONGEST_PAUSE) + STEP)
  })
  const [first = 0] = sums
  const range = Math.max(1, sum - first)
  return sums.map((each) => (each - first) / range)
}

/** Creates a dot for each event of the app and each failure. */
export function marksOf(rows: Row[], positions: number[]): HTMLElement[] {
  return rows
    .filter(({ kind }) => kind === 'app' || kind === 'ignored' || kind === 'failure')
    .map(({ kind, title, index }) =>
      h('i', { class: kind, title, style: `left:${(positions[index] ?? 0) * 100}%` }),
    )
}
