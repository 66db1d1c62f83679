import { AuthError } from '../../services/error.ts'
import { type Edge, takeEdge, toStory } from './graph.ts'
import { type Invariant, invariants as ours } from './invariants.ts'
import type { Model } from './model.ts'
import { type Choice, labelOf, placeOf, type Story } from './story.ts'
import { openWorld } from './world.ts'

/** What has come of a list of choices. */
export interface Rerun {
  story: Story
  /** Why a choice was not possible; the story ends before it. */
  stopped?: string
  /** What did not hold on the way: the title of each invariant, and what was wrong. */
  violations: readonly { invariant: string; reason: string }[]
}

/**
 * Runs a list of choices on the flows as they are now, such as a story that was saved when it had found a
 * fault.
 *
 * @param choices of any number of faults and reloads
 * @param invariants what to check. Default: all of ours
 *
 * @example
 *   const { violations } = await rerun(readChoices(text), model({ signIn }))
 */
export async function rerun(
  choices: readonly Choice[],
  model: Model,
  invariants: readonly Invariant[] = Object.values<Invariant>(ours),
): Promise<Rerun> {
  const world = await openWorld({
    ...model,
    faults: Infinity,
    reloads: Infinity,
    otherTabs: Infinity,
  })
  const way: Edge[] = []
  let stopped: string | undefined
  const start = world.state()
  let at = start
  try {
    for (const choice of choices) {
      const edge = await takeEdge(world, choice, at)
      way.push(edge)
      at = edge.to
    }
  } catch (thrown) {
    if (!(thrown instanceof AuthError)) throw thrown
    const label = labelOf(choices[way.length]!)
    stopped = `${label} is not possible at ${placeOf(at.look)}: ${thrown.description}`
  } finally {
    world.stop()
  }
  const violations = invariants.flatMap((invariant) => {
    const reason = violationOf(invariant, [start, ...way.map((edge) => edge.to)], way)
    return reason === undefined ? [] : [{ invariant: invariant.title, reason }]
  })
  return { story: toStory(way), ...(stopped !== undefined && { stopped }), violations }
}

function violationOf(
  { state, edge, story }: Invariant,
  states: readonly Edge['to'][],
  way: readonly Edge[],
): string | undefined {
  let memory = story?.start
  for (const each of way) {
    const next = story?.after(memory!, each)
    if (typeof next === 'string') return next
    memory = next
  }
  const reasons = [...states.map((each) => state?.(each)), ...way.map((each) => edge?.(each))]
  return reasons.find((reason) => reason !== undefined)
}
