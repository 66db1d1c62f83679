/** A stand-in for Stately's inspector page. */
import type { BrowserContext } from 'playwright-core'
import { bundlePage } from '../support/chromium.ts'

/** An event as the receiver of `@statelyai/inspect` emits it. */
export interface Shown {
  type: string
  sessionId: string
  name?: string
  parentId?: string
  event?: { type: string }
  snapshot?: { value?: unknown; context?: object }
}

/** Serves `https://stately.ai` to all pages of a browser context, and records what they request and send. */
export const serveStately = async (context: BrowserContext) => {
  const script = await bundlePage('test/browser/pages/stately.ts')
  const requests: string[] = []
  /** All messages to its page, and the events that the receiver reads from them. */
  const messages: unknown[] = []
  const events: Shown[] = []
  await context.exposeFunction('noteMessage', (message: unknown) => void messages.push(message))
  await context.exposeFunction('noteEvent', (event: Shown) => void events.push(event))
  await context.route('https://stately.ai/**', async (route) => {
    const url = route.request().url()
    requests.push(url)
    if (url.endsWith('.js')) return route.fulfill({ contentType: 'text/javascript', body: script })
    const body = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>`
    return route.fulfill({ contentType: 'text/html', body })
  })
  return { requests, messages, events }
}
