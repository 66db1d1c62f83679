import type { AnyMachineSnapshot } from 'xstate'
import { SESSION_EVENTS } from './receivers.ts'
import { last } from '../../services/lists.ts'

const warned = new Set<string>()

/**
 * Warns that nothing takes an event, once for each event and step. Only the event's type is printed,
 * and the flow's name for `flow.start`.
 *
 * @param snapshots of the running flow and its parts, outermost first, and of the session last; none
 *   when the client is not started
 */
export function warnIgnored(
  event: { type: string; flow?: string },
  snapshots: AnyMachineSnapshot[],
): void {
  const text = `cloudbase-authflow: ${reasonOf(event, snapshots)}`
  if (warned.has(text)) return
  warned.add(text)
  console.warn(text)
}

function reasonOf(event: { type: string; flow?: string }, snapshots: AnyMachineSnapshot[]): string {
  if (typeof event.type !== 'string')
    return "an event must be an object with a type: { type: 'flow.cancel' }"
  if (snapshots.length === 0) return `nothing takes ${event.type}: call auth.start() first`
  const { flow, status } = last(snapshots)!.context as { flow?: string; status: string }
  const step = [flow, ...snapshots.slice(0, -1).map(({ value }) => String(value))].filter(Boolean)
  const place = step.length > 0 ? `at ${step.join('.')}` : `with no flow running (${status})`
  const name = event.type === 'flow.start' ? `flow.start for "${event.flow}"` : event.type
  const accepted = typesOf(snapshots.slice(0, -1))
  const isRefused = accepted.includes(event.type) && event.type !== 'flow.start'
  return isRefused
    ? `${name} is not possible yet, or not any more, ${place}`
    : `nothing takes ${name} ${place}; it accepts ${accepted.join(', ')}`
}

/** What the active states of the flow listen to; XState lists them in `_nodes` alone. */
function typesOf(snapshots: AnyMachineSnapshot[]): string[] {
  const types = snapshots.flatMap(({ _nodes }) => _nodes.flatMap(({ ownEvents }) => ownEvents))
  const own = types.filter((type) => !type.startsWith('xstate.'))
  return [...new Set([...own, ...Object.keys(SESSION_EVENTS)])]
}
