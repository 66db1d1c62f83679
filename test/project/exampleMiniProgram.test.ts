import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { expect, onTestFinished, test } from 'vitest'
import { createSandbox } from '../../sandbox/index.ts'
import { createWx } from '../support/wx.ts'

const example = resolve('docs/examples/mini-program')

interface Page {
  auth: { stop(): void }
  data: { step: string; status: string; isBusy: boolean; message: string; contact?: string }
  setData(data: object): void
  onLoad(): Promise<void>
  onUnload(): void
  submitContact(event: object): void
  submitCode(event: object): void
  submitProfile(event: object): void
  signInByWechat(): Promise<void>
  send(event: object): void
}

/** Opens the page of the example as a mini-program does: by CommonJS, without a DOM. */
async function open() {
  const sandbox = createSandbox({ config: { resendSeconds: 0 } })
  const { url, close } = await sandbox.listen()
  let page: Page | undefined
  const place = createContext({
    wx: createWx('anna'),
    setTimeout,
    clearTimeout,
    console,
    Page(given: Page) {
      page = given
      page.setData = (data) => void Object.assign(given.data, data)
    },
  })
  const loaded = new Map<string, { exports: object }>()
  const load = (file: string): object => {
    const module = loaded.get(file) ?? { exports: {} }
    if (loaded.has(file)) return module.exports
    loaded.set(file, module)
    const code = readFileSync(file, 'utf8').replace('http://127.0.0.1:4871', url)
    const run = runInContext(`(function (module, exports, require) {${code}\n})`, place) as (
      ...given: unknown[]
    ) => void
    run(module, module.exports, (name: string) => load(pathOf(name, file)))
    return module.exports
  }
  load(join(example, 'pages/sign-in/index.js'))
  await page!.onLoad()
  onTestFinished(async () => {
    page!.onUnload()
    page!.auth.stop()
    await close()
  })
  const shows = (data: Partial<Page['data']>) =>
    expect.poll(() => page!.data, { timeout: 10_000 }).toMatchObject(data)
  const submit = (value: object) => ({ detail: { value } })
  const button = (event: string) => ({ currentTarget: { dataset: { event } } })
  return { sandbox, page: page!, shows, submit, button }
}

/** What WeChat's builder makes of the package. */
function pathOf(name: string, from: string): string {
  if (name.startsWith('.')) return `${resolve(dirname(from), name).replace(/\.js$/, '')}.js`
  const entry = name.replace('cloudbase-authflow', '').slice(1) || 'index'
  return resolve('miniprogram_dist', `${entry}.js`)
}

test('example of a mini-program: a user signs up by WeChat and signs out', async () => {
  const { sandbox, page, shows, button } = await open()
  await shows({ step: 'askingAccount', status: 'signedOut' })
  await page.signInByWechat()
  await shows({ status: 'signedIn', step: '', message: '' })
  expect(sandbox.users()).toHaveLength(1)
  page.send(button('session.end'))
  await shows({ step: 'askingAccount', status: 'signedOut' })
})

test('example of a mini-program: a user signs up by code, after a wrong one', async () => {
  const { sandbox, page, shows, submit } = await open()
  await shows({ step: 'askingAccount' })
  page.submitContact(submit({ contact: '13800000000' }))
  await shows({ step: 'askingCode', isBusy: false, contact: '+86 13800000000' })
  const { code } = sandbox.inbox()[0]!
  page.submitCode(submit({ code: code === '000000' ? '111111' : '000000' }))
  await shows({ step: 'askingCode', isBusy: false, message: expect.stringContaining('验证码') })
  page.submitCode(submit({ code }))
  await shows({ step: 'askingProfile', isBusy: false, message: '' })
  page.submitProfile(submit({ name: '李雷' }))
  await shows({ status: 'signedIn', step: '' })
  expect(sandbox.users()).toMatchObject([{ phone_number: '+86 13800000000', name: '李雷' }])
})
