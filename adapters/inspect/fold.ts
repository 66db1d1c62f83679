/** What a trace shows at one of its entries. The inspector page and the command line read it here. */
import type { MachineConfig, TracedActor, TracedSnapshot, TraceEntry } from './trace.ts'
import { last } from '../../services/lists.ts'

/** An actor as it was at one entry. */
export interface ActorState extends TracedActor, Partial<TracedSnapshot> {
  status: string
  /** The transitions of its last step. */
  taken: { from: string; to?: string }[]
  /** When it entered its state, in ms since the trace began. */
  since: number
  /** The index of the entry by which it entered its state. */
  movedAt: number
  /** The index of the entry by which it ended. */
  endedAt?: number
}

/** Reads the actors as they were after the entry at `index`. */
export function actorsAt(entries: readonly TraceEntry[], index: number): Map<string, ActorState> {
  const actors = new Map<string, ActorState>()
  /** The actor whose microsteps came last, because the steps of one event follow each other. */
  let stepping: ActorState | undefined
  entries.slice(0, index + 1).forEach((entry, position) => {
    if (entry.type === 'page') actors.clear()
    if (!('actor' in entry)) return
    const { sessionId } = entry.actor
    const actor = actors.get(sessionId) ?? created(entry.actor, entry.at, position)
    actors.set(sessionId, Object.assign(actor, entry.actor))
    if (entry.type === 'event') stepping = undefined
    if (entry.type === 'microstep') {
      actor.taken = stepping === actor ? [...actor.taken, ...entry.taken] : entry.taken
      stepping = actor
    }
    if (entry.type !== 'snapshot') return
    const { value, tags, context, status, error } = entry.snapshot
    if (JSON.stringify(value) !== JSON.stringify(actor.value)) {
      actor.since = entry.at
      actor.movedAt = position
    }
    Object.assign(actor, { value, tags, context, status, error })
    if (status !== 'active') actor.endedAt = position
  })
  return actors
}

const created = (actor: TracedActor, since: number, movedAt: number): ActorState => ({
  ...actor,
  status: 'active',
  taken: [],
  since,
  movedAt,
})

/** What an actor is to a reader. */
export type Kind = 'session' | 'flow' | 'part' | 'request' | 'shared'

/** Returns what an actor is; undefined for a promise or a timer. */
export function kindOf({ machine, systemId }: TracedActor): Kind | undefined {
  if (machine === undefined) return undefined
  if (systemId === 'flow') return 'flow'
  if (machine === 'session') return 'session'
  if (machine === 'request') return 'request'
  return systemId === 'captcha' || systemId === 'tokens' ? 'shared' : 'part'
}

/** Returns the name of an actor: the flow's machine, the operation of a request, else its id. */
export function nameOf(actor: TracedActor): string {
  if (actor.systemId === 'flow') return actor.machine ?? actor.id
  if (actor.machine === 'request') return operationOf(actor)
  return actor.systemId ?? actor.id
}

/** Returns the operation that a request calls. */
export const operationOf = ({ id }: TracedActor): string => id.replace(/^call\.(\w+)\.\d+$/, '$1')

/** What a state means to the user. */
export type Mood = 'asking' | 'busy' | 'good' | 'bad' | 'resting'

/** Returns what the state of an actor means. */
export function moodOf({ status, tags = [] }: ActorState): Mood {
  if (status === 'error') return 'bad'
  if (status !== 'active') return 'good'
  if (tags.includes('asking') || tags.includes('captcha')) return 'asking'
  return tags.includes('busy') ? 'busy' : 'resting'
}

/** Formats a state value as `signedOut · idle`. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return ''
  return Object.values(value).map(textOf).join(' · ')
}

/** Returns the ids of the active state nodes of a machine, which need not follow their keys. */
export function idsOf(chart: MachineConfig | undefined, value: unknown): string[] {
  const inside = typeof value === 'string' ? { [value]: undefined } : value
  if (!chart || typeof inside !== 'object' || inside === null) return []
  return Object.entries(inside).flatMap(([key, part]) => {
    const state = chart.states?.[key]
    return state ? [state.id, ...idsOf(state, part)] : []
  })
}

const rank = (actor: ActorState): number =>
  moodOf(actor) === 'asking' ? (actor.machine === 'captcha' ? 3 : 2) : 1

