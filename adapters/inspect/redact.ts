import type { InspectionEvent } from 'xstate'
import { machineOf } from './charts/config.ts'
import { type Fields, keepBoolean, keepFields, keepName, redactError } from './redactors.ts'
import type { TracedActor, TracedEvent, TracedSnapshot, TracedView, TraceStep } from './trace.ts'
import { contextFields, eventFields } from './visibleFields.ts'

/**
 * Converts an XState inspection event to a trace step without secrets. Allowlists name the fields of
 * events and contexts that are kept; every other field is dropped.
 *
 * @returns `undefined` for an inspection event that is not traced, such as `@xstate.action`
 */
export function redact(event: InspectionEvent): TraceStep | undefined {
  const actor = tracedActor(event)
  switch (event.type) {
    case '@xstate.actor':
      return { type: 'actor', actor }
    case '@xstate.event': {
      // A promise sends as if from outside, and names itself in the event.
      const { origin } = event.event as { origin?: string }
      const source = event.sourceRef?.sessionId ?? origin
      return { type: 'event', actor, ...(source && { source }), event: redactEvent(event.event) }
    }
    case '@xstate.microstep': {
      const taken = event._transitions.map(({ source, target }) => ({
        from: source.id,
        ...(target?.[0] && { to: target[0].id }),
      }))
      return { type: 'microstep', actor, taken }
    }
    case '@xstate.snapshot': {
      const snapshot = redactSnapshot(actor.machine, event.snapshot)
      return { type: 'snapshot', actor, event: redactEvent(event.event), snapshot }
    }
    default:
      return undefined
  }
}

/** The fields of an XState actor that its public type leaves out. */
interface ActorFields {
  id: string
  sessionId: string
  systemId?: string
  _parent?: { sessionId: string }
}

function tracedActor({ actorRef, rootId }: InspectionEvent): TracedActor {
  const { id, sessionId, systemId, _parent } = actorRef as unknown as ActorFields
  const machine = machineOf(actorRef)
  return {
    id,
    sessionId,
    ...(systemId !== undefined && { systemId }),
    ...(machine && { machine: machine.id }),
    ...(_parent && { parent: _parent.sessionId }),
    root: rootId,
  }
}

/**
 * Converts an event to its type and the fields that may be shown.
 *
 * @param event an event with its secrets
 */
export function redactEvent(event: { type: string }): TracedEvent {
  const { type } = event
  return { type, ...redactFields(eventFields[type], event) }
}

const captcha = keepFields({ busy: keepBoolean, error: redactError })

/**
 * Converts a view to the fields that may be shown: no user id, no contact, no captcha picture.
 *
 * @param view the view of a client
 */
export function redactView(view: object): TracedView {
  const fields = { status: keepName, flow: keepName, step: keepName, busy: keepBoolean, captcha }
  return redactFields(fields, view) as TracedView
}

function redactSnapshot(machine: string | undefined, snapshot: object): TracedSnapshot {
  const { status, value, tags, context, ...rest } = snapshot as TracedSnapshot
  const failure = redactFields({}, { error: rest.error })
  if (machine === undefined) return { status, ...failure }
  const kept = redactFields(contextFields[machine], context)
  return {
    status,
    value: JSON.parse(JSON.stringify(value)) as object,
    tags: [...tags!],
    ...(kept && { context: kept }),
    ...failure,
  }
}

/** Keeps the listed fields and `error`, which is shown wherever it occurs. */
const redactFields = (fields: Fields | undefined, value: unknown) =>
  keepFields({ ...fields, error: redactError })(value) as object | undefined
