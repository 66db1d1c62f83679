/** The receivers of `@xstate/inspect` 0.8, with the XState 4 that they run on. */
import { createWebSocketReceiver, createWindowReceiver } from '@xstate/inspect'

/** What a receiver of `@xstate/inspect` has read, with every state resolved by XState 4. */
export interface Received {
  type: string
  sessionId: string
  /** The id of the actor's machine. */
  machine?: string
  /** The value of the resolved state. */
  value?: unknown
}

interface LegacyMachine {
  id: string
  resolveState(state: unknown): { value: unknown }
}

interface LegacyEvent {
  type: string
  sessionId: string
  machine?: LegacyMachine
  state?: unknown
}

/** Reads what a receiver emits; a state of a machine that XState 4 cannot make throws. */
export function readReceived(onEvent: (event: Received) => void): (event: unknown) => void {
  const machines = new Map<string, LegacyMachine>()
  return (raw) => {
    const { type, sessionId, machine, state } = raw as LegacyEvent
    if (machine) machines.set(sessionId, machine)
    const own = machines.get(sessionId)
    const value = state === undefined ? {} : { value: own!.resolveState(state).value }
    onEvent({ type, sessionId, ...(own && { machine: own.id }), ...value })
  }
}

/**
 * Connects the receiver for WebSockets.
 *
 * @param server host and port
 */
export function receiveOver(server: string, onEvent: (event: Received) => void): void {
  createWebSocketReceiver({ server, serialize: undefined }).subscribe(readReceived(onEvent))
}

/** Starts the receiver of a window that another one posts to. */
export function receiveFromWindow(onEvent: (event: Received) => void): void {
  createWindowReceiver({}).subscribe(readReceived(onEvent))
}
