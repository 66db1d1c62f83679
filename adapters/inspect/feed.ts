import type { Sink } from './inspector.ts'
import { traceMemory } from './recorder.ts'
import type { Trace, TraceEntry } from './trace.ts'

/** The name of the `BroadcastChannel` between clients and inspector pages. */
export const CHANNEL = 'cloudbase-authflow.trace'

/** What a client sends to inspector pages. `source` names the client. */
export type FeedMessage =
  /** The client has started; pages answer with {@link OpenMessage}. */
  | { type: 'started'; source: string }
  /** Everything so far. */
  | { type: 'trace'; source: string; trace: Trace }
  | { type: 'entries'; source: string; entries: TraceEntry[] }

/** Asks every client for its trace, and for all entries from then on. */
export interface OpenMessage {
  type: 'open'
}

/** Sends the trace of one client to inspector pages. */
export interface Feed {
  add: Sink
  /** Takes a message of a page; any other message does nothing. */
  receive(message: unknown): void
}

/**
 * Creates the feed of one client. It only records until a page opens, so that nothing is sent where
 * no page is.
 *
 * @param keep how many entries a page that opens late can show
 */
export function createFeed(keep: number, post: (message: FeedMessage) => void): Feed {
  const memory = traceMemory(keep)
  const source = memory.id
  let isOpen = false
  let waiting: TraceEntry[] = []
  const flush = () => {
    if (waiting.length > 0) post({ type: 'entries', source, entries: waiting })
    waiting = []
  }
  // A page that is left runs no further task.
  globalThis.addEventListener?.('pagehide', flush)
  post({ type: 'started', source })
  return {
    add(given, startedAt) {
      const entry = memory.add(given, startedAt)
      // In a task of its own: one message is cheaper than many, and Chromium loses those of a task
      // that opens a popup.
      if (isOpen && waiting.push(entry) === 1) setTimeout(flush)
    },
    receive(message) {
      if ((message as OpenMessage | null)?.type !== 'open') return
      isOpen = true
      waiting = []
      post({ type: 'trace', source, trace: memory.trace() })
    },
  }
}
