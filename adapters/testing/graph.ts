import { last } from '../../services/lists.ts'
import { requireNumber } from '../../services/requireNumber.ts'
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

/** A state, and how far it is explored. */
interface Node {
  state: State
  edges: Edge[]
  /** The choices that were not tried yet. */
  left: Choice[]
  /** How many choices it is away from the start on the shortest known way, and the last of them. */
  distance: number
  via?: { from: Node; choice: Choice }
  /** How it was reached first: the choices of that run, and how many of them. */
  run: readonly Choice[]
  length: number
}

/** How many choices can be repeated in the time in which a world is opened. */
const COST_OF_START = 3

/**
 * Tries every choice in every state. A run is its list of choices: to go on from an earlier state it is
 * run again, because a stored snapshot would send again what had been sent.
 */
export async function buildGraph(model: Model, bounds: Bounds = {}): Promise<Graph> {
  const { limit = 20_000, signal } = bounds
  requireNumber('explore', { limit }, Infinity)
  let world = await openWorld(model)
  try {
    return await build()
  } finally {
    world.stop()
  }

  async function build(): Promise<Graph> {
    const start = world.state()
    const states = new Map<string, State>()
    const nodes = new Map<string, Node>()
    const unfinished = new Set<Node>()
    const diverged: string[] = []
    /** The choices since the world was opened. */
    let taken: Choice[] = []

    function add(state: State, via?: Node['via']): Node {
      const known = nodes.get(state.key)
      if (known) return known
      const isEnd = (via && model.stop(state)) || state.thrown !== undefined
      const left = isEnd ? [] : [...state.choices]
      const distance = via ? via.from.distance + 1 : 0
      const node = { state, edges: [], left, distance, via, run: taken, length: taken.length }
      states.set(state.key, state)
      nodes.set(state.key, node)
      if (left.length > 0) unfinished.add(node)
      return node
    }

    /** Notes a way that may be shorter than the known one, and what it shortens. */
    function shorten(to: Node, from: Node, choice: Choice) {
      const queue = [{ to, from, choice }]
      for (const { to, from, choice } of queue) {
        if (to.distance <= from.distance + 1) continue
        to.distance = from.distance + 1
        to.via = { from, choice }
        for (const edge of to.edges) {
          queue.push({ to: nodes.get(edge.to.key)!, from: to, choice: edge.choice })
        }
      }
    }

    const isUnfinished = ({ left }: Node) => left.length > 0

    function nearestToStart(): Node {
      let nearest: Node | undefined
      for (const node of unfinished)
        if (!(nearest && nearest.distance <= node.distance)) nearest = node
      return nearest!
    }

    /** @returns the choices from one state to the nearest unfinished one, if they are fewer than a limit */
    function wayOnwards(from: Node, below: number): Choice[] | undefined {
      const reachedBy = new Map<Node, { from: Node; choice: Choice } | undefined>([
        [from, undefined],
      ])
      const lengths = new Map([[from, 0]])
      for (const [node] of reachedBy) {
        if (isUnfinished(node)) return wayBack(node, (each) => reachedBy.get(each))
        const length = lengths.get(node)! + 1
        if (length >= below) return undefined
        for (const { choice, to } of node.edges) {
          const next = nodes.get(to.key)!
          if (reachedBy.has(next)) continue
          reachedBy.set(next, { from: node, choice })
          lengths.set(next, length)
        }
      }
      return undefined
    }

    /** @returns the state that the choices have led to, if they were possible */
    async function follow(way: readonly Choice[]): Promise<Node | undefined> {
      try {
        for (const choice of way) {
          taken.push(choice)
          await world.perform(choice)
        }
      } catch {
        return undefined
      }
      return nodes.get(world.state(states).key)
    }

    async function startOver(way: readonly Choice[]): Promise<Node | undefined> {
      world.stop()
      world = await openWorld(model)
      taken = []
      return follow(way)
    }

    /** Goes to a state that is not finished; near ones first, as every choice on the way is repeated. */
    async function goOn(from: Node): Promise<Node> {
      const nearest = nearestToStart()
      const onwards = wayOnwards(from, nearest.distance + COST_OF_START)
      const found = onwards && (await follow(onwards))
      if (found && isUnfinished(found)) return found
      // Times of which only the order counts can differ on the shorter way.
      const way = wayBack(nearest, ({ via }) => via)
      const first = nearest.run.slice(0, nearest.length)
      for (const each of [way, first]) if ((await startOver(each)) === nearest) return nearest
      diverged.push(first.map(labelOf).join(', '))
      nearest.left = []
      unfinished.delete(nearest)
      return (await startOver([]))!
    }

    let here = add(start)
    let isComplete = true
    while (unfinished.size > 0) {
      if (states.size >= limit || signal?.aborted) {
        isComplete = false
        break
      }
      if (!isUnfinished(here)) {
        here = await goOn(here)
        continue
      }
      const choice = here.left.shift()!
      if (!isUnfinished(here)) unfinished.delete(here)
      taken.push(choice)
      const edge = await takeEdge(world, choice, here.state, states)
      const from = here
      here = add(edge.to, { from, choice })
      from.edges.push(edge)
      shorten(here, from, choice)
    }
    const edges = new Map([...nodes].map(([key, node]) => [key, node.edges]))
    return { start, states, edges, isComplete, diverged }
  }
}

/** @returns the choices that lead to a node, of which is known how every node is reached */
function wayBack(node: Node, viaOf: (node: Node) => Node['via']): Choice[] {
  const way: Choice[] = []
  for (let via = viaOf(node); via; via = viaOf(via.from)) way.push(via.choice)
  return way.reverse()
}

/**
 * Lets something happen in a world.
 *
 * @param from where the world is
 * @param known states of which an equal one is taken for where it leads
 * @throws AuthError `failed_precondition` when it is not possible there
 */
export async function takeEdge(
  world: World,
  choice: Choice,
  from = world.state(),
  known?: ReadonlyMap<string, State>,
): Promise<Edge> {
  const payload = choice.type === 'send' ? world.payloadOf(choice) : undefined
  await world.perform(choice)
  const { calls, elapsed } = world
  return { from, choice, to: world.state(known), payload, calls, elapsed }
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
