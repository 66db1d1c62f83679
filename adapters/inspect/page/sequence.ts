/** Who asked whom: a lane for each part of a client, and an arrow for each message. */
import { escape } from '../charts/svg.ts'
import type { TracedActor, TraceEntry } from '../trace.ts'
import { kindOf, nameOf, operationOf, titleOf } from '../fold.ts'
import type { Words } from './words.ts'

const LANES = ['user', 'session', 'flow', 'part', 'request', 'server', 'captcha', 'tokens'] as const
type Lane = (typeof LANES)[number]

/** A message between two lanes. */
export interface Message {
  /** The index of its entry. */
  index: number
  from: Lane
  to: Lane
  title: string
  kind: 'user' | 'ignored' | 'start' | 'answer' | 'failure' | 'inner'
}

/** The promises that send a request without an actor of the machine `request`. */
const SENDING = new Set(['send', 'createCaptcha', 'verifyCaptcha', 'refresh', 'revoke', 'signOut'])

/** Reads the messages of a trace. */
export function messagesOf(entries: readonly TraceEntry[]): Message[] {
  const actors = new Map<string, TracedActor>()
  /** Who waits for the answer to an operation. */
  const waiting = new Map<string, Lane>()
  const laneOf = (id: string | undefined): Lane => {
    const actor = actors.get(id ?? '')
    if (!actor) return 'user'
    if (actor.systemId === 'captcha' || actor.machine === 'captcha') return 'captcha'
    if (actor.systemId === 'tokens' || actor.machine === 'signOut') return 'tokens'
    const kind = kindOf(actor)
    if (kind !== undefined && kind !== 'shared') return kind
    // A promise belongs to the machine that runs it.
    return laneOf(actor.parent)
  }
  return entries.flatMap((entry, index): Message[] => {
    switch (entry.type) {
      case 'page':
        actors.clear()
        return []
      case 'actor':
        actors.set(entry.actor.sessionId, entry.actor)
        return []
      case 'sent': {
        const { event, taken } = entry
        const next = entries[index + 1]
        const to = taken && next?.type === 'event' ? laneOf(next.actor.sessionId) : 'session'
        return [{ index, from: 'user', to, title: event.type, kind: taken ? 'user' : 'ignored' }]
      }
      case 'call': {
        const { operation, status, code, ms } = entry
        const to = waiting.get(operation) ?? 'request'
        const title = `${code ?? status ?? ''} ${ms} ms`.trim()
        return [
          { index, from: 'server', to, title, kind: code === undefined ? 'answer' : 'failure' },
        ]
      }
      case 'event':
        return toMessage(entry, index)
      default:
        return []
    }
  })

  function toMessage(entry: Extract<TraceEntry, { type: 'event' }>, index: number): Message[] {
    const { actor, source, event } = entry
    const { type } = event
    const before = entries[index - 1]
    const to = laneOf(actor.sessionId)
    if (type === 'xstate.init') {
      const from = laneOf(source)
      if (actor.machine === undefined) {
        const parent = actors.get(actor.parent ?? '')
        if (!SENDING.has(actor.id)) return []
        const title = parent?.machine === 'request' ? operationOf(parent) : actor.id
        waiting.set(title, to)
        return [{ index, from: to, to: 'server', title, kind: 'start' }]
      }
      return from === to || source === undefined
        ? []
        : [{ index, from, to, title: nameOf(actor), kind: 'start' }]
    }
    if (/^(xstate\.(promise|stop)|calls\.open)/.test(type)) return []
    const isDelivery = before?.type === 'sent' && before.event.type === type && !source
    if (isDelivery) return []
    const from = laneOf(source)
    if (from === to) return []
    const isFailure = type.startsWith('xstate.error.')
    const kind = from === 'user' ? 'user' : isFailure ? 'failure' : 'inner'
    const { endpoint } = event as { endpoint?: { operation?: string } }
    const title =
      endpoint?.operation === undefined ? titleOf(type) : `auth.call ${endpoint.operation}`
    return [{ index, from, to, title, kind }]
  }
}

const WIDTH = 104
const HEIGHT = 26
const TOP = 24

/** Draws the messages as an SVG, below one with the names of the lanes that stays in sight. */
export function sequenceOf(messages: Message[], lanes: Words['lanes']): string {
  const width = LANES.length * WIDTH
  const height = TOP + messages.length * HEIGHT
  const x = (lane: Lane) => WIDTH / 2 + LANES.indexOf(lane) * WIDTH
  const heads = LANES.map((lane) => `<text x="${x(lane)}" y="20">${escape(lanes[lane])}</text>`)
  const lines = LANES.map((lane) => `<line x1="${x(lane)}" x2="${x(lane)}" y2="${height}"/>`)
  const arrows = messages.map(({ index, from, to, title, kind }, row) => {
    const y = TOP + row * HEIGHT
    const [start, end] = [x(from), x(to)]
    const tip = end > start ? end - 3 : end + 3
    return `<g class="message ${kind}" data-index="${index}"><rect y="${y - 18}" width="${width}" height="${HEIGHT}"/><path d="M${start} ${y}H${tip}" marker-end="url(#arrow)"/><text x="${(start + end) / 2}" y="${y - 5}">${escape(title)}</text></g>`
  })
  const marker = `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>`
  return [
    `<svg class="lanes" width="${width}" height="30">${heads.join('')}</svg>`,
    `<svg width="${width}" height="${height}">${marker}${lines.join('')}${arrows.join('')}</svg>`,
  ].join('')
}
