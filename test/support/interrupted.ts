import type { Edge, State } from '../../adapters/testing/index.ts'
import { labelOf, lookLabelOf, placeOf } from '../../adapters/testing/story.ts'

/** What {@link compareInterrupted} has compared. */
export interface Interruptions {
  /** How many interruptions of each kind there were. */
  counts: Record<string, number>
  /** What differs afterwards, as sentences. */
  differences: string[]
}

/** An interruption: the state without it, and the state in which it is over. */
interface Interruption {
  kind: string
  plain: State
  interrupted: State
}

/**
 * Compares, for every interruption in the graph of a model, how the flow goes on after it with how it goes
 * on without: a captcha that is asked for or rejected and then solved, an expired token that is
 * refreshed, a lost answer of a call that is repeated, and a reload while the user moves next. Whatever
 * the user and the server do afterwards must be seen and called in the same way.
 *
 * @param edges all of them, of a model with a budget of one fault and one reload at most
 */
export function compareInterrupted(edges: readonly Edge[]): Interruptions {
  const byState = new Map<string, Edge[]>()
  for (const edge of edges) {
    const { key } = edge.from
    byState.set(key, [...(byState.get(key) ?? []), edge])
  }
  const edgesOf = ({ key }: State) => byState.get(key) ?? []
  const take = (from: State | undefined, label: string) =>
    from && edgesOf(from).find(({ choice }) => labelOf(choice) === label)?.to

  function endOf({ from, choice, to }: Edge): Interruption | undefined {
    const { look, pending } = from
    const isAsking = look.flow !== undefined && !look.busy && !look.captcha && pending.length === 0
    if (choice.type === 'reload' && isAsking)
      return { kind: 'reload', plain: from, interrupted: to }
    const cure = choice.type === 'answer' && cures[choice.outcome]
    if (!cure || !look.busy) return undefined
    const interrupted = cure.reduce<State | undefined>(take, to)
    const isSentAgain = interrupted?.pending.includes(choice.operation)
    return interrupted && isSentAgain
      ? { kind: choice.outcome, plain: from, interrupted }
      : undefined
  }

  const counts: Record<string, number> = {}
  const differences = new Set<string>()

  /** Follows both states along what the user, the server and time can do in both. */
  function compare({ kind, plain, interrupted }: Interruption) {
    counts[kind] = (counts[kind] ?? 0) + 1
    const queue: [State, State, string][] = [[plain, interrupted, 'nothing']]
    const seen = new Set<string>()
    for (const [a, b, last] of queue) {
      const id = `${a.key} ${b.key}`
      if (a.key === b.key || seen.has(id)) continue
      seen.add(id)
      if (lookOf(a) !== lookOf(b)) {
        const [wanted, found] = [placeOf(a.look), lookLabelOf(b.look)]
        differences.add(`after ${kind}, ${last} leads to ${found} instead of ${wanted}`)
        continue
      }
      for (const { choice, to } of edgesOf(b)) {
        const isOther = choice.type === 'reload' || choice.type === 'otherTab'
        const same = isOther ? undefined : take(a, labelOf(choice))
        if (same) queue.push([same, to, labelOf(choice)])
      }
    }
  }

  for (const edge of edges) {
    const interruption = endOf(edge)
    if (interruption) compare(interruption)
  }
  return { counts, differences: [...differences].sort() }
}

const solved = ['createCaptcha → ok', 'captcha.answer', 'verifyCaptcha → ok']

/** What has to happen after a failure until the call is sent again. */
const cures: Record<string, string[]> = {
  captcha_required: solved,
  captcha_invalid: solved,
  unauthenticated: ['refresh → ok'],
  unreachable: ['time passes'],
}

/** What is seen in a state and which calls run. */
const lookOf = ({ look, pending }: State) => JSON.stringify([look, [...pending].sort()])
