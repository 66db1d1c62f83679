import { type AnyActorRef, createActor, fromTransition } from 'xstate'
import type { AnyEndpoint } from '../../services/http/endpoint.ts'
import { endpointOf, request } from './request.ts'

/** Calls one endpoint for `auth.call`. */
export interface CallStart {
  type: 'call.start'
  /** Names the new actor. */
  id: string
  endpoint: AnyEndpoint
  params: object
}

type CallsEvent =
  | CallStart
  /** Stops the calls whose answer would sign in. */
  | { type: 'calls.cancelSignIns' }
  | { type: 'xstate.stop' }
  /** A call has ended. */
  | { type: `xstate.${'done' | 'error'}.actor.${string}`; actorId: string }

/**
 * Runs the calls made by `auth.call`, each as a `request`. It is a plain transition function because
 * XState copies the children of a machine at every start and stop, which makes a thousand calls at
 * once quadratic, and keeps an event descriptor of each child for good.
 */
export const calls = fromTransition<Running, CallsEvent, System, undefined>(
  (running, event, { self, stopChild }) => {
    const stop = (id: string, call: AnyActorRef) => {
      running.delete(id)
      stopChild(call)
    }
    switch (event.type) {
      case 'call.start': {
        const { id, endpoint, params } = event
        const call: AnyActorRef = createActor(request<object, unknown>(endpoint as never), {
          id,
          input: params,
          parent: self,
        })
        running.set(id, call)
        call.start()
        break
      }
      case 'calls.cancelSignIns':
        for (const [id, call] of running) if (endpointOf(call)?.signsIn) stop(id, call)
        break
      case 'xstate.stop':
        for (const [id, call] of running) stop(id, call)
        break
      default:
        running.delete(event.actorId)
    }
    return running
  },
  () => new Map(),
)

/** The actor logic of `calls`. */
export type Calls = typeof calls

/** The running calls by their ids. */
type Running = Map<string, AnyActorRef>
type System = AnyActorRef['system']
