import { build, type Plugin } from 'esbuild'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { compile } from 'svelte/compiler'
import { afterAll, beforeAll, describe, expect, expectTypeOf, onTestFinished, test } from 'vitest'
import { fromAuth } from '../../adapters/svelte.ts'
import type { View } from '../../adapters/client/view.ts'
import { useAuth as useAuthInReact } from '../../adapters/react.ts'
import { useAuth } from '../../adapters/vue.ts'
import type { signIn } from '../../machines/flows/signIn.ts'
import { createSandbox } from '../../sandbox/index.ts'
import { openPage, type ServedPage, servePage } from '../support/chromium.ts'

interface TestPage {
  mount(): void
  unmount(): Promise<void>
  subscribers(): number
  renders(): number
  send(event: object): void
  selections(): Promise<string[]>
  scope(): Promise<{ seen: string[]; last: string }>
}
declare const page: TestPage

const phone = '+86 13800000000'
const pages = 'test/browser/pages/frameworks'
const temp = mkdtempSync(join(tmpdir(), 'authflow-frameworks-'))
afterAll(() => rmSync(temp, { recursive: true }))

const svelte: Plugin = {
  name: 'svelte',
  setup(build) {
    build.onLoad({ filter: /\.svelte$/ }, ({ path }) => {
      const { js } = compile(readFileSync(path, 'utf8'), { filename: path, css: 'injected' })
      return { contents: js.code, loader: 'js' }
    })
  },
}

/** Compiles a page with its components, and serves it. */
const serve = async (entry: string) => {
  const outfile = join(temp, `${basename(entry)}.js`)
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    plugins: [svelte],
    logLevel: 'error',
    tsconfig: 'test/tsconfig.json',
    // Feature flags of Vue.
    conditions: ['development'],
    define: {
      'process.env.NODE_ENV': '"development"',
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
  })
  return servePage(outfile)
}

/** Opens the page in a tab, connected to a sandbox of its own. */
const open = async (served: ServedPage) => {
  const sandbox = createSandbox()
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  const tab = await openPage(`${served.url}?${new URLSearchParams({ sandbox: url })}`)
  const output = tab.locator('output')
  const send = (event: object) => tab.evaluate((event) => page.send(event), event)
  return {
    sandbox,
    tab,
    send,
    shows: (text: string, which = 0) => expect.poll(() => output.nth(which).innerText()).toBe(text),
    calls: () => sandbox.requests().map(({ method, path }) => `${method} ${path}`),
    subscribers: () => tab.evaluate(() => page.subscribers()),
    renders: () => tab.evaluate(() => page.renders()),
    mount: () => tab.evaluate(() => page.mount()),
    unmount: () => tab.evaluate(() => page.unmount()),
    async fill(field: string, text: string) {
      await tab.locator(field).first().fill(text)
      await tab.keyboard.press('Enter')
    },
    /** Goes to askingCode, where a component that restarts its flow would send another code. */
    async toCode() {
      await send({ type: 'flow.start', flow: 'signIn' })
      await send({ type: 'contact.submit', phone_number: phone })
      await expect.poll(() => sandbox.inbox().length).toBe(1)
    },
  }
}

