import type { AnyActorRef, AnyMachineSnapshot } from 'xstate'
import { AuthError } from '../../services/error.ts'
import { isRecord } from '../../services/record.ts'
import { Secret } from '../../services/secret.ts'
import type { Choice, Look } from './story.ts'

/** A state of the flows with everything around them: actors, calls under way, deadlines. */
export interface State {
  /** Equal for two states that can go on in the same ways. */
  key: string
  look: Look
  /** What can happen next. */
  choices: readonly Choice[]
  /** The operations that wait for an answer, in the order of the calls. */
  pending: readonly string[]
  /** The calls that the app has made beside the flow and that have not ended. */
  appCalls: readonly string[]
  /** How many deadlines lie ahead. */
  deadlines: number
  /** Whether a session is stored. */
  isStored: boolean
  /** The id of the user who is signed in. */
  uid?: string
  /** What the session has thrown. */
  thrown?: string
}

/** What decides, beside the actors, how the world goes on. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  now: number
  pending: readonly string[]
  /** In milliseconds since the epoch. */
  deadlines: readonly number[]
  /** The budgets that are spent, and what is stored. */
  rest: readonly unknown[]
}

/** Fields of contexts that never decide how a flow goes on. */
const IRRELEVANT = new Set(['flows', 'userFact'])

/** Numbers of which only the order matters. */
class Ranks {
  readonly #numbers = new Map<number, { toJSON(): number }>()
  #order?: number[]

  /** @returns what becomes the rank of the number, once all numbers are known */
  add(number: number): object {
    const known = this.#numbers.get(number)
    if (known) return known
    const rank = { toJSON: () => this.#sorted().indexOf(number) }
    this.#numbers.set(number, rank)
    return rank
  }

  /** All numbers are known when the first rank is asked for. */
  #sorted() {
    return (this.#order ??= [...this.#numbers.keys()].sort((a, b) => a - b))
  }
}

/**
 * Makes the key of a state. Secrets and the contents of errors that are not shown count for nothing,
 * and of times only the order counts, as in a timed automaton.
 *
 * @param root the session
 */
export function keyOf(root: AnyActorRef, { now, pending, deadlines, rest }: Surroundings): string {
  const serial = (root.system.get('tokens') as AnyActorRef | undefined)?.getSnapshot().context
    .serial as number
  /** A code that may be sent again is not shared any more. */
  const isCurrent = (item: unknown) => !(Number((item as { resendAt?: unknown })?.resendAt) <= now)
  const times = new Ranks()
  const orders = new Ranks()

  function normalize(value: unknown, name: string): unknown {
    if (value === undefined || value === null || typeof value === 'function') return undefined
    if (value instanceof Secret) return 'secret'
    if (value instanceof AuthError) return value.code
    if (typeof value === 'number') {
      if (name === 'serial') return value === serial ? 'newest' : 'outdated'
      if (name.endsWith('At')) return value > now ? times.add(value) : 'past'
      return name === 'order' ? orders.add(value) : value
    }
    if (Array.isArray(value)) return value.filter(isCurrent).map((item) => normalize(item, ''))
    if (!isRecord(value) || 'getSnapshot' in value) return typeof value === 'object' ? '' : value
    const fields = Object.entries(value)
      .filter(([field]) => !IRRELEVANT.has(field))
      .map(([field, inner]) => [field, normalize(inner, field)] as const)
      .filter(([, inner]) => inner !== undefined)
    return fields.sort(([a], [b]) => (a < b ? -1 : 1))
  }

  function describe(actor: AnyActorRef): unknown {
    const { machine, value, status, context, children } = actor.getSnapshot() as AnyMachineSnapshot
    if (actor.id === 'calls')
      return [...(context as Map<string, AnyActorRef>).values()].map(describe)
    if (!machine) return status
    const own = actor.id === 'tokens' ? { ...context, serial: undefined } : context
    const inner = Object.entries<AnyActorRef | undefined>(children)
      .filter(([, child]) => child)
      .map(([id, child]) => [id, describe(child!)] as const)
    return [value, status, normalize(own, ''), inner.sort(([a], [b]) => (a < b ? -1 : 1))]
  }

  const ahead = deadlines.map((deadline) => times.add(deadline))
  return JSON.stringify([describe(root), pending, ahead, rest])
}
