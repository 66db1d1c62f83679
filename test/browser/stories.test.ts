import { beforeAll, expect, test } from 'vitest'
import type { Screens } from '../../adapters/testing/playwright/index.ts'
import { type Model, paths } from '../../adapters/testing/index.ts'
import type { Demo } from '../../docs/demo/serve.ts'
import { serveBundledDemo } from '../support/demo.ts'
import { accountModel, captchaModel, editModel, signInModel } from './storyModels.ts'
import { isWhole, playStories, sampleOf } from './storyPlayer.ts'
import { accountScreens, signInScreens } from './storyScreens.ts'

let demo: Demo
beforeAll(async () => {
  demo = await serveBundledDemo()
  return () => demo.close()
})

const TIMEOUT_MS = isWhole ? 1_200_000 : 120_000

test.each<[name: string, model: Model, screens: Screens, count: number]>([
  ['signIn', signInModel, signInScreens, 4],
  ['signIn with a captcha', captchaModel, signInScreens, 3],
  // Its states take half a minute to find.
  isWhole
    ? ['account', accountModel, accountScreens, Infinity]
    : ['account, two edits', editModel, accountScreens, 3],
])(
  'stories: the demo plays the stories of %s',
  async (_, world, screens, count) => {
    const stories = sampleOf(await paths(world), count)
    const { url } = demo
    const app = { url, sandbox: url, screens, ignore: ['getUser', 'getProviders'] }
    expect(await playStories(app, world, stories)).toEqual([])
  },
  TIMEOUT_MS,
)
