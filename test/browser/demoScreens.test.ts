import { afterAll, describe, expect, test } from 'vitest'
import { texts } from '../../docs/demo/messages.ts'
import { gallery } from '../../docs/guide/gallery.ts'
import { consent, drop, openDemo, startDemo } from './demoDriver.ts'
import { axeViolations } from '../support/axe.ts'
import { flaws } from './demoObserver.ts'
import { takePicture, takesPictures, writeSheets } from './demoScreensGallery.ts'

const phone = '13800000000'

const { demo } = startDemo()
if (takesPictures) afterAll(writeSheets)

/** Makes the server require a captcha before every code. */
const requireCaptcha = () => demo.sandbox.config({ sendsBeforeCaptcha: 0 })

const sizes = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
  { width: 320, height: 640 },
]
const variants = [
  { language: 'en', locale: 'en-US', colorScheme: 'light', size: sizes[0]! },
  { language: 'zh', locale: 'zh-CN', colorScheme: 'dark', size: sizes[2]! },
] as const

/** Milliseconds for some twenty screens in every size and in both colour schemes. */
const timeout = 120_000

/** `SCREENSHOTS=1` saves every screen in `test/.screenshots`. */
const takesScreenshots = !!process.env['SCREENSHOTS']

/**
 * `EVERY_LOOK=1` looks at every screen in every width, and by every rule in both languages and colour
 * schemes. Otherwise the English screens are wide and light, and the Chinese ones narrow and dark.
 */
const isWhole = takesScreenshots || takesPictures || !!process.env['EVERY_LOOK']

/** The looks that the documentation has pictures of. */
const pictured: readonly string[] = Object.values(gallery).flat()

/** Opens the page; `look` finds the flaws of the current screen in every size. */
const openWithLook = async (
  part: string,
  { language, size, ...rest }: (typeof variants)[number],
  isAlone = false,
) => {
  const it = await openDemo(demo, { ...rest, viewport: size, isAlone })
  const { page } = it
  if (isAlone) await page.clock.install()
  await it.open()
  let number = 0
  const found: string[] = []
  const headings = page.locator('.card:not(:has(:is(.notice, .success):not(:empty))) h1')
  /** Where the heading is on the card, without a message above it. */
  const placeOfHeading = async () => {
    const isFree = (await headings.count()) === 1
    return isFree ? headings.evaluate((h1) => (h1 as HTMLElement).offsetTop) : undefined
  }
  const places = new Map<number, number>()
  const look = async (screen: string) => {
    if (!pictured.includes(screen)) found.push(`${screen} has no place in docs/guide/gallery.ts`)
    await takePicture(page, screen, language)
    const name = `${part}-${String(++number).padStart(2, '0')}-${screen}`
    for (const each of isWhole ? sizes : [size]) {
      if (isWhole) await page.setViewportSize(each)
      const picture = `${language}-${each.width}-${name}`
      if (takesScreenshots) await it.picture(picture)
      found.push(...(await flaws(page)).map((flaw) => `${picture}: ${flaw}`))
      const place = await placeOfHeading()
      const usual = places.get(each.width) ?? place
      if (usual !== undefined) places.set(each.width, usual)
      if (place !== undefined && place !== usual)
        found.push(`${picture}: the heading is at ${place} px, not at ${usual} px`)
    }
    for (const colorScheme of isWhole ? (['light', 'dark'] as const) : [rest.colorScheme]) {
      if (isWhole) await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const where = `${language}-${colorScheme}-${name}`
      if (takesScreenshots && colorScheme !== rest.colorScheme) await it.picture(where)
      // Of the rules, only that about contrast depends on the colour scheme.
      const isFull = colorScheme === (isWhole ? rest.colorScheme : 'light')
      const rules = isFull ? undefined : ['color-contrast']
      const violations = await axeViolations(page, { within: 'authflow-root', rules })
      found.push(...violations.map((violation) => `${where}: ${violation}`))
    }
    if (isWhole) await page.emulateMedia({ colorScheme: rest.colorScheme, reducedMotion: 'reduce' })
  }
  return { ...it, look, found, words: texts[language] }
}

