/** The traces on the page: of clients that run, and of files. */
import { AuthError } from '../../../services/error.ts'
import { CHANNEL, type FeedMessage } from '../feed.ts'
import { readTrace, type Trace, type TraceEntry } from '../trace.ts'
import { last as lastOf } from '../../../services/lists.ts'

/** A trace on the page. */
export interface Shown {
  id: string
  trace: Trace
  /** It comes from a running client and grows. */
  isLive: boolean
}

/** The traces by the id of their source. */
export interface Traces {
  all(): Shown[]
  chosen(): Shown | undefined
  choose(id: string): void
  /** Shows a trace from a file. @throws AuthError that says why it cannot be read */
  open(name: string, source: unknown): void
}

/** How many traces are kept; a page that reloads its app often would gather them. */
const MAX_TRACES = 8

/**
 * Collects traces from the other pages of the origin and from a socket.
 *
 * @param socketUrl the WebSocket of `npx cloudbase-authflow inspect`
 * @param onChange is called after every change
 */
export function collectTraces(socketUrl: string | undefined, onChange: () => void): Traces {
  const traces = new Map<string, Shown>()
  let chosen: string | undefined

  function add(id: string, trace: Trace, isLive: boolean) {
    const wasEmpty = isEmpty(traces.get(id))
    traces.set(id, { id, trace, isLive })
    const [oldest] = traces.keys()
    if (traces.size > MAX_TRACES) traces.delete(oldest!)
    if (wasEmpty) follow(id)
    onChange()
  }

  /** Shows a client once it has started, but not in place of a file. */
  function follow(id: string) {
    const isFile = traces.get(id)?.isLive === false
    const current = traces.get(chosen ?? '')
    if (isFile || !current || (current.isLive && !isEmpty(traces.get(id)))) chosen = id
  }

  function receive(message: unknown, answer: (open: { type: 'open' }) => void) {
    const { type, source } = message as FeedMessage
    if (type === 'started') return answer({ type: 'open' })
    if (type === 'trace') return add(source, readTrace((message as { trace: Trace }).trace), true)
    if (type !== 'entries') return
    const shown = traces.get(source)
    const { entries } = message as { entries: TraceEntry[] }
    const last = lastOf(shown?.trace.entries ?? [])?.n ?? -1
    // Something is missing.
    if (!shown || entries[0]!.n > last + 1) return answer({ type: 'open' })
    // A client that answers several pages repeats what this one has.
    shown.trace.entries.push(...entries.filter(({ n }) => n > last))
    if (last === -1) follow(source)
    onChange()
  }

  if (typeof BroadcastChannel !== 'undefined') {
    const channel = new BroadcastChannel(CHANNEL)
    const answer = (open: object) => channel.postMessage(open)
    channel.addEventListener('message', ({ data }) => safely(() => receive(data, answer)))
    answer({ type: 'open' })
  }
  if (socketUrl !== undefined) {
    const socket = new WebSocket(socketUrl)
    const answer = (open: object) => socket.send(JSON.stringify(open))
    socket.addEventListener('message', ({ data }) =>
      safely(() => receive(JSON.parse(String(data)), answer)),
    )
  }

  return {
    all: () => [...traces.values()],
    chosen: () => (chosen === undefined ? undefined : traces.get(chosen)),
    choose(id) {
      chosen = id
      onChange()
    },
    open(name, source) {
      traces.delete(name)
      add(name, readTrace(source), false)
    },
  }
}

const isEmpty = (shown?: Shown) => !shown || shown.trace.entries.length === 0

/** Ignores a message that cannot be read: anything can be sent on a channel. */
function safely(run: () => void) {
  try {
    run()
  } catch (thrown) {
    if (!(
      thrown instanceof AuthError ||
      thrown instanceof SyntaxError ||
      thrown instanceof TypeError
    ))
      throw thrown
  }
}
