/** Installs, builds and drives the examples whose session is on a server. */
import { spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createSandbox } from '../../sandbox/index.ts'
import { axeViolations } from '../support/axe.ts'
import { openPage } from '../support/chromium.ts'
import { installExample, runScript } from '../support/examples.ts'
import { packLibrary } from '../support/packages.ts'
import { passStory, planStories } from '../support/storyTable.ts'

/** The commands that start a built app at a port. */
const frameworks: Record<string, (port: number) => { args: string[]; env: object }> = {
  nuxt: (port) => ({ args: ['.output/server/index.mjs'], env: { NITRO_PORT: port } }),
  sveltekit: (port) => ({
    args: ['build'],
    env: { PORT: port },
  }),
  next: (port) => ({
    args: ['node_modules/next/dist/bin/next', 'start', '--port', String(port)],
    env: {},
  }),
}

const temp = realpathSync(mkdtempSync(join(tmpdir(), 'authflow-servers-')))
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

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

/** Starts a built app; resolves when it answers. */
async function start(app: string, name: string, port: number) {
  const { args, env } = frameworks[name]!(port)
  const child = spawn(process.execPath, args, {
    cwd: app,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      ...env,
      CLOUDBASE_ENDPOINT: endpoint,
      COOKIE_SECURE: 'no',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  try {
    await vi.waitFor(async () => expect((await fetch(`${url}/sign-in`)).ok).toBe(true), 300_000)
  } catch (error) {
    child.kill()
    throw error
  }
  return { url, stop: () => void child.kill() }
}

const phone = '13800000000'

async function signIn(page: Page) {
  await page.getByLabel('Phone or e-mail').fill(phone)
  await page.getByRole('button', { name: 'Send code' }).click()
  await page.getByRole('heading', { name: 'Enter the code' }).waitFor()
  await page.getByLabel('Code').fill(sandbox.inbox()[0]!.code)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('You are signed in.').waitFor()
}

const stories: Record<string, (page: Page, url: string) => Promise<void>> = {
  async 'signs up by code'(page) {
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await axeViolations(page)).toEqual([])
    await signIn(page)
    expect(await axeViolations(page)).toEqual([])
    expect(sandbox.users()).toMatchObject([{ phone_number: `+86 ${phone}` }])
  },

  async 'corrects a wrong code'(page) {
    await sandbox.addUser({ phone_number: `+86 ${phone}` })
    await page.getByLabel('Phone or e-mail').fill(phone)
    await page.getByRole('button', { name: 'Send code' }).click()
    await page.getByRole('heading', { name: 'Enter the code' }).waitFor()
    const { code } = sandbox.inbox()[0]!
    await page.getByLabel('Code').fill(code === '000000' ? '111111' : '000000')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('alert').filter({ hasText: /code/i }).first().waitFor()
    await page.getByLabel('Code').fill(code)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('You are signed in.').waitFor()
  },

  async 'is signed in at the first paint, without a script and without a token in the page'(
    page,
    url,
  ) {
    await signIn(page)
    const storageState = await page.context().storageState()
    const context = await page.context().browser()!.newContext({
      javaScriptEnabled: false,
      storageState,
    })
    onTestFinished(() => context.close())
    const plain = await context.newPage()
    await plain.goto(url)
    expect(await plain.getByText('You are signed in.').isVisible()).toBe(true)
    expect(await plain.content()).not.toMatch(/eyJ/)
    expect(await page.evaluate(() => document.cookie)).toBe('')
  },

  async 'signs out'(page, url) {
    await signIn(page)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.goto(url)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  },
}

describe.each(Object.keys(frameworks))('example in %s', (name) => {
  let url: string

  beforeAll(async () => {
    planStories(name, Object.keys(stories))
    const port = await freePort()
    // SvelteKit has to know it when it is built.
    process.env['ORIGIN'] = `http://127.0.0.1:${port}`
    const installed = installExample(name, temp, tarball)
    runScript(installed, 'build')
    const app = await start(installed, name, port)
    url = app.url
    return app.stop
  })

  test.each(Object.entries(stories))('a user %s', async (story, run) => {
    const page = await openPage(url)
    page.setDefaultTimeout(15_000)
    // A framework takes over the forms when its scripts have run.
    await page.waitForLoadState('networkidle')
    await run(page, url)
    expect(page.errors).toEqual([])
    passStory(name, story)
  })
})
