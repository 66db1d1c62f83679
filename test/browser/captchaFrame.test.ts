import { expect, onTestFinished, test } from 'vitest'
import { createSandbox } from '../../sandbox/index.ts'
import { openPage, servePage } from '../support/chromium.ts'

async function openCaptcha() {
  const sandbox = createSandbox({ config: { captchaOnEveryCall: 'on' } })
  const server = await sandbox.listen({ port: 0 })
  const served = await servePage('test/browser/pages/captchaFrame.ts')
  onTestFinished(() => Promise.all([server.close(), served.close()]).then(() => undefined))
  const page = await openPage(`${served.url}?endpoint=${encodeURIComponent(server.url)}`)
  const frame = page.frameLocator('iframe')
  await frame.locator('input[name=key]').waitFor({ state: 'attached' })
  return { sandbox, page, frame }
}

test('captchaFrame: a solved captcha page lets the call through and closes', async () => {
  const { sandbox, page, frame } = await openCaptcha()
  const token = await frame.locator('input[name=token]').inputValue()
  await frame.locator('input[name=key]').fill(sandbox.captchaAnswer(token)!)
  await frame.locator('button[value=verify]').click()
  await page
    .locator('body[data-step=askingCode][data-captcha=closed]')
    .waitFor({ state: 'attached' })
  expect(await page.locator('iframe').count()).toBe(0)
  expect(sandbox.inbox()).toHaveLength(1)
  // The captcha page focuses its field; Chromium refuses that across origins and logs it.
  expect(page.errors.filter((error) => !error.startsWith('Blocked autofocusing'))).toEqual([])
})

test('captchaFrame: the cancel button of the captcha page cancels the captcha', async () => {
  const { sandbox, page, frame } = await openCaptcha()
  await frame.locator('button[value=cancel]').click()
  await page
    .locator('body[data-step=askingAccount][data-error=cancelled]')
    .waitFor({ state: 'attached' })
  expect(await page.locator('iframe').count()).toBe(0)
  expect(sandbox.inbox()).toHaveLength(0)
})

test('captchaFrame: the captcha page cannot navigate the app away nor open a window', async () => {
  const { page, frame } = await openCaptcha()
  const url = page.url()
  const isOpened = await frame.locator('body').evaluate(() => {
    try {
      window.top!.location.href = 'https://evil.example/'
    } catch {
      // The sandbox refuses it.
    }
    return !!window.open('https://evil.example/')
  })
  expect(isOpened).toBe(false)
  expect(page.url()).toBe(url)
  expect(page.context().pages()).toHaveLength(1)
})
