import { AuthError } from '../../services/error.ts'
import { createFeed } from './feed.ts'
import { type Inspector, inspector } from './inspector.ts'
import type { RecorderOptions } from './recorder.ts'
import { parseUrl } from '../../services/parseUrl.ts'

/** The part of a `WebSocket` that is used. */
interface Socket {
  send(text: string): void
  addEventListener(type: string, listener: (event: { data?: unknown }) => void): void
  unref?(): void
}

/**
 * Creates an inspector that shows the client to `npx cloudbase-authflow inspect` over a WebSocket, for
 * apps in Node and on devices that forward a port. Only loopback addresses are accepted. The trace is
 * recorded while the socket connects, and after it has closed.
 *
 * @param url the address that the command prints, with its one-time token
 * @throws AuthError `invalid_argument` for an address that is not a WebSocket of this machine,
 *   `unimplemented` where there is no global `WebSocket`, as in Node before 22
 * @example
 *   createAuth({ env, flows, inspect: socket('ws://127.0.0.1:4872/client?token=…') })
 */
export function socket(url: string, { keep = 5000 }: RecorderOptions = {}): Inspector {
  const { protocol, hostname } = parseUrl(url) ?? new URL('about:blank')
  if (!/^wss?:$/.test(protocol) || !/^(127(\.\d+){3}|localhost|\[::1])$/.test(hostname)) {
    throw new AuthError('invalid_argument', {
      description: 'socket: the address must be a WebSocket of this machine: ws://127.0.0.1:…',
    })
  }
  const { WebSocket } = globalThis as { WebSocket?: new (url: string) => Socket }
  if (!WebSocket) {
    throw new AuthError('unimplemented', {
      description: 'socket: there is no global WebSocket here; Node has one from version 22 on',
    })
  }
  const connection = new WebSocket(url)
  const waiting: string[] = []
  let isOpen = false
  const feed = createFeed(keep, (message) => {
    const text = JSON.stringify(message)
    if (isOpen) connection.send(text)
    else waiting.push(text)
  })
  connection.addEventListener('open', () => {
    isOpen = true
    for (const text of waiting.splice(0)) connection.send(text)
  })
  connection.addEventListener('message', ({ data }) => feed.receive(parse(data)))
  connection.addEventListener('close', () => (isOpen = false))
  // A refused connection is no fault of the app; the trace is still recorded.
  connection.addEventListener('error', () => undefined)
  return inspector(feed.add)
}

function parse(data: unknown): unknown {
  try {
    return JSON.parse(String(data))
  } catch {
    return undefined
  }
}
