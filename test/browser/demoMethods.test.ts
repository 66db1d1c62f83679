import { expect, onTestFinished, test } from 'vitest'
import { serveBundledDemo } from '../support/demo.ts'
import { openPage } from '../support/chromium.ts'

/** Leaves the page, so that it is clicked last. */
const HOSTED_PAGE = 'toDefaultLoginPage'
/** Shows a captcha that the user reads. */
const CAPTCHA_PAGE = 'captchaPage, captchaFrame'

test('demo: every documented method ends as it should, by a button in both languages', async () => {
  const { url, sandbox, close } = await serveBundledDemo()
  onTestFinished(close)
  const page = await openPage(`${url}/methods.html`)
  expect(await page.locator('h1').innerText()).toBe('Every method')
  await page.getByRole('button', { name: '中文' }).click()
  expect(await page.locator('h1').innerText()).toBe('全部方法')

  const failures: string[] = []
  const buttons = page.locator('li button')
  const names = await buttons.allInnerTexts()
  expect(names.length).toBeGreaterThan(60)
  for (const [index, name] of names.entries()) {
    if (name === HOSTED_PAGE) continue
    await buttons.nth(index).click()
    const row = page.locator('li').nth(index)
    if (name === CAPTCHA_PAGE) {
      const frame = row.frameLocator('iframe')
      const token = await frame.locator('input[name=token]').inputValue()
      await frame.locator('input[name=key]').fill(sandbox.captchaAnswer(token)!)
      await frame.locator('button[value=verify]').click()
    }
    await row.and(page.locator('[data-outcome=done], [data-outcome=failed]')).waitFor()
    if ((await row.getAttribute('data-outcome')) === 'failed') {
      failures.push(`${name}: ${await row.locator('output').innerText()}`)
    }
  }
  expect(failures).toEqual([])
  await page.getByRole('button', { name: HOSTED_PAGE }).click()
  await page.waitForURL('**/__auth/**')
})
