import type { Page } from '@playwright/test'
import { beforeAll, expect, test } from 'vitest'
import { createFlow } from '../../adapters/testing/playwright/index.ts'
import { groupFailures } from '../../adapters/testing/playwright/failures.ts'
import { gallery, paths, type Story } from '../../adapters/testing/index.ts'
import { createSandbox } from '../../sandbox/index.ts'
import { openPage, type ServedPage, servePage } from '../support/chromium.ts'
import { callModel, captchaModel, editModel, signInModel } from './storyModels.ts'
import { type PlayedApp, playStories, sampleOf, STORIES_TIMEOUT_MS } from './storyPlayer.ts'
import { vueScreens } from './vueScreens.ts'

const sandbox = createSandbox()
let server: { url: string; close(): Promise<void> }
let served: ServedPage
beforeAll(async () => {
  server = await sandbox.listen({ port: 0 })
  served = await servePage('test/browser/pages/stories/vue.ts')
  return async () => {
    await served.close()
    await server.close()
  }
})

/** The app, with a fault in its UI if one is named. */
const app = (fault = '', timeout?: number): PlayedApp => ({
  url: `${served.url}?sandbox=${server.url}&fault=${fault}`,
  sandbox: server.url,
  screens: vueScreens,
  ...(timeout !== undefined && { timeout }),
})

test.each([
  ['signIn', signInModel, 4],
  ['signIn with a captcha', captchaModel, 3],
  ['account', editModel, 2],
])(
  'playwright kit: an app in Vue plays the stories of %s',
  async (_, world, count) => {
    const stories = sampleOf(await paths(world), count)
    expect(stories.length).toBeGreaterThanOrEqual(count - 2)
    expect(await playStories(app(), world, stories)).toEqual([])
  },
  STORIES_TIMEOUT_MS,
)

test('playwright kit: a call of the app beside the flow is made, and answered as planned', async () => {
  const stories = await paths(callModel)
  expect(stories.map(({ title }) => title)).toEqual([
    'the app calls getUser, getUser answers unauthenticated, refresh answers invalid_grant leads to signedOut, which shows invalid_grant',
    'the app calls getUser, getUser answers ok, with a phone leads to signedIn',
  ])
  const read = (page: Page) => page.getByRole('button', { name: 'Read my data' }).click()
  expect(await playStories({ ...app(), calls: { getUser: read } }, callModel, stories)).toEqual([])

  const failureOf = async (calls?: PlayedApp['calls']) => {
    const [failure] = await playStories({ ...app('', 1000), calls }, callModel, stories.slice(1))
    return failure?.message
  }
  expect(await failureOf({ getUser: () => Promise.resolve() })).toBe(
    'the server was asked for nothing instead of getUser at signedIn',
  )
  expect(await failureOf()).toBe('`calls` does not say how the app calls getUser')
})

/** The looks that the fault is about, and one that it is not about. */
async function looksOf(world: typeof signInModel, names: RegExp): Promise<Story[]> {
  const pictures = await gallery(world)
  return pictures.filter(({ name }) => names.test(name)).map(({ story }) => story)
}

test.each([
  [
    'noResend',
    signInModel,
    /^signIn.askingCode( \(2\))?$|^signIn.askingCode, which shows invalid_argument \(2\)$/,
    ['code.resend has no enabled control at askingCode, and can be sent', 2],
  ],
  [
    'noCancel',
    captchaModel,
    /^signIn\.sendingCode with a captcha$|^signIn\.askingAccount$/,
    ['captcha.cancel has no enabled control at captcha, and can be sent', 1],
  ],
  [
    'doubleSubmit',
    signInModel,
    /^signIn\.(askingCode|askingAccount)$/,
    [
      'the server was asked for sendVerification, sendVerification instead of sendVerification at askingCode',
      1,
    ],
  ],
] as const)(
  'playwright kit: the looks of an app with the fault %s fail, and name it in one sentence',
  async (fault, world, names, [sentence, count]) => {
    const looks = await looksOf(world, names)
    expect(looks).toHaveLength(count + 1)
    const failures = await playStories(app(fault, 4000), world, looks)
    expect(groupFailures(failures)[0]).toBe(`✗ ${sentence} (${count})`)
    expect(failures).toHaveLength(count)
  },
  STORIES_TIMEOUT_MS,
)

test('playwright kit: a control too many, an error too much and a missing screen are named', async () => {
  const page = await openPage('about:blank')
  const flow = createFlow(page, server.url, vueScreens, { timeout: 500 })
  await flow.open(app().url)
  await flow.at('askingAccount', { can: ['contact.submit', 'guest.enter', 'password.submit'] })
  const failureOf = (step: string, look = {}) =>
    flow.at(step, look).then(
      () => 'none',
      (error: Error) => error.message.split('\n'),
    )
  expect(await failureOf('askingAccount', { can: ['contact.submit', 'signUp.prepare'] })).toEqual([
    'the screen "askingAccount" has no control for signUp.prepare',
    'password.submit has an enabled control at askingAccount, and cannot be sent',
    'guest.enter has an enabled control at askingAccount, and cannot be sent',
  ])
  expect(await failureOf('askingCode')).toEqual(['askingCode is not shown'])
  expect(await failureOf('elsewhere')).toEqual([
    'there is no screen "elsewhere": add it to the screens',
  ])
  const can = ['contact.submit', 'guest.enter', 'password.submit']
  expect(await failureOf('askingAccount', { can, error: 'not_found', calls: ['signIn'] })).toEqual([
    'not_found is not shown at askingAccount',
    'the server was asked for nothing instead of signIn at askingAccount',
  ])
  await flow.say('password.submit', {
    payload: { username: 'ada', password: 'wrong' },
    answers: [['signIn', 'invalid_password']],
  })
  await flow.at('askingAccount', { can, error: 'invalid_password', calls: ['signIn'] })
  expect(await failureOf('askingAccount', { can, calls: ['signIn'] })).toEqual([
    'an error is shown at askingAccount, and there is none',
  ])
})

test('playwright kit: wait moves the clocks of the page and of the sandbox', async () => {
  const page = await openPage('about:blank')
  const flow = createFlow(page, server.url, vueScreens)
  await flow.open(app().url)
  await flow.at('askingAccount', { can: ['contact.submit', 'guest.enter', 'password.submit'] })
  const now = () => page.evaluate(() => Date.now())
  const before = await now()
  await flow.wait(3_600_000)
  expect((await now()) - before).toBeGreaterThanOrEqual(3_600_000)
  const { offsetSeconds } = (await (await fetch(`${server.url}/__sandbox/clock`)).json()) as {
    offsetSeconds: number
  }
  expect(offsetSeconds).toBe(3600)
})

test('playwright kit: without a sandbox it says where it looked and how to start one', async () => {
  const page = await openPage('about:blank')
  const flow = createFlow(page, 'http://127.0.0.1:9', vueScreens)
  await expect(flow.open('http://127.0.0.1:9')).rejects.toThrow(
    'no sandbox answers at http://127.0.0.1:9: start one with npx cloudbase-authflow-sandbox',
  )
})
