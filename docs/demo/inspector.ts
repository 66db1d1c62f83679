/**
 * What observes the machines: the inspector of this package, offline, and Stately's hosted one in a
 * window of its own. Nothing is loaded for either before the user opens it. They receive only redacted
 * traces, and only the site of Stately can read its messages.
 */
import { broadcast, several, statelyInspector } from 'cloudbase-authflow/inspect'
import { beforeRefresh, refresh } from './dom.ts'

const SITE = new URL('https://stately.ai/inspect')

const forStately = statelyInspector()

/** The `inspect` option of `createAuth`. */
export const inspect = several(broadcast(), forStately)

/** The state of the window; undefined while there is none. */
export let inspectorState: 'opening' | 'connected' | 'blocked' | 'failed' | undefined

let inspectorWindow: Window | undefined
let connection = new AbortController()

/** Opens the window. Browsers allow that only during a click, so it is opened before all else. */
export async function openInspector(): Promise<void> {
  disconnect()
  const opened = window.open('', 'authflow-inspector', 'popup,width=1100,height=800')
  if (!opened) return setState('blocked')
  const { signal } = (connection = new AbortController())
  inspectorWindow = opened
  setState('opening')
  try {
    const { createInspector } = await import('@statelyai/inspect')
    if (signal.aborted) return
    const stately = createInspector({ send: (event) => opened.postMessage(event, SITE.origin) })
    const onMessage = ({ source, origin, data }: MessageEvent<{ type?: string } | null>) => {
      if (source !== opened || origin !== SITE.origin) return
      if (data?.type !== '@statelyai.connected') return
      forStately.attach(stately)
      setState('connected')
    }
    window.addEventListener('message', onMessage, { signal })
    opened.location.replace(SITE)
    opened.focus()
  } catch {
    if (signal.aborted) return
    opened.close()
    disconnect()
    setState('failed')
  }
}

function setState(next: typeof inspectorState): void {
  inspectorState = next
  refresh()
}

/** Sends nothing more to the window, which may stay open. */
function disconnect(): void {
  connection.abort()
  forStately.attach()
  if (inspectorState === 'connected') {
    inspectorWindow?.postMessage({ type: '@statelyai.disconnected' }, SITE.origin)
  }
  inspectorState = inspectorWindow = undefined
}

beforeRefresh(() => {
  if (inspectorWindow?.closed) disconnect()
})

window.addEventListener('pagehide', disconnect)
