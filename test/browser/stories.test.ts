import { beforeAll, expect, test } from 'vitest'
import { playable } from '../../adapters/cli/generated/playwright.ts'
import type { Screens } from '../../adapters/testing/playwright/index.ts'
import { type Choice, type Model, paths } from '../../adapters/testing/index.ts'
import type { Demo } from '../../docs/demo/serve.ts'
import { serveBundledDemo } from '../support/demo.ts'
import {
  accountModel,
  captchaModel,
  editModel,
  failureModel,
  popupModel,
  redirectModel,
  signInModel,
  tabModel,
} from './storyModels.ts'
import {
  isWhole,
  type PlayedApp,
  playStories,
  sampleOf,
  STORIES_TIMEOUT_MS,
} from './storyPlayer.ts'
import { accountScreens, button, providerScreens, signInScreens } from './storyScreens.ts'

let demo: Demo
beforeAll(async () => {
  demo = await serveBundledDemo()
  return () => demo.close()
})

/** The demo in which providers open in a popup. */
const withPopups = { stored: { demo_popup: 'yes' } }

/** The demo in which another tab can sign out. */
const withTabs: Partial<PlayedApp> = {
  tabs: {
    signOut: async (tab) => {
      await button('Sign out')(tab).click()
      await tab.getByRole('heading', { name: 'Sign in', exact: true, level: 1 }).waitFor()
    },
  },
}
const isSignOut = (choice: Choice) => choice.type === 'otherTab' && choice.action === 'signOut'

test.each<
  [
    name: string,
    model: Model,
    screens: Screens,
    count: number,
    app?: Partial<PlayedApp>,
    isWanted?: (choice: Choice) => boolean,
  ]
>([
  ['signIn', signInModel, signInScreens, 3],
  ['signIn with a captcha', captchaModel, signInScreens, 1],
  ['a provider by redirect', redirectModel, providerScreens, 1],
  [
    'a provider by popup',
    popupModel,
    providerScreens,
    2,
    withPopups,
    ({ type }) => type === 'popup',
  ],
  ['account and another tab', tabModel, accountScreens, 1, withTabs, isSignOut],
  ['account, two edits and a failure', failureModel, accountScreens, 1],
  // Its states take half a minute to find.
  isWhole
    ? ['account', accountModel, accountScreens, Infinity]
    : ['account, two edits', editModel, accountScreens, 1],
])(
  'stories: the demo plays the stories of %s',
  async (_, world, screens, count, more, isWanted) => {
    const wanted = (await paths(world)).filter(({ choices }) => !isWanted || choices.some(isWanted))
    const stories = sampleOf(playable(wanted), count)
    expect(stories.length).toBeGreaterThan(0)
    const { url } = demo
    const app = { url, sandbox: url, screens, ignore: ['getUser', 'getProviders'], ...more }
    expect(await playStories(app, world, stories)).toEqual([])
  },
  STORIES_TIMEOUT_MS,
)
