import { last } from '../../services/lists.ts'
import { AuthError } from '../../services/error.ts'
import type { Status } from '../../machines/core/session.ts'
import { type Edge, takeEdge, toStory } from './graph.ts'
import type { Trace, TraceEntry, TracedView } from '../inspect/trace.ts'
import { isRecord } from '../../services/record.ts'
import type { AppCall, Model, Payload, Payloads } from './model.ts'
import type { Outcome } from './outcomes.ts'
import { shipped } from './shipped.ts'
import {
  type Choice,
  labelOf,
  type Look,
  lookLabelOf,
  type PopupOutcome,
  type Story,
  type TabAction,
} from './story.ts'
import { openWorld, type World } from './world.ts'

/** What {@link storyOf} has read from a trace. */
export interface RecordedStory {
  story: Story
  /** The model, with the answers, popups and calls of the app that were recorded and that it lacked. */
  model: Model
  /** Where the flows go another way now than was recorded; the story ends there. */
  difference?: string
}

/** What was recorded, and what was seen afterwards. */
interface Item {
  /** What it may have been; undefined for something that has not happened in the world. */
  candidates: (Choice | undefined)[]
  view?: TracedView
}

/** How many readings of a trace are tried. */
const MAX_ATTEMPTS = 300

/**
 * Reads the story of a recorded trace: what the app sent and called, what the server answered, how popups ended, when time
 * had passed, the page was left, and another tab had acted. A trace does not contain which of several good answers an
 * answer was; the one is taken with which the flows go on as recorded.
 *
 * @param trace of one page, from its start; see `recorder` of `cloudbase-authflow/inspect`
 *
 * @example
 *   const { story, model: world } = await storyOf(readTrace(text), model({ signIn }))
 *   const { violations } = await rerun(story.choices, world)
 */
export async function storyOf(trace: Pick<Trace, 'entries'>, model: Model): Promise<RecordedStory> {
  const { entries } = trace
  const outcomes = { ...model.outcomes }
  const first = entries.find((entry) => entry.type === 'view' && entry.status !== 'unknown')
  const { status = model.status } = (first ?? {}) as { status?: Status }
  const hasPopup = entries.some(opensPopup)
  const known = {
    ...model,
    status,
    outcomes,
    events: hasPopup ? withPopups(model.events) : model.events,
    calls: [...model.calls, ...missingCalls(entries, model)],
  }
  const items = entries
    // What is read when the client starts is no change.
    .filter(({ type, n }) => type !== 'event' || n > (first?.n ?? -1))
    .flatMap((entry) => itemOf(entry, known, outcomes) ?? [])
  addViews(items, entries)
  const world = {
    ...known,
    faults: Infinity,
    reloads: Infinity,
    otherTabs: Infinity,
  }

  const picks = items.map(() => 0)
  let best: { way: Edge[]; at: number; difference?: string } | undefined
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const found = await follow(items, picks, world)
    if (!best || found.at > best.at) best = found
    if (found.difference === undefined) break
    let index = Math.min(found.at, items.length - 1)
    while (index >= 0 && picks[index]! + 1 >= items[index]!.candidates.length) picks[index--] = 0
    if (index < 0) break
    picks[index]!++
    picks.fill(0, index + 1)
  }
  const { way, difference } = best!
  return { story: toStory(way), model: world, ...(difference !== undefined && { difference }) }
}

/** Goes along one reading, to its end or to where it is not as recorded. */
async function follow(items: Item[], picks: number[], model: Model) {
  const world = await openWorld(model)
  const way: Edge[] = []
  const end = (at: number, difference?: string) => ({ way, at, difference })
  try {
    for (const [at, { candidates, view }] of items.entries()) {
      const choice = candidates[picks[at]!]
      if (choice) {
        const problem = await add(way, world, choice)
        if (problem !== undefined) return end(at, problem)
      }
      const { look } = world.state()
      if (!view || isAsRecorded(look, view)) continue
      const recorded = { ...look, error: undefined, ...toLook(view) }
      const label = choice ? labelOf(choice) : 'nothing'
      const nameOf = (each: Look) =>
        lookLabelOf(each) + (look.status === view.status ? '' : ` while ${each.status}`)
      return end(at, `${label} leads to ${nameOf(look)}; recorded was ${nameOf(recorded)}`)
    }
    return end(items.length)
  } finally {
    world.stop()
  }
}

/** @returns why the choice is not possible */
async function add(way: Edge[], world: World, choice: Choice): Promise<string | undefined> {
  const from = world.state()
  try {
    way.push(await takeEdge(world, choice, from))
  } catch (thrown) {
    if (!(thrown instanceof AuthError)) throw thrown
    return `${labelOf(choice)} is not possible at ${lookLabelOf(from.look)}: ${thrown.description}`
  }
  return undefined
}

