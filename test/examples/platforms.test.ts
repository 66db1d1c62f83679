/** Installs and builds the examples of uni-app and Taro: drives their pages in a browser, and runs their mini-programs. */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createSandbox, type Sandbox } from '../../sandbox/index.ts'
import { openPage } from '../support/chromium.ts'
import { installExample, runScript, serveApp } from '../support/examples.ts'
import { stories, storiesByCode } from '../support/exampleStories.ts'
import { openMiniProgram } from '../support/miniProgram.ts'
import { packLibrary } from '../support/packages.ts'
import { passStory, planStories } from '../support/storyTable.ts'

interface Framework {
  /** Where the build puts the page and the mini-program. */
  page: string
  miniProgram: string
  /** The script that builds the mini-program. */
  script: string
}

const frameworks: Record<string, Framework> = {
  'uni-app': {
    page: 'dist/build/h5',
    miniProgram: 'dist/build/mp-weixin',
    script: 'build:mp-weixin',
  },
  taro: { page: 'dist/h5', miniProgram: 'dist/weapp', script: 'build:weapp' },
}

const temp = realpathSync(mkdtempSync(join(tmpdir(), 'authflow-platforms-')))
const sandbox = createSandbox()
let endpoint: string
let tarball: string

beforeAll(async () => {
  tarball = await packLibrary()
  const listener = await sandbox.listen()
  endpoint = listener.url
  return listener.close
})

beforeEach(() => {
  sandbox.reset()
  sandbox.config({ resendSeconds: 0 })
})

afterAll(() => rmSync(temp, { recursive: true }))

/** Copies, installs and builds an example. */
function build(name: string, { script }: Framework): string {
  const app = installExample(name, temp, tarball)
  const client = join(app, 'src/client.ts')
  const code = readFileSync(client, 'utf8')
  writeFileSync(client, code.replace('http://127.0.0.1:4871', endpoint))
  runScript(app, 'build')
  runScript(app, script)
  return app
}

/** Drives the first page of a mini-program. */
async function open(folder: string) {
  const { draw, advance, leave } = await openMiniProgram(folder)
  onTestFinished(leave)
  const button = (name: string) =>
    draw().find(({ tag, text }) => tag === 'button' && text.trim() === name)
  return {
    advance,
    shows: (text: string) =>
      expect
        .poll(() => draw().map((shown) => shown.text.trim()), { timeout: 10_000 })
        .toContain(text),
    tap: async (name: string) => {
      await expect.poll(() => button(name)?.attributes['disabled'], { timeout: 10_000 }).toBeFalsy()
      await expect.poll(() => button(name), { timeout: 10_000 }).toBeDefined()
      button(name)!.send('tap')
    },
    type: (value: string) =>
      draw()
        .find(({ tag }) => tag === 'input')!
        .send('input', { value }),
    isDisabled: (name: RegExp) =>
      draw().find(({ tag, text }) => tag === 'button' && name.test(text.trim()))?.attributes[
        'disabled'
      ],
    alerts: () => draw().filter(({ attributes }) => attributes['class'] === 'wrong'),
  }
}

const phone = '13800000000'
const wirePhone = '+86 13800000000'
type App = Awaited<ReturnType<typeof open>>

async function askForCode(app: App) {
  await app.shows('Sign in')
  app.type(phone)
  await app.tap('Send code')
  await app.shows('Enter the code')
}

async function submitCode(app: App, code = sandbox.inbox()[0]!.code) {
  app.type(code)
  await app.tap('Continue')
}

const inMiniProgram: Record<string, (app: App, sandbox: Sandbox) => Promise<void>> = {
  async 'signs up by code'(app) {
    await askForCode(app)
    await app.shows(`We sent it to ${wirePhone}.`)
    await submitCode(app)
    await app.shows('Your profile')
    app.type('李雷')
    await app.tap('Save')
    await app.shows('You are signed in.')
    expect(sandbox.users()).toMatchObject([{ phone_number: wirePhone, name: '李雷' }])
  },

  async 'corrects a wrong code'(app) {
    await sandbox.addUser({ phone_number: wirePhone })
    await askForCode(app)
    const { code } = sandbox.inbox()[0]!
    await submitCode(app, code === '000000' ? '111111' : '000000')
    await expect
      .poll(() => app.alerts().map(({ text }) => text))
      .toEqual([expect.stringMatching(/code/i)])
    await submitCode(app)
    await app.shows('You are signed in.')
  },

  async 'sends another code after the countdown'(app) {
    sandbox.config({ resendSeconds: 60 })
    await sandbox.addUser({ phone_number: wirePhone })
    await askForCode(app)
    expect(app.isDisabled(/^Send another code in \d+ s$/)).toBe(true)
    sandbox.advance(61)
    app.advance(61)
    await app.tap('Send another code')
    await expect.poll(() => sandbox.inbox().length).toBe(2)
    await submitCode(app)
    await app.shows('You are signed in.')
  },

  async 'cancels a captcha after a wrong answer'(app) {
    sandbox.config({ sendsBeforeCaptcha: 0 })
    await app.shows('Sign in')
    app.type(phone)
    await app.tap('Send code')
    await app.shows('Are you human?')
    app.type('no')
    await app.tap('Confirm')
    await expect.poll(() => app.alerts().length).toBe(1)
    await app.tap('Cancel')
    await app.shows('Sign in')
    expect(sandbox.inbox()).toEqual([])
  },

  async 'signs out and in again'(app) {
    await sandbox.addUser({ phone_number: wirePhone })
    await askForCode(app)
    await submitCode(app)
    await app.shows('You are signed in.')
    await app.tap('Sign out')
    await askForCode(app)
    await submitCode(app)
    await app.shows('You are signed in.')
  },
}

describe.each(Object.entries(frameworks))('example in %s', (name, framework) => {
  const inPage = [...storiesByCode, 'sends another code after the countdown']
  let app: string
  let url: string

  beforeAll(async () => {
    planStories(`${name} (page)`, inPage)
    planStories(`${name} (mini-program)`, Object.keys(inMiniProgram))
    app = build(name, framework)
    const served = await serveApp(join(app, framework.page))
    url = served.url
    return served.close
  })

  test('type-checks, its templates too', () => {
    expect(() => runScript(app, 'check')).not.toThrow()
  })

  test.each(inPage)('in a browser, a user %s', async (story) => {
    const page = await openPage(url)
    page.setDefaultTimeout(15_000)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await stories[story]!({ page, sandbox, url, prefix: '' })
    expect(page.errors.filter((text) => !text.includes('net::ERR_'))).toEqual([])
    passStory(`${name} (page)`, story)
  })

  test.each(Object.entries(inMiniProgram))('in a mini-program, a user %s', async (story, run) => {
    const opened = await open(join(app, framework.miniProgram))
    await expect(run(opened, sandbox)).resolves.toBeUndefined()
    passStory(`${name} (mini-program)`, story)
  })
})
