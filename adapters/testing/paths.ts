import { last } from '../../services/lists.ts'
import { type Bounds, buildGraph, type Edge, type Graph, shortestWays } from './graph.ts'
import type { Model } from './model.ts'
import type { State } from './state.ts'
import { rerun } from './rerun.ts'
import { labelOf, type Look, lookLabelOf, type Story } from './story.ts'

/** What {@link paths} takes beside the model. */
export interface PathsOptions extends Bounds {
  /**
   * `looks`: every way from one thing that a user can see to another, each time until it is the user's
   * turn again. `edges`: everything that can happen in every state, also while a call runs. Default:
   * `looks`.
   */
  cover?: 'looks' | 'edges'
  /** How many answers of one story may be faults. Default: as the model says. */
  faults?: number
}

/**
 * Generates stories that cover a model: the shortest ones, and none that is the beginning of another.
 *
 * @example
 *   for (const story of await paths(model({ signIn }))) {
 *     test(story.title, () => replay(story, openDriver()))
 *   }
 */
export async function paths(model: Model, options: PathsOptions = {}): Promise<Story[]> {
  const { cover = 'looks', faults = model.faults, ...bounds } = options
  const graph = await buildGraph({ ...model, faults }, bounds)
  const moves = cover === 'looks' ? movesOf(graph) : singleMovesOf(graph)
  const idOf = cover === 'looks' ? lookIdOf : ({ key }: State) => key
  const ways = findCover(graph, moves, idOf).map((way) => way.flatMap(({ edges }) => edges))
  const stories: Story[] = []
  for (const way of ways) {
    const story = await inOneRun(way, model)
    if (story) stories.push(story)
  }
  return stories
}

/**
 * Runs a way from start to end. It is put together from several runs, in which other amounts of time had passed: what a
 * token that has expired meanwhile adds is only seen in one run.
 *
 * @returns undefined when it is not possible in one run
 */
async function inOneRun(way: readonly Edge[], model: Model): Promise<Story | undefined> {
  const choices = way.map(({ choice }) => choice)
  const { story, stopped } = await rerun(choices, model, [])
  return stopped === undefined ? story : undefined
}

/** A picture of the app, as data. */
export interface Picture {
  /** Unique, such as `signIn.askingCode, which shows invalid_argument`. */
  name: string
  look: Look
  /** The shortest story that leads there. */
  story: Story
}

/**
 * Lists everything that a user can see, each with the shortest story that leads there.
 *
 * @example
 *   const pictures = await gallery(model({ signIn }))
 */
export async function gallery(model: Model, bounds: Bounds = {}): Promise<Picture[]> {
  const graph = await buildGraph(model, bounds)
  const pictures = new Map<string, Picture>()
  const counts = new Map<string, number>()
  for (const way of shortestWays(graph).values()) {
    const found = last(way)?.to ?? graph.start
    if (pictures.has(JSON.stringify(found.look))) continue
    const story = await inOneRun(way, model)
    if (!story) continue
    const look = last(story.steps)?.look ?? graph.start.look
    const id = JSON.stringify(look)
    if (pictures.has(id)) continue
    const label = lookLabelOf(look)
    const count = (counts.get(label) ?? 0) + 1
    counts.set(label, count)
    const name = count > 1 ? `${label} (${count})` : label
    pictures.set(id, { name, look, story })
  }
  return [...pictures.values()]
}

/** What the user does, or waits for, and everything until it is their turn again. */
interface Move {
  from: State
  edges: Edge[]
  to: State
}

const lookIdOf = ({ look }: State) => JSON.stringify(look)
const isAtRest = ({ pending }: State) => pending.length === 0

function movesOf({ states, edges }: Graph): Map<string, Move[]> {
  const moves = new Map<string, Move[]>()
  for (const from of states.values()) {
    if (!isAtRest(from)) continue
    const found: Move[] = []
    moves.set(from.key, found)
    const extend = (way: Edge[], seen: string[]) => {
      const { to } = last(way)!
      if (isAtRest(to)) return void found.push({ from, edges: way, to })
      for (const edge of edges.get(to.key) ?? []) {
        if (edge.choice.type === 'answer' && !seen.includes(edge.to.key)) {
          extend([...way, edge], [...seen, edge.to.key])
        }
      }
    }
    for (const edge of edges.get(from.key)!) {
      if (edge.choice.type !== 'answer') extend([edge], [from.key, edge.to.key])
    }
  }
  return moves
}

function singleMovesOf({ edges }: Graph): Map<string, Move[]> {
  const toMove = (edge: Edge) => ({ from: edge.from, edges: [edge], to: edge.to })
  return new Map([...edges].map(([key, list]) => [key, list.map(toMove)]))
}

/** Finds few ways that take every move; two moves of one id count as the same. */
function findCover(
  { start }: Graph,
  moves: Map<string, Move[]>,
  idOf: (state: State) => string,
): Move[][] {
  const ways = new Map<string, Move[]>([[start.key, []]])
  const wanted = new Map<string, Move[]>()
  const moveIdOf = (move: Move) => {
    const labels = move.edges.map(({ choice }) => labelOf(choice))
    return [idOf(move.from), ...labels, idOf(move.to)].join(' | ')
  }
  for (const [key, way] of ways) {
    for (const move of moves.get(key) ?? []) {
      const next = [...way, move]
      if (!ways.has(move.to.key)) ways.set(move.to.key, next)
      const id = moveIdOf(move)
      if (!wanted.has(id)) wanted.set(id, next)
    }
  }
  const covered = new Set<string>()
  const longestFirst = [...wanted].sort(([, a], [, b]) => b.length - a.length)
  const chosen = longestFirst.flatMap(([id, way]) => {
    if (covered.has(id)) return []
    for (const move of way) covered.add(moveIdOf(move))
    return [way]
  })
  return chosen.reverse()
}
