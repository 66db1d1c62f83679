/**
 * Stately's hosted inspector, in a window of its own. Before somebody asks for it, nothing is loaded
 * for it; then it is sent what `statelyInspector` lets through, for Stately's own site alone to read.
 */
import { statelyInspector } from 'cloudbase-authflow/inspect'
import { beforeDrawing, refresh } from './live.ts'

const SITE = new URL('https://stately.ai/inspect')

/** What `createAuth` is given. */
export const inspect = statelyInspector()

/** How it stands with the window; undefined while there is none. */
export let inspection: 'opening' | 'connected' | 'blocked' | 'failed' | undefined

let page: Window | undefined
let visit = new AbortController()

/** For a click: a browser allows the window at once or not at all, so it is opened first. */
export async function openInspector(): Promise<void> {
  end()
  const opened = window.open('', 'authflow-inspector', 'popup,width=1100,height=800')
  if (!opened) return turn('blocked')
  const { signal } = (visit = new AbortController())
  page = opened
  turn('opening')
  try {
    const { createInspector } = await import('@statelyai/inspect')
    if (signal.aborted) return
    const stately = createInspector({ send: (event) => opened.postMessage(event, SITE.origin) })
    const hear = ({ source, origin, data }: MessageEvent<{ type?: string } | null>) => {
      if (source !== opened || origin !== SITE.origin) return
      if (data?.type !== '@statelyai.connected') return
      inspect.attach(stately)
      turn('connected')
    }
    window.addEventListener('message', hear, { signal })
    opened.location.replace(SITE)
    opened.focus()
  } catch {
    if (signal.aborted) return
    opened.close()
    end()
    turn('failed')
  }
}

function turn(next: typeof inspection): void {
  inspection = next
  refresh()
}

/** The window may stay as long as its reader likes, but is told nothing more. */
function end(): void {
  visit.abort()
  inspect.attach()
  if (inspection === 'connected') {
    page?.postMessage({ type: '@statelyai.disconnected' }, SITE.origin)
  }
  inspection = page = undefined
}

beforeDrawing(() => {
  if (page?.closed) end()
})

window.addEventListener('pagehide', end)
