import type { SnapshotFrom } from 'xstate'
import type { Flows, SessionEvent, SessionMachine, Status } from '../../machines/core/session.ts'
import { SESSION_EVENTS } from './receivers.ts'
import type { View } from './view.ts'
import { hasOwn } from '../../services/record.ts'

/** Who is signed in, as a server hands it to the page: serializable, without a token. */
export interface InitialView {
  status: Status
  user?: { uid?: string }
}

/**
 * Makes the view that a client shows before it has read the stored session.
 *
 * @param readSession returns the session of the client before it starts; only `can` needs it
 * @param initial what the server has handed to the page
 * @returns the view of a client that has read such a session
 */
export function initialViewOf<F extends Flows>(
  readSession: () => SnapshotFrom<SessionMachine>,
  { status, user }: InitialView,
): View<F> {
  const { uid } = user ?? {}
  let state: SnapshotFrom<SessionMachine> | undefined
  const resolve = () => {
    const { machine, context } = readSession()
    return machine.resolveState({
      value: { status, flow: 'idle' },
      context: { ...context, status, uid },
    })
  }
  const can = (event: { type: string }) =>
    hasOwn(SESSION_EVENTS, event.type) && (state ??= resolve()).can(event as SessionEvent)
  return { status, user: user && { uid }, busy: false, can } as unknown as View<F>
}
