import { last } from '../../services/lists.ts'
import type { Model } from './model.ts'
import type { State } from './state.ts'
import { type Choice, labelOf, Story, type Step } from './story.ts'
import { openWorld, type Sent, type World } from './world.ts'

/** What one choice changes. */
export interface Edge {
  from: State
  choice: Choice
  to: State
  /** The payload of the event that was sent. */
  payload?: object
  /** What was called, in order. */
  calls: readonly Sent[]
  /** Milliseconds that have passed. */
  elapsed: number
}

/** Every state that a model can reach, and how. */
export interface Graph {
  start: State
  /** By key. */
  states: Map<string, State>
  /** By the key of the state that they leave. */
  edges: Map<string, Edge[]>
  /** Whether nothing is left to try. */
  isComplete: boolean
  /** Stories that ended elsewhere when they were run again: the model is not deterministic. */
  diverged: string[]
}

/** How far to go. */
export interface Bounds {
  /** The number of states after which it stops. Default: 20000. */
  limit?: number
  /** Ends it early. */
  signal?: AbortSignal
}

/** The choices that lead to the state with this key. */
interface Way {
  way: Choice[]
  key: string
}

/** How many known states are looked through for one that is not finished, before it starts over. */
const NEARBY = 300

/**
 * Tries every choice in every state. A run is its list of choices: to go on from an earlier state it is
 * run again, because a stored snapshot would send again what had been sent.
 */
export async function buildGraph(model: Model, bounds: Bounds = {}): Promise<Graph> {
  const { limit = 20_000, signal } = bounds
  let world = await openWorld(model)
  try {
    return await build()
  } finally {
    world.stop()
  }

  async function build(): Promise<Graph> {
    let here = world.state()
    const graph: Graph = {
      start: here,
      states: new Map(),
      edges: new Map(),
      isComplete: true,
      diverged: [],
    }
    /** The choices that were not tried yet, by state. */
    const left = new Map<string, Choice[]>()
    /** How each state was reached first: the choices of that run, and how many of them. */
    const runs = new Map<string, { run: Choice[]; length: number }>()
    /** The choices since the world was opened. */
    let taken: Choice[] = []

    function add(state: State) {
      if (graph.states.has(state.key)) return
      graph.states.set(state.key, state)
      graph.edges.set(state.key, [])
      runs.set(state.key, { run: taken, length: taken.length })
      const isEnd = taken.length > 0 && model.stop(state)
      if (!isEnd && !state.thrown && state.choices.length > 0)
        left.set(state.key, [...state.choices])
    }

    /** The shortest way to a state that is not finished, among the `count` nearest ones. */
    function wayOnwards(start: string, count: number): Way | undefined {
      const reachedBy = new Map<string, Edge | undefined>([[start, undefined]])
      for (const [key] of reachedBy) {
        if (left.has(key)) return { key, way: wayBack(reachedBy, key).map(({ choice }) => choice) }
        for (const edge of graph.edges.get(key) ?? []) {
          if (!reachedBy.has(edge.to.key) && reachedBy.size < count)
            reachedBy.set(edge.to.key, edge)
        }
      }
      return undefined
    }

    async function perform(choice: Choice) {
      taken.push(choice)
      await world.perform(choice)
    }

    /** @returns whether the way has led where it did before */
    async function follow({ way, key }: Way): Promise<boolean> {
      try {
        for (const choice of way) await perform(choice)
      } catch {
        return false
      }
      here = world.state()
      return here.key === key
    }

    async function startOver(way: Way): Promise<boolean> {
      world.stop()
      world = await openWorld(model)
      taken = []
      return follow(way)
    }

    /** Goes to the first state that is not finished. */
    async function goBack() {
      const shortest = wayOnwards(graph.start.key, Infinity)
      // Times of which only the order counts can differ on the shorter way.
      if (shortest && (await startOver(shortest))) return
      const key = shortest?.key ?? left.keys().next().value!
      const { run, length } = runs.get(key)!
      const way = run.slice(0, length)
      if (await startOver({ way, key })) return
      graph.diverged.push(way.map(labelOf).join(', '))
      left.delete(key)
    }

    add(here)
    while (left.size > 0) {
      if (graph.states.size >= limit || signal?.aborted) {
        graph.isComplete = false
        break
      }
      const choices = left.get(here.key)
      if (!choices) {
        const onwards = wayOnwards(here.key, NEARBY)
        if (!onwards || !(await follow(onwards))) await goBack()
        continue
      }
      const choice = choices.shift()!
      if (choices.length === 0) left.delete(here.key)
      taken.push(choice)
      const edge = await takeEdge(world, choice, here)
      here = edge.to
      const to = graph.states.get(here.key) ?? here
      graph.edges.get(edge.from.key)!.push({ ...edge, to })
      add(here)
    }
    return graph
  }
}

/**
 * Lets something happen in a world.
 *
 * @param from where the world is
 * @throws AuthError `failed_precondition` when it is not possible there
 */
export async function takeEdge(world: World, choice: Choice, from = world.state()): Promise<Edge> {
  const payload = choice.type === 'send' ? world.payloadOf(choice) : undefined
  await world.perform(choice)
  const { calls, elapsed } = world
  return { from, choice, to: world.state(), payload, calls, elapsed }
}

/** @returns the shortest way from the start to every state, by key */
export function shortestWays({ start, edges }: Graph): Map<string, Edge[]> {
  const ways = new Map<string, Edge[]>([[start.key, []]])
  for (const [key, way] of ways) {
    for (const edge of edges.get(key) ?? []) {
      if (!ways.has(edge.to.key)) ways.set(edge.to.key, [...way, edge])
    }
  }
  return ways
}

/** @returns the way to a state, of which is known by which edge a search has first come to each state */
function wayBack(reachedBy: Map<string, Edge | undefined>, key: string): Edge[] {
  const way: Edge[] = []
  for (let edge = reachedBy.get(key); edge; edge = reachedBy.get(edge.from.key)) way.push(edge)
  return way.reverse()
}

/** Turns a way through the graph into a story. */
export function toStory(way: readonly Edge[]): Story {
  const steps: Step[] = []
  for (const { choice, payload, calls, elapsed, to } of way) {
    const operations = calls.map(({ operation }) => operation)
    const step = last(steps)
    if (choice.type !== 'answer') {
      const ms = choice.type === 'wait' ? { ms: elapsed } : {}
      const { look } = to
      steps.push({
        action: choice,
        ...(payload && { payload }),
        ...ms,
        answers: [],
        calls: operations,
        look,
      })
    } else if (step) {
      step.answers.push(choice)
      step.calls.push(...operations)
      step.look = to.look
    }
  }
  return new Story(
    way.map(({ choice }) => choice),
    steps,
  )
}
