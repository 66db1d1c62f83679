import type { Invariant } from './invariants.ts'
import { invariants as ours } from './invariants.ts'
import type { Model } from './model.ts'
import { rerun } from './rerun.ts'
import type { Choice, Story } from './story.ts'

/**
 * Leaves out of a story, such as a recorded one, what is not needed for what does not hold in it: no
 * choice of the result can be left out.
 *
 * @param choices that violate an invariant
 * @param invariants what to check. Default: all of ours
 * @returns the shorter story; undefined when all invariants hold
 *
 * @example
 *   const { story, model: world } = await storyOf(trace, model({ signIn }))
 *   console.log(String(await shrink(story.choices, world)))
 */
export async function shrink(
  choices: readonly Choice[],
  model: Model,
  invariants: readonly Invariant[] = Object.values<Invariant>(ours),
): Promise<Story | undefined> {
  const first = await rerun(choices, model, invariants)
  const [violation] = first.violations
  if (!violation) return undefined
  const broken = invariants.filter(({ title }) => title === violation.invariant)
  let shortest = first.story
  for (let size = shortest.choices.length; size > 0;) {
    const shorter = await withoutSome(shortest.choices, size)
    if (shorter) shortest = shorter
    else size >>= 1
  }
  return shortest

  /** Leaves out `size` choices that follow each other. */
  async function withoutSome(from: readonly Choice[], size: number): Promise<Story | undefined> {
    for (let at = from.length - size; at >= 0; at--) {
      const { story, violations } = await rerun(
        [...from.slice(0, at), ...from.slice(at + size)],
        model,
        broken,
      )
      if (violations.length > 0 && story.choices.length < from.length) return story
    }
    return undefined
  }
}