describe('demo screens', () => {
  test.each(variants)(
    'demo screens: signing in has no flaws in any size in $language',
    { timeout },
    async (way) => {
      const { page, look, found, words, ...it } = await openWithLook('a', way, true)
      const [byCode, byPassword] = await page.getByRole('tab').all()

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

      requireCaptcha()
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
      await it.button(words.home.again).click()
      await it.at('askingAccount')
      await look('session-ended')
      expect(found).toEqual([])
      await it.check({ isOffline: true })
    },
  )

  test.each(variants)(
    'demo screens: all other flows have no flaws in any size in $language',
    { timeout },
    async (way) => {
      const { page, look, found, words, ...it } = await openWithLook('b', way)
      const link = (name: string) => it.button(name).first()
      const submit = async (field: string, text: string) => {
        await page.locator(field).fill(text)
        await page.keyboard.press('Enter')
      }
      const { providers, account, settings } = words
      const weChat = account.by(providers.wx_open)

      // A provider
      await link(weChat).click()
      await page.locator('[name=account]').first().waitFor()
      await page.goBack()
      await it.at('askingReturn')
      await look('provider-waiting')
      await link(words.provider.again).click()
      await consent(page)
      await it.at('askingRetry')
      await look('provider-denied')
      const sign = await it.hold('/auth/v1/signin/with/provider')
      await it.primary.click()
      await consent(page, 'alex')
      await it.at('signingIn')
      await look('provider-working')
      sign()
      await it.signedIn()
      await it.button(words.home.signOut).click()
      await it.at('askingAccount')
      await page.goto(`${demo.url}/?code=abc&state=authflow0123`)
      await it.error.waitFor()
      await look('account-foreign')
      await it.button(words.sandbox.popup).click()
      const popup = page.waitForEvent('popup')
      await link(weChat).click()
      await (await popup).locator('[name=account]').first().waitFor()
      await it.at('askingPopup')
      await look('provider-window')
      await page.evaluate(() => {
        window.open = () => null
      })
      await link(words.provider.againWindow).click()
      await it.at('askingClick')
      await look('provider-blocked')
      await link(words.provider.leave).click()
      await it.at('askingAccount')

      // A second factor, and a forgotten password
      await demo.sandbox.addUser({
        username: 'grace',
        password: 'nanosecond',
        phone_number: '+86 13900000000',
        twoFactor: true,
      })
      await it.submitPassword('grace', 'nanosecond')
      await it.at('askingSecondFactor')
      await look('second-factor')
      await link(words.back).click()
      await it.at('askingAccount')
      await link(account.forgotten).click()
      await it.at('askingContact')
      await look('forgotten')
      await submit('#reset-contact', '13900000000')
      await it.enterCode()
      await it.at('askingPassword')
      await submit('#reset-password', 'short')
      await look('new-password-short')
      demo.sandbox.faults([drop('signin')])
      await submit('#reset-password', 'battery staple')
      await it.at('askingRetry')
      await look('reset-retry')
      await it.primary.click()
      await it.at('askingAccount')
      await look('password-reset')

      // A guest
      demo.sandbox.faults([drop('signin/anonymously')])
      await it.button(account.asGuest).click()
      await it.error.waitFor()
      await look('guest-not-in')
      await it.button(account.asGuest).click()
      await it.at('anonymous')
      await page.locator('dl[aria-busy=false]').waitFor()
      await look('guest')
      await it.primary.click()
      await it.at('askingAccount', 'upgrade')
      await look('upgrade')
      await submit('#upgrade-contact', '13900000000')
      await it.enterCode()
      await it.at('askingChoice')
      await look('choice')
      await it.primary.click()
      await submit('#upgrade-contact', phone)
      await it.enterCode()
      await it.signedIn()
      await look('upgraded')

      // The account
      await it.manage()
      await page.locator('.providers[aria-busy=false] .part').first().waitFor()
      await look('settings')
      const part = (action: string, what: string) => it.button(settings.of(action, what)).click()
      await part(settings.edit, settings.name)
      await page.locator('#edit-username').fill('a b')
      await it.primary.click()
      await it.error.waitFor()
      await look('edit-name-wrong')
      await link(words.back).click()
      await part(settings.add, words.home.email)
      await look('edit-email')
      await submit('#edit-email', 'ada@example.com')
      await it.at('askingCodeRequest')
      await look('elevation-code')
      await it.primary.click()
      await it.at('askingCode')
      await look('confirm-self')
      await it.code.fill(it.newestCode())
      await page.locator('#code-lead', { hasText: 'example.com' }).waitFor()
      await it.at('askingCode')
      await look('confirm-new')
      await it.code.fill(it.newestCode())
      await it.success.waitFor()
      await look('settings-success')
      await part(settings.change, words.home.phone)
      await look('edit-phone')
      await link(words.back).click()
      await part(settings.set, settings.password)
      await look('edit-password')
      await link(words.back).click()
      await it.button(settings.delete).click()
      await it.button(words.delete.delete).click()
      await look('delete-unticked')
      await page.locator('#understood').check()
      await it.button(words.delete.delete).click()
      await it.at('askingAccount')
      await look('deleted')

      // A user who has no phone confirms by password
      await demo.sandbox.addUser({
        username: 'ada',
        password: 'nanosecond',
        email: 'b@example.com',
      })
      await it.submitPassword('ada', 'nanosecond')
      await it.manage()
      await it.button(settings.delete).click()
      await page.locator('#understood').check()
      await it.button(words.delete.delete).click()
      await submit('#own-password', 'a guess')
      await it.error.waitFor()
      await look('elevation-password-wrong')
      expect(found).toEqual([])
      await it.check({ isOffline: true })
    },
  )
})
