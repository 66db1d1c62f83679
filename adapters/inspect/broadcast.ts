import { CHANNEL, createFeed } from './feed.ts'
import { type Inspector, inspector } from './inspector.ts'
import type { RecorderOptions } from './recorder.ts'

/**
 * Creates an inspector that shows the client to inspector pages in other tabs, windows and frames of
 * the same origin. A page that opens late gets everything so far. Where there is no
 * `BroadcastChannel`, it only records.
 *
 * @example
 *   createAuth({ env, flows, inspect: broadcast() })
 */
export function broadcast({ keep = 5000 }: RecorderOptions = {}): Inspector {
  if (typeof BroadcastChannel === 'undefined') return inspector(() => undefined)
  const channel = new BroadcastChannel(CHANNEL)
  // Node would run on for an open channel.
  ;(channel as { unref?(): void }).unref?.()
  const feed = createFeed(keep, (message) => channel.postMessage(message))
  channel.addEventListener('message', ({ data }) => feed.receive(data))
  return inspector(feed.add)
}
