import { createSandbox } from 'cloudbase-authflow-sandbox'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { withEsbuild } from '../support/bundle.ts'
import { openPage, routeScripts, type ServedPage, servePage } from '../support/chromium.ts'

let served: ServedPage
beforeAll(async () => {
  served = await servePage('test/browser/pages/parityCompat.ts')
  return served.close
})

/** Opens a page without an adapter, whose calls all require a captcha. */
async function open(lang = 'zh-CN') {
  const sandbox = createSandbox({ config: { captchaOnEveryCall: 'on' } })
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  const page = await openPage(`${served.url}?${new URLSearchParams({ sandbox: url, lang })}`)
  await page.waitForFunction(() => 'compat' in globalThis)
  const dialog = page.getByRole('dialog')
  const pictures: string[] = []
  await page.route('**/captcha/data?*', async (route) => {
    const response = await route.fetch()
    pictures.push(((await response.json()) as { token: string }).token)
    await route.fulfill({ response })
  })
  return {
    sandbox,
    page,
    dialog,
    pictures,
    image: dialog.getByRole('img'),
    input: dialog.getByRole('textbox'),
    text: () => sandbox.captchaAnswer(pictures.at(-1)!)!,
    /** Starts calls that wait for the dialog; returns how each ends. */
    ask: (...names: string[]) =>
      page.evaluate(
        (names) =>
          Promise.all(
            names.map((name) =>
              globalThis.compat.isUsernameRegistered(name).then(
                (exists) => `exists: ${exists}`,
                ({ error }: { error: string }) => `refused: ${error}`,
              ),
            ),
          ),
        names,
      ),
  }
}

test.each([
  ['zh-CN', '安全验证', '请输入图片中的字符', ['取消', '换一张', '确定']],
  [
    'en-US',
    'Security check',
    'Type the characters in the picture',
    ['Cancel', 'New picture', 'OK'],
  ],
])('captcha dialog: its texts are in the language %s', async (lang, title, label, buttons) => {
  const { page, dialog, image, input, text, ask } = await open(lang)
  const answer = ask('ada')
  await dialog.waitFor()

  expect(await dialog.getAttribute('lang')).toBe(lang)
  expect(await page.getByRole('dialog', { name: title }).count()).toBe(1)
  expect(await dialog.getByRole('textbox', { name: label }).count()).toBe(1)
  expect(await dialog.getByRole('button').allTextContents()).toEqual(buttons)
  expect(await image.getAttribute('alt')).toBeTruthy()
  expect(await image.evaluate((it: HTMLImageElement) => it.complete && it.naturalWidth > 0)).toBe(
    true,
  )
  expect(await input.evaluate((it) => it === document.activeElement)).toBe(true)

  await input.fill(text())
  await page.keyboard.press('Enter')
  expect(await answer).toEqual(['exists: false'])
  await dialog.waitFor({ state: 'detached' })
  expect(page.errors).toEqual([])
})

test('captcha dialog: a wrong answer shows another picture and can be repeated', async () => {
  const { page, dialog, pictures, image, input, text, ask } = await open()
  const answer = ask('ada')
  await dialog.waitFor()
  const first = await image.getAttribute('src')
  await input.fill('none')
  await dialog.getByRole('button', { name: '确定' }).click()
  await vi.waitUntil(() => pictures.length === 2)
  await dialog.getByRole('alert').filter({ hasText: '验证码不正确' }).waitFor()
  await vi.waitUntil(async () => (await image.getAttribute('src')) !== first)
  expect(await input.inputValue()).toBe('')
  expect(await input.evaluate((it) => it === document.activeElement)).toBe(true)
  await input.fill(text())
  await page.keyboard.press('Enter')
  expect(await answer).toEqual(['exists: false'])
})

test('captcha dialog: the user can request another picture', async () => {
  const { dialog, pictures, image, input, text, ask, page } = await open()
  const answer = ask('ada')
  await dialog.waitFor()
  const first = await image.getAttribute('src')
  await dialog.getByRole('button', { name: '换一张' }).click()
  await vi.waitUntil(async () => (await image.getAttribute('src')) !== first)
  expect(pictures).toHaveLength(2)
  expect(await dialog.getByRole('alert').textContent()).toBe('')
  await input.fill(text())
  await page.keyboard.press('Enter')
  expect(await answer).toEqual(['exists: false'])
})

