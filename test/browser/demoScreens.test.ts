import { describe, expect, test } from 'vitest'
import { drop, openDemo, startDemo } from './demo-driver.ts'
import { flaws } from './demo-witness.ts'

const phone = '13800000000'

const { demo } = startDemo()

/** The server itself asks for a captcha before every code. */
const guardSends = () => demo.sandbox.config({ sendsBeforeCaptcha: 0 })

describe('every screen', () => {
  const viewports = [
    ['390', { width: 390, height: 844 }],
    ['1280', { width: 1280, height: 900 }],
  ] as const
  const looks = [
    ['en', 'en-US', 'light'],
    ['zh', 'zh-CN', 'dark'],
  ] as const

  test.each(
    looks.flatMap(([language, locale, colorScheme]) =>
      viewports.map(([name, viewport]) => ({ language, locale, colorScheme, name, viewport })),
    ),
  )('fits in $language at $name px', async ({ language, locale, colorScheme, name, viewport }) => {
    const options = { locale, colorScheme, viewport, isAlone: true } as const
    const { page, ...it } = await openDemo(demo, options)
    await page.clock.install()
    await it.open()
    const [byCode, byPassword] = await page.getByRole('tab').all()
    let number = 0
    const look = async (screen: string) => {
      const picture = `${language}-${name}-${String(++number).padStart(2, '0')}-${screen}`
      await it.picture(picture)
      expect({ picture, flaws: await flaws(page) }).toEqual({ picture, flaws: [] })
      await page.setViewportSize({ ...viewport, width: viewport.width - 70 })
      expect({ picture, narrower: await flaws(page) }).toEqual({ picture, narrower: [] })
      await page.setViewportSize(viewport)
    }

    await look('account')
    await it.primary.click()
    await look('account-empty')
    await byPassword!.click()
    await look('password')
    await it.submitPassword('ada', 'wrong')
    await page.locator('#username[aria-invalid]').waitFor()
    await look('password-wrong')
    await byCode!.click()
    await it.submitContact('not a phone')
    await page.locator('#contact[aria-invalid]').waitFor()
    await look('account-wrong')

    guardSends()
    const showPicture = await it.hold('/auth/v1/captcha/data')
    await it.submitContact(phone)
    await page.locator('dialog[open]').waitFor()
    await look('captcha-loading')
    showPicture()
    const answer = await it.answer()
    await look('captcha')
    await it.submitCaptcha(answer === 'AAAA' ? 'BBBB' : 'AAAA')
    await it.error.waitFor()
    await it.answer()
    await look('captcha-wrong')
    await page.keyboard.press('Escape')
    await it.at('askingAccount')
    await look('captcha-cancelled')
    demo.sandbox.config({ sendsBeforeCaptcha: 99 })

    const send = await it.hold('/auth/v1/verification')
    await it.submitContact(phone)
    await it.at('sendingCode')
    await look('sending')
    send()
    await it.at('askingCode')
    await page.locator('.message').first().waitFor()
    await look('code')
    await it.code.fill('123')
    await look('code-half')
    const verify = await it.hold('/auth/v1/verification/verify')
    await it.code.fill(it.wrongCode())
    await it.at('verifyingCode')
    await look('code-checking')
    verify()
    await page.locator('#code[aria-invalid]').waitFor()
    await look('code-wrong')
    await page.clock.fastForward(60_000)
    await page.clock.runFor(1000)
    await look('code-again')
    await page.clock.fastForward(600_000)
    await it.at('askingResend')
    await look('resend')

    await it.primary.click()
    demo.sandbox.faults([drop('signup')])
    await it.at('askingCode')
    await it.code.fill(it.newestCode())
    await it.at('askingRetry')
    await look('retry')
    await it.primary.click()
    await it.at('askingProfile')
    await look('profile')
    await page.locator('#new-username').fill('a b')
    await it.primary.click()
    await it.error.waitFor()
    await look('profile-wrong')
    await page.locator('#new-username').fill('countess')
    await page.locator('#nickname').fill('Ada')
    await it.primary.click()
    await it.signedIn()
    await look('home')

    it.sandbox.removeUser(it.sandbox.users()[0]!.sub)
    await it.secondary.first().click()
    await it.at('askingAccount')
    await look('session-ended')
    await it.check({ isLineBroken: true })
  })
})
