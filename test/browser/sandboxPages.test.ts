/** The pages of the sandbox that stand in for a provider's and for a captcha, on the narrowest screen. */
import { createSandbox } from 'cloudbase-authflow-sandbox'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { openPage } from '../support/chromium.ts'

const sandbox = createSandbox()
let server: { url: string; close(): Promise<void> }

beforeAll(async () => {
  server = await sandbox.listen({ port: 0 })
})
afterAll(() => server.close())

const redirect_uri = 'https://app.example/callback'

/** Opens a page with no error and shows its error, which a form without its own checks reaches. */
const pages: Record<string, { open: () => Promise<string>; fail: (page: Page) => Promise<void> }> =
  {
    provider: {
      open: async () => `${server.url}/auth/idp/wx_open?${new URLSearchParams({ redirect_uri })}`,
      async fail(page) {
        await page.locator('form').evaluate((form) => ((form as HTMLFormElement).noValidate = true))
        await page.locator('[value=allow]').click()
      },
    },
    captcha: {
      async open() {
        const response = await fetch(`${server.url}/auth/v1/captcha/init?client_id=env`, {
          method: 'POST',
          body: JSON.stringify({ redirect_uri, state: 's' }),
        })
        return ((await response.json()) as { url: string }).url
      },
      async fail(page) {
        await page.locator('#key').fill('wrong')
        await page.keyboard.press('Enter')
      },
    },
  }

const boxesOf = async (page: Page) =>
  Promise.all((await page.locator('h1, input, button').all()).map((each) => each.boundingBox()))

test.each(
  Object.keys(pages).flatMap((name) => [
    { name, locale: 'en-US', colorScheme: 'light' as const },
    { name, locale: 'zh-CN', colorScheme: 'dark' as const },
  ]),
)(
  'sandbox: the $name page in $locale is accessible, and an error describes its field and moves nothing',
  async ({ name, locale, colorScheme }) => {
    const { open, fail } = pages[name]!
    const page = await openPage('about:blank')
    await page.setViewportSize({ width: 320, height: 640 })
    await page.emulateMedia({ colorScheme })
    await page.setExtraHTTPHeaders({ 'accept-language': locale })
    await page.goto(await open())
    expect(await page.locator('html').getAttribute('lang')).toBe(
      locale.startsWith('zh') ? 'zh-CN' : 'en',
    )
    expect(await axeViolations(page)).toEqual([])
    const before = await boxesOf(page)
    await fail(page)
    await page.getByRole('alert').waitFor()
    expect(await boxesOf(page)).toEqual(before)
    const described = page.locator('[aria-describedby]')
    const line = await described.getAttribute('aria-describedby')
    expect(await page.locator(`#${line} [role=alert]`).count()).toBe(1)
    expect(await axeViolations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  },
)