describe.each(['react', 'vue', 'svelte', 'svelteStore'])('component by %s', (name) => {
  let served: ServedPage
  beforeAll(async () => {
    served = await serve(`${pages}/${name}.ts`)
    return served.close
  })

  test('signs in by code and unsubscribes on unmount', async () => {
    const { sandbox, tab, ...it } = await open(served)
    await sandbox.addUser({ phone_number: phone })
    await it.mount()
    await it.shows('signedOut no step')
    expect(await it.subscribers()).toBe(1)

    await it.send({ type: 'flow.start', flow: 'signIn' })
    await it.shows('signedOut askingAccount')
    await it.fill('#contact', phone)
    await it.shows('signedOut askingCode')
    await it.fill('#code', sandbox.inbox()[0]!.code)
    await it.shows('signedIn no step')

    expect(it.calls()).toEqual([
      'POST /auth/v1/verification',
      'POST /auth/v1/verification/verify',
      'POST /auth/v1/signin',
    ])
    await it.unmount()
    expect(await it.subscribers()).toBe(0)
    expect(tab.errors).toEqual([])
  })

  test('mounting and unmounting fifty times leaves no subscriber and sends nothing', async () => {
    const { tab, ...it } = await open(served)
    await it.toCode()
    const before = it.calls()
    await tab.evaluate(async () => {
      for (let times = 0; times < 50; times++) {
        page.mount()
        await page.unmount()
      }
    })
    expect(await it.subscribers()).toBe(0)
    await it.mount()
    await it.shows('signedOut askingCode')
    expect(await it.subscribers()).toBe(1)
    expect(it.calls()).toEqual(before)
    expect(tab.errors).toEqual([])
  })

  test('mounting twice, unmounting and mounting again shows the same step and sends nothing', async () => {
    const { tab, ...it } = await open(served)
    await it.toCode()
    const before = it.calls()
    await tab.evaluate(async () => {
      page.mount()
      page.mount()
      await page.unmount()
      page.mount()
    })
    await it.shows('signedOut askingCode', 0)
    await it.shows('signedOut askingCode', 1)
    expect(await it.subscribers()).toBe(2)
    expect(it.calls()).toEqual(before)

    await it.unmount()
    await it.send({ type: 'contact.change' })
    await it.shows('signedOut askingAccount')
    expect(await it.subscribers()).toBe(1)
    expect(tab.errors).toEqual([])
  })

  test('renders once when mounted and once per change', async () => {
    const { tab, ...it } = await open(served)
    await it.mount()
    await it.shows('signedOut no step')
    await it.unmount()
    const before = await it.renders()
    await it.mount()
    await it.shows('signedOut no step')
    expect((await it.renders()) - before).toBe(1)
    await it.send({ type: 'flow.start', flow: 'signIn' })
    await it.shows('signedOut askingAccount')
    expect((await it.renders()) - before).toBe(2)
    expect(tab.errors).toEqual([])
  })
})

test('useAuth: the ref follows the view until its effect scope is stopped', async () => {
  const served = await serve(`${pages}/vue.ts`)
  onTestFinished(served.close)
  const { tab, subscribers } = await open(served)
  const shown = await tab.evaluate(() => page.scope())
  expect(shown).toEqual({ seen: ['undefined', 'askingAccount'], last: 'askingAccount' })
  expect(await subscribers()).toBe(0)
})

test('useAuth in React: a selected part renders a component again only when it changes', async () => {
  const served = await serve(`${pages}/react.ts`)
  onTestFinished(served.close)
  const { tab, subscribers, shows, mount, unmount } = await open(served)
  await mount()
  await shows('signedOut no step')
  await unmount()
  const shown = await tab.evaluate(() => page.selections())
  expect(shown).toEqual(['signedOut false', 'signedOut true', 'signedOut false'])
  expect(await subscribers()).toBe(0)
  expect(tab.errors).toEqual([])
})

test('useAuth and fromAuth: the view is typed by the flows of the client', () => {
  type Flows = { signIn: typeof signIn }
  type Step = View<Flows>['step']
  expectTypeOf(useAuthInReact<Flows>).returns.toEqualTypeOf<View<Flows>>()
  expectTypeOf(useAuth<Flows>)
    .returns.toHaveProperty('value')
    .toEqualTypeOf<View<Flows>>()
  expectTypeOf(fromAuth<Flows>)
    .returns.toHaveProperty('current')
    .toEqualTypeOf<View<Flows>>()
  expectTypeOf<'askingCode'>().toExtend<Step>()
  expectTypeOf<'askingPassword'>().not.toExtend<Step>()
})