test.each(['the button', 'Escape'])(
  'captcha dialog: cancelling by %s fails all waiting calls',
  async (way) => {
    const { page, dialog, pictures, ask } = await open()
    await page.focus('#before')
    const answer = ask('ada', 'grace', 'alan')
    await dialog.waitFor()
    expect(await dialog.count()).toBe(1)
    if (way === 'Escape') await page.keyboard.press('Escape')
    else await dialog.getByRole('button', { name: '取消' }).click()
    expect(await answer).toEqual(Array(3).fill('refused: cancelled'))
    await dialog.waitFor({ state: 'detached' })
    expect(pictures).toHaveLength(1)
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('before')
  },
)

test('captcha dialog: the keyboard stays in the dialog and reaches every control', async () => {
  const { page, dialog, ask } = await open()
  const answer = ask('ada')
  await dialog.waitFor()
  const stops: string[] = []
  for (let press = 0; press < 4; press++) {
    stops.push(await page.evaluate(() => document.activeElement!.textContent || 'the field'))
    await page.keyboard.press('Tab')
  }
  expect(stops).toEqual(['the field', '取消', '换一张', '确定'])
  expect(await page.evaluate(() => document.activeElement?.id)).not.toBe('before')
  await page.keyboard.press('Escape')
  expect(await answer).toEqual(['refused: cancelled'])
})

test('captcha dialog: a network failure is shown, and the answer can be sent again', async () => {
  const { sandbox, page, dialog, input, text, ask } = await open()
  const answer = ask('ada')
  await dialog.waitFor()
  sandbox.faults([{ method: 'POST', path: '/auth/v1/captcha/data/verify', drop: 'before' }])
  await input.fill(text())
  await page.keyboard.press('Enter')
  await dialog.getByRole('alert').filter({ hasText: '网络错误' }).waitFor()
  expect(await input.inputValue()).toBe(text())
  await page.keyboard.press('Enter')
  expect(await answer).toEqual(['exists: false'])
})

/** Bundles an app that asks whether a name is registered. */
const bundleOf = (url: string) =>
  withEsbuild(`
    import cloudbase from 'cloudbase-authflow/cloudbase'
    const app = cloudbase.init({ env: 'demo' })
    app.registerHost(${JSON.stringify(new URL(url).host)})
    globalThis.isRegistered = (name) =>
      app.auth().isUsernameRegistered(name).catch(({ error }) => error)
  `)

test('captcha dialog: a call fails where its script cannot be loaded, and the next one tries again', async () => {
  const sandbox = createSandbox({ config: { captchaOnEveryCall: 'on' } })
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  const page = await openPage('about:blank')
  const scripts = await routeScripts(page, served.url, await bundleOf(url))
  await page.goto(served.url)
  await page.waitForFunction('globalThis.isRegistered')
  const call = (name: string) => page.evaluate<unknown>(`isRegistered(${JSON.stringify(name)})`)
  expect(await call('')).toBe('invalid_argument')
  scripts.are = 'gone'
  expect(await call('ada')).toBe('unreachable')
  scripts.are = 'served'
  const pending = call('ada')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  expect(await pending).toBe('cancelled')
})

test('captcha dialog: a call fails where its script does not come', async () => {
  const sandbox = createSandbox({ config: { captchaOnEveryCall: 'on' } })
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  const page = await openPage('about:blank')
  await page.clock.install()
  const scripts = await routeScripts(page, served.url, await bundleOf(url))
  await page.goto(served.url)
  await page.waitForFunction('globalThis.isRegistered')
  expect(await page.evaluate(`isRegistered('')`)).toBe('invalid_argument')
  scripts.are = 'late'
  const asked = page.waitForRequest(`${served.url}*.js`)
  const answer = page.evaluate(`isRegistered('ada')`)
  await asked
  await page.clock.fastForward(15_000)
  expect(await answer).toBe('unreachable')
})
