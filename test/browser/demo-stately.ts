/** Stately's inspector, as far as the demo can tell. */
import type { BrowserContext } from 'playwright-core'
import { beforeAll } from 'vitest'
import { bundlePage } from '../support/chromium.ts'

/** What arrives there, as `@statelyai/inspect` hands it on. */
export interface Shown {
  type: string
  sessionId: string
  name?: string
  parentId?: string
  event?: { type: string }
  snapshot?: { value?: unknown; context?: object }
}

let script: Buffer

beforeAll(async () => {
  script = await bundlePage('test/browser/pages/stately.ts')
})

/** Plays `https://stately.ai` to all pages of a browser; answers what was asked of it and told. */
export const playStately = async (context: BrowserContext) => {
  const visits: string[] = []
  /** Every message to its page, and those of them that its receiver takes for the machines'. */
  const messages: unknown[] = []
  const events: Shown[] = []
  await context.exposeFunction('noteMessage', (message: unknown) => void messages.push(message))
  await context.exposeFunction('noteEvent', (event: Shown) => void events.push(event))
  await context.route('https://stately.ai/**', async (route) => {
    const url = route.request().url()
    visits.push(url)
    if (url.endsWith('.js')) return route.fulfill({ contentType: 'text/javascript', body: script })
    const body = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>`
    return route.fulfill({ contentType: 'text/html', body })
  })
  return { visits, messages, events }
}