/**
 * Chooses the actor to show: the captcha dialog while it asks, else the innermost actor that asks, else
 * one that works, else the session.
 */
export function focusOf(actors: Map<string, ActorState>): ActorState | undefined {
  const machines = [...actors.values()].filter(({ machine }) => machine !== undefined)
  const running = machines.filter(({ status }) => status === 'active')
  const session = running.find(({ machine }) => machine === 'session')
  const [first] = running
    .filter((actor) => actor !== session && ['asking', 'busy'].includes(moodOf(actor)))
    .sort((a, b) => rank(b) - rank(a) || b.movedAt - a.movedAt)
  return first ?? session ?? last(machines)
}

/** A line of the log. */
export interface Row {
  /** The index of its entry. */
  index: number
  at: number
  /** `app`: an event or call of the app; `view`: what the app shows. */
  kind: 'app' | 'ignored' | 'call' | 'failure' | 'view' | 'inner'
  title: string
  /** The name of the actor it is about. */
  place: string
  details: string
}

/** Reads the lines of the log. Effects follow the event of the app that caused them. */
export function rowsOf(entries: readonly TraceEntry[]): Row[] {
  const rows = entries.map((entry, index): Row | undefined => {
    const base = { index, at: entry.at, place: '', details: '' }
    switch (entry.type) {
      case 'sent':
        return {
          ...base,
          kind: entry.taken ? 'app' : 'ignored',
          title: entry.event.type,
          details: fieldsOf(entry.event),
        }
      case 'call': {
        const { method, path, status, code, ms, operation } = entry
        const outcome = code ?? status
        return {
          ...base,
          kind: code === undefined ? 'call' : 'failure',
          title: `${method} ${path}`,
          details: [operation, outcome, `${ms} ms`].join(' · '),
        }
      }
      case 'view': {
        const { status, flow, step } = entry
        const title = step === undefined ? status : `${flow} · ${step}`
        return { ...base, kind: 'view', title, place: entry.captcha ? 'captcha' : '' }
      }
      case 'page':
        return { ...base, kind: 'view', title: 'new page' }
      case 'event':
        return isDelivery(entries, index) ? undefined : { ...base, ...eventRow(entry) }
      default:
        return undefined
    }
  })
  return rows.filter((row) => row !== undefined)
}

type EventEntry = Extract<TraceEntry, { type: 'event' }>

function eventRow({ event, actor, source }: EventEntry) {
  const { type } = event
  const details = fieldsOf(event)
  if (type === 'call.start' && source === undefined) {
    const { operation } = (event['endpoint'] ?? {}) as { operation?: string }
    return { kind: 'app' as const, title: `auth.call ${operation}`, place: '', details: '' }
  }
  const kind = type.startsWith('xstate.error.') ? ('failure' as const) : ('inner' as const)
  return { kind, title: titleOf(type), place: nameOf(actor), details }
}

/** Whether an event is of no interest, or repeats what the app has just sent. */
function isDelivery(entries: readonly TraceEntry[], index: number): boolean {
  const { event, source } = entries[index] as EventEntry
  if (/^(xstate\.(init|promise|stop)|calls\.open)/.test(event.type)) return true
  const before = entries[index - 1]
  return source === undefined && before?.type === 'sent' && before.event.type === event.type
}

/** Formats the type of an event: `send failed` for `xstate.error.actor.send`. */
export function titleOf(type: string): string {
  const [, outcome, id] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(type) ?? []
  if (!outcome) return type
  return `${id!.replace(/^call\.(\w+)\.\d+$/, '$1')} ${outcome === 'done' ? 'done' : 'failed'}`
}

const fieldsOf = ({ type, ...fields }: { type: string }): string => plain(fields)

/** Formats a value of the trace for reading: an error as `code · operation`. */
export function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join(', ')
  if (typeof value !== 'object' || value === null) return String(value)
  const { code, operation, status } = value as Record<string, unknown>
  if (typeof code === 'string') return [code, operation, status].filter(Boolean).join(' · ')
  const fields = Object.entries(value).map(([name, part]) =>
    name === 'error' ? plain(part) : `${name}: ${plain(part)}`,
  )
  return fields.join(', ')
}

/** Formats a duration in ms. */
export function durationOf(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 90_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`
}
