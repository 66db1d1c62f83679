import type { Browser } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { createFlow, type Screens } from '../../adapters/testing/playwright/index.ts'
import { type Model, paths } from '../../adapters/testing/index.ts'
import { type Demo, serveDemo } from '../../docs/demo/serve.ts'
import { openPage } from '../support/chromium.ts'
import { accountModel, captchaModel, editModel, signInModel } from './storyModels.ts'
import { accountScreens, screensFor, signInScreens } from './storyScreens.ts'

/** `STORIES=all` plays every story, which takes some minutes; otherwise a few of each model are played. */
const isWhole = process.env['STORIES'] === 'all'

const options = { env: 'demo', ignore: ['getUser', 'getProviders'] }

let demo: Demo
let browser: Browser
beforeAll(async () => {
  demo = await serveDemo({ port: 0 })
  return () => demo.close()
})

const cases: [name: string, model: Model, screens: Screens, sample: number][] = [
  ['signIn', signInModel, signInScreens, 8],
  ['signIn with a captcha', captchaModel, signInScreens, 4],
  ...(isWhole
    ? [
        ['account, whole', accountModel, accountScreens, Number(process.env['N'] ?? 0)] as [
          string,
          Model,
          Screens,
          number,
        ],
      ]
    : []),
  ['account', editModel, accountScreens, 5],
]

test.each(cases)(
  'stories: the demo plays the stories of %s',
  async (_, world, screens, sample) => {
    const stories = await paths(world)
    const step = sample === 0 ? Number(process.env['STEP'] ?? 1) : Math.ceil(stories.length / sample)
    browser ??= (await openPage('about:blank')).context().browser()!
    const failures: string[] = []
    let n = 0
    for (const story of stories.filter((_, at) => at % step === 0)) {
      const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce' })
      const flow = createFlow(
        await context.newPage(),
        demo.url,
        screensFor(screens, world),
        options,
      )
      const t = Date.now()
      try {
        await flow.open(demo.url, world.status)
        await flow.play(story)
        console.log('ok', n++, story.title, Date.now() - t)
      } catch (e) {
        failures.push(`${story.title}\n${(e as Error).message}`)
        console.log('FAIL', n++, String(story), (e as Error).message, Date.now() - t)
      }
      await context.close()
    }
    expect(failures).toEqual([])
  },
  900_000,
)
