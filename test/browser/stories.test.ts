import { expect, test } from 'vitest'
import { signIn } from '../../adapters/client/index.ts'
import { createFlow } from '../../adapters/testing/playwright/index.ts'
import { model, paths, type Story } from '../../adapters/testing/index.ts'
import { serveDemo } from '../../docs/demo/serve.ts'
import { openPage } from '../support/chromium.ts'
import { signInScreens } from './storyScreens.ts'

test('stories: every story of signIn', async () => {
  const never = { 'ticket.submit': false, 'provider.submit': false } as const
  const stories = await paths(model({ signIn }, { events: never }))
  const demo = await serveDemo({ port: 0 })
  const browser = (await openPage('about:blank')).context().browser()!
  const failures: string[] = []
  let n = 0
  const from = Number(process.env['FROM'] ?? 0)
  for (const story of stories.slice(from, from + Number(process.env['COUNT'] ?? 100))) {
    const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce' })
    const page = await context.newPage()
    const flow = createFlow(page as never, demo.url, signInScreens, {
      env: 'demo',
      ignore: ['getUser', 'getProviders'],
    })
    const t = Date.now()
    try {
      await flow.open(demo.url)
      await flow.play(story)
      console.log('ok', n++, story.title, Date.now() - t)
    } catch (e) {
      failures.push(`${story.title}\n${(e as Error).message}`)
      console.log('FAIL', n++, String(story), (e as Error).message, Date.now() - t)
    }
    await context.close()
  }
  await demo.close()
  expect(failures).toEqual([])
}, 600_000)
