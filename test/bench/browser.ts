/** Measures in Chromium how long a page works until the client of an app is there. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium } from 'playwright-core'
import { findHeadlessBrowser } from '../support/browser.ts'
import { apps, bundleApp } from './sizes.ts'
import { median } from './stats.ts'

/** Only the clients of this library have a view. */
interface Viewed {
  get(): unknown
  subscribe(run: (view: { status: string }) => void): unknown
}

/** What one subject needs in a page. */
export interface PageTime {
  name: string
  /** Milliseconds of downloading, compiling and running what loads at once. */
  ms: number
  /** Milliseconds until the view says that no user is signed in. */
  viewMs?: number
}

/**
 * Loads each app in pages of their own, in turn.
 *
 * @param names of apps in `sizes.ts`
 * @param rounds how often each is loaded
 */
export async function measurePages(names: string[], rounds: number): Promise<PageTime[]> {
  const files = new Map<string, string>()
  const entries = new Map<string, string>()
  for (const [index, name] of names.entries()) {
    for (const { fileName, code, isEntry } of await bundleApp(apps[name]!)) {
      files.set(`/${index}/${fileName}`, code)
      if (isEntry) entries.set(name, `/${index}/${fileName}`)
    }
  }
  const server = createServer(({ url }, response) => {
    const code = files.get(url!)
    response.setHeader('content-type', code ? 'text/javascript' : 'text/html')
    response.end(code ?? '<!doctype html><title>A page</title>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const browser = await chromium.launch({
    executablePath: findHeadlessBrowser(),
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const times = new Map(names.map((name) => [name, { ms: [] as number[], view: [] as number[] }]))
  for (let round = -1; round < rounds; round++) {
    for (const name of names.toSorted(() => Math.random() - 0.5)) {
      // A context of its own has nothing in its caches.
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(`http://127.0.0.1:${port}/`)
      const [ms, viewMs] = await page.evaluate(async (entry) => {
        const since = performance.now()
        await import(entry)
        const loaded = performance.now() - since
        const { auth } = globalThis as unknown as { auth?: Partial<Viewed> }
        if (!auth?.get) return [loaded]
        await new Promise<void>((resolve) => {
          auth.subscribe!(({ status }) => status !== 'unknown' && resolve())
        })
        return [loaded, performance.now() - since]
      }, entries.get(name)!)
      await context.close()
      if (round < 0) continue
      times.get(name)!.ms.push(ms!)
      if (viewMs !== undefined) times.get(name)!.view.push(viewMs)
    }
  }
  await browser.close()
  server.close()
  return names.map((name) => {
    const { ms, view } = times.get(name)!
    return { name, ms: median(ms), viewMs: view.length > 0 ? median(view) : undefined }
  })
}
