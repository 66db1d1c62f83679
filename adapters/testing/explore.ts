import { type Bounds, buildGraph, type Edge, type Graph, shortestWays, toStory } from './graph.ts'
import { type Invariant, invariants as ours, type Memory } from './invariants.ts'
import type { Model } from './model.ts'
import type { State } from './state.ts'
import type { Story } from './story.ts'

/** What does not hold, and the shortest story to it. */
export interface Finding {
  /** The title of the invariant. */
  invariant: string
  /** What is wrong. */
  reason: string
  story: Story
}

/** What {@link explore} has found out. */
export interface Exploration {
  states: readonly State[]
  edges: readonly Edge[]
  /** One for each invariant that does not hold. */
  findings: readonly Finding[]
  /** The shortest stories to states from which the flow can never end. */
  deadEnds: readonly Story[]
  /** Whether all of it was tried; false when a limit or the signal ended it. */
  isComplete: boolean
  /** Stories that ended elsewhere when they were run again: something is left to chance. */
  diverged: readonly string[]
  /** Milliseconds of wall clock. */
  ms: number
}

/** What {@link explore} takes beside the model. */
export interface ExploreOptions extends Bounds {
  /** Default: all of {@link invariants}. */
  invariants?: readonly Invariant[]
}

/**
 * Brings the flows to every state that a user, the server, time, a reload and another tab can bring them
 * to, and checks the invariants there.
 *
 * @example
 *   const { findings } = await explore(model({ signIn }, { hostile: true }))
 *   assert.deepEqual(findings, [])
 */
export async function explore(model: Model, options: ExploreOptions = {}): Promise<Exploration> {
  const { invariants = Object.values<Invariant>(ours), ...bounds } = options
  const began = performance.now()
  const graph = await buildGraph(model, bounds)
  const ways = shortestWays(graph)
  const edges = [...graph.edges.values()].flat()
  return {
    states: [...graph.states.values()],
    edges,
    findings: invariants.flatMap((invariant) => findingOf(graph, ways, invariant) ?? []),
    deadEnds: graph.isComplete ? deadEndsOf(graph, edges, model, ways) : [],
    isComplete: graph.isComplete,
    diverged: graph.diverged,
    ms: performance.now() - began,
  }
}

type Ways = Map<string, Edge[]>

/** The ways are sorted by length, so that the first violation is the shortest. */
function findingOf(graph: Graph, ways: Ways, invariant: Invariant): Finding | undefined {
  const { title, state: checkState, edge: checkEdge, story } = invariant
  let found: { reason: string; way: Edge[] } | undefined
  const add = (reason: string | undefined, way: Edge[]) => {
    if (reason !== undefined && !(found && found.way.length <= way.length)) found = { reason, way }
  }
  for (const [key, way] of ways) {
    if (found && found.way.length <= way.length) break
    if (checkState) add(checkState(graph.states.get(key)!), way)
    if (checkEdge) for (const edge of graph.edges.get(key)!) add(checkEdge(edge), [...way, edge])
  }
  if (story) {
    const violation = violationOf(graph, story)
    add(violation?.reason, violation?.way ?? [])
  }
  return found && { invariant: title, reason: found.reason, story: toStory(found.way) }
}

/** Searches states and memories together, breadth first. */
function violationOf(graph: Graph, { start, after }: NonNullable<Invariant['story']>) {
  const queue: { key: string; memory: Memory; way: Edge[] }[] = [
    { key: graph.start.key, memory: start, way: [] },
  ]
  const seen = new Set([graph.start.key + JSON.stringify(start)])
  for (const { key, memory, way } of queue) {
    for (const edge of graph.edges.get(key)!) {
      const next = after(memory, edge)
      if (typeof next === 'string') return { reason: next, way: [...way, edge] }
      const id = edge.to.key + JSON.stringify(next)
      if (seen.has(id)) continue
      seen.add(id)
      queue.push({ key: edge.to.key, memory: next, way: [...way, edge] })
    }
  }
  return undefined
}

/** One story for each look of a state that leads to no end. */
function deadEndsOf(graph: Graph, edges: Edge[], model: Model, ways: Ways): Story[] {
  const before = new Map<string, string[]>()
  for (const { from, to } of edges) {
    before.set(to.key, [...(before.get(to.key) ?? []), from.key])
  }
  // A flow can end in the state it has started from.
  const ends = edges.filter(({ to }) => model.stop(to))
  const ending = new Set(ends.map(({ to }) => to.key))
  for (const key of ending) for (const earlier of before.get(key) ?? []) ending.add(earlier)
  const looks = new Map<string, Story>()
  for (const [key, way] of ways) {
    const look = JSON.stringify(graph.states.get(key)!.look)
    if (!ending.has(key) && !looks.has(look)) looks.set(look, toStory(way))
  }
  return [...looks.values()]
}
