import { type Edge, takeEdge, toStory } from './graph.ts'
import { type Invariant, invariants as ours, type Memory } from './invariants.ts'
import { requireNumber } from '../../services/requireNumber.ts'
import type { Finding } from './explore.ts'
import type { Model } from './model.ts'
import { shrink } from './shrink.ts'
import type { State } from './state.ts'
import { openWorld } from './world.ts'

/** What {@link sample} takes beside the model. */
export interface SampleOptions {
  /** How many stories are tried. Default: 50. */
  stories?: number
  /** How many choices a story has at most. Default: 200. */
  length?: number
  /** Two runs with the same seed try the same stories. Default: 1. */
  seed?: number
  /** Default: all of {@link invariants}. */
  invariants?: readonly Invariant[]
}

/** What {@link sample} has found out. */
export interface Sampled {
  /** How many choices were made. */
  choices: number
  /** Where the stories came to, such as `signIn.askingCode`, sorted. */
  places: readonly string[]
  /** What did not hold in the first story with a fault, shrunk to the choices that it needs. */
  finding?: Finding
}

/**
 * Tries long random stories, with any number of faults, reloads and other tabs: for models that have too
 * many states for {@link explore}, such as all flows of an app together. It stops at the first finding.
 *
 * @param model its budgets count for nothing here
 * @throws AuthError `invalid_argument` for `stories` or a `length` that is no whole number above 0
 *
 * @example
 *   const { finding } = await sample(model({ signIn, account }, { hostile: true }))
 *   assert.equal(finding, undefined)
 */
export async function sample(model: Model, options: SampleOptions = {}): Promise<Sampled> {
  const { stories = 50, length = 200, seed = 1 } = options
  const { invariants = Object.values<Invariant>(ours) } = options
  requireNumber('sample', { stories, length }, Infinity)
  const random = randomFrom(seed)
  const places = new Set<string>()
  const known = new Map<string, State>()
  const unbound = { ...model, faults: Infinity, reloads: Infinity, otherTabs: Infinity }
  let choices = 0
  const found = () => ({ choices, places: [...places].sort() })
  for (let count = 0; count < stories; count++) {
    const way: Edge[] = []
    const world = await openWorld(unbound)
    const memories = new Map<Invariant, Memory>()
    try {
      for (let at = world.state(); way.length < length && at.choices.length > 0; choices++) {
        const edge = await takeEdge(world, at.choices[random(at.choices.length)]!, at, known)
        way.push(edge)
        at = edge.to
        known.set(at.key, at)
        if (at.look.flow) places.add(`${at.look.flow}.${at.look.step}`)
        for (const invariant of invariants) {
          const reason = violationOf(invariant, edge, memories)
          if (reason === undefined) continue
          const whole = toStory(way)
          const story = (await shrink(whole.choices, model, [invariant])) ?? whole
          return { ...found(), finding: { invariant: invariant.title, reason, story } }
        }
      }
    } finally {
      world.stop()
    }
  }
  return found()
}

/** @returns what is wrong */
function violationOf(invariant: Invariant, edge: Edge, memories: Map<Invariant, Memory>) {
  const { state, edge: checkEdge, story } = invariant
  const next = story?.after(memories.get(invariant) ?? story.start, edge)
  if (typeof next === 'string') return next
  if (next) memories.set(invariant, next)
  return state?.(edge.to) ?? checkEdge?.(edge)
}

/** Makes a source of numbers below a limit (xorshift). */
function randomFrom(seed: number): (limit: number) => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1
  return (limit) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
}