function itemOf(
  entry: TraceEntry,
  model: Model,
  outcomes: Record<string, readonly Outcome[]>,
): (Item & { n: number }) | undefined {
  const { n } = entry
  if (entry.type === 'sent' && entry.taken) {
    const { type, flow, isPopup } = entry.event
    const payloads = (model.events[type] || [{}]).filter(
      (payload) =>
        (type !== 'flow.start' || payload['flow'] === flow) &&
        (isPopup === undefined || isPopup === payload['isPopup']),
    )
    const candidates = payloads.map(({ note }): Choice => ({
      type: 'send',
      event: type,
      ...(note !== undefined && { note }),
    }))
    // The model starts no such flow, which the world will say.
    const unknown: Choice = { type: 'send', event: type, note: String(flow) }
    return { n, candidates: candidates.length > 0 ? candidates : [unknown] }
  }
  if (entry.type === 'call' && entry.code !== 'cancelled') {
    const { operation, code } = entry
    const listed = (outcomes[operation] ??= [{ name: 'ok', output: {} }])
    let names = listed.filter(({ error }) => error === code).map(({ name }) => name)
    if (names.length === 0 && code !== undefined) {
      outcomes[operation] = [...listed, { name: code, error: code }]
      names = [code]
    }
    const answers = names.map((outcome): Choice => ({ type: 'answer', operation, outcome }))
    // The app may have asked for fresh tokens, which is no choice of a story.
    return { n, candidates: operation === 'refresh' ? [...answers, undefined] : answers }
  }
  if (entry.type === 'page') return { n, candidates: [{ type: 'reload' }] }
  const popup = popupOf(entry)
  if (popup) return { n, candidates: popup.map((outcome) => ({ type: 'popup', outcome })) }
  const operation = calledBy(entry)
  if (operation !== undefined) return { n, candidates: [{ type: 'call', operation }] }
  // The session has changed in this tab or in another one.
  const action = entry.type === 'event' && tabActionOf[entry.event.type]
  if (action) return { n, candidates: [undefined, { type: 'otherTab', action }] }
  // Deadlines that pass at once are recorded one by one.
  if (entry.type === 'event' && entry.event.type.startsWith('xstate.done.actor.until'))
    return { n, candidates: [{ type: 'wait' }, undefined] }
  return undefined
}

const tabActionOf: Record<string, TabAction | undefined> = {
  'pair.restored': 'signIn',
  'pair.lost': 'signOut',
  'pair.refreshed': 'refresh',
}

/** @returns how a popup may have ended, when it ends with this entry */
function popupOf(entry: TraceEntry): PopupOutcome[] | undefined {
  if (entry.type !== 'event') return undefined
  const { type, error } = entry.event
  if (type === 'xstate.done.actor.openPopup') return ['answered', 'denied']
  if (type !== 'xstate.error.actor.openPopup') return undefined
  return [(error as { code?: string }).code === 'failed_precondition' ? 'blocked' : 'closed']
}

/** The flow itself may close the popup, so that its end does not count. */
const opensPopup = (entry: TraceEntry) => entry.type === 'actor' && entry.actor.id === 'openPopup'

/** Adds to every payload with a provider one that opens a popup. */
const withPopups = (events: Payloads): Payloads =>
  Object.fromEntries(
    Object.entries(events).map(([type, payloads]) => {
      const list = payloads || []
      if (list.some((each) => each['isPopup'] || isPopupIn(each['input']))) return [type, payloads]
      const added = list.filter(hasProvider).map((payload) => {
        const { input } = payload
        const note = [payload.note, 'popup'].filter(Boolean).join(', ')
        return isRecord(input)
          ? { ...payload, note, input: { ...input, isPopup: true } }
          : { ...payload, note, isPopup: true }
      })
      return [type, added.length > 0 ? [...list, ...added] : payloads]
    }),
  )

const isPopupIn = (input: unknown) => isRecord(input) && input['isPopup'] === true
const hasProvider = (payload: Payload) =>
  'redirect_uri' in { ...payload, ...(payload['input'] as object | undefined) }

/** @returns the operation that the app calls by `auth.call` with this entry */
function calledBy(entry: TraceEntry): string | undefined {
  if (entry.type !== 'event' || entry.event.type !== 'call.start') return undefined
  return (entry.event['endpoint'] as { operation?: string } | undefined)?.operation
}

/** The calls of the app to endpoints of this package that the model lacks. */
function missingCalls(entries: readonly TraceEntry[], { calls }: Model): AppCall[] {
  const called = new Set(entries.map(calledBy))
  for (const { endpoint } of calls) called.delete(endpoint.operation)
  return shipped.filter(({ operation }) => called.has(operation)).map((endpoint) => ({ endpoint }))
}

/**
 * Adds to each item the last view before the next one. An app calls the server as soon as it is shown a view, which
 * may be before the flow has come to rest: such a view is not compared, but the one behind the call.
 */
function addViews(items: Item[], entries: readonly TraceEntry[]) {
  const numbers = (items as (Item & { n: number })[]).map(({ n }) => n)
  let isShownLater = false
  for (const [at, item] of [...items.entries()].reverse()) {
    const next = numbers[at + 1] ?? Infinity
    const views = entries.filter(
      (entry): entry is Extract<TraceEntry, { type: 'view' }> =>
        entry.type === 'view' && entry.n > numbers[at]! && entry.n < next,
    )
    if (!isShownLater) item.view = last(views)
    const isCall = item.candidates.some((choice) => choice?.type === 'call')
    isShownLater = isCall && (isShownLater || views.length > 0)
  }
}

function toLook({ status, flow, step, captcha, error }: TracedView): Partial<Look> {
  const shown = (captcha ? captcha.error : error) as { code?: string } | undefined
  return { status, flow, step, captcha: !!captcha, error: shown?.code }
}

const isAsRecorded = (look: Look, view: TracedView) =>
  Object.entries(toLook(view)).every(([name, value]) => look[name as keyof Look] === value)
