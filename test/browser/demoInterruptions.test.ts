import { describe, expect, test } from 'vitest'
import { texts } from '../../docs/demo/messages.ts'
import { type Driver, drop, textOf, startDemo } from './demoDriver.ts'

const phone = '13800000000'
const password = 'Correct-horse-7'

const { demo, open } = startDemo()

/** Makes the server require a captcha before every code. */
const requireCaptcha = () => demo.sandbox.config({ sendsBeforeCaptcha: 0 })

describe('demo: interruptions', () => {
  test('demo captcha: after a wrong answer and a new picture the code is sent', async () => {
    requireCaptcha()
    const { page, ...it } = await open()
    await it.submitContact(phone)
    const picture = page.locator('dialog img')
    const first = await it.answer()
    expect(await it.focus()).toBe('captcha')
    expect(await picture.getAttribute('alt')).toBe(texts.en.captcha.picture)
    expect(await it.dialog.evaluate((dialog) => dialog.matches(':modal'))).toBe(true)
    expect(it.messages()).toBe(0)

    const firstPicture = await picture.getAttribute('src')
    await it.submitCaptcha(first === 'AAAA' ? 'BBBB' : 'AAAA')
    expect(await it.error.innerText()).toBe(textOf('verifyCaptcha:captcha_invalid'))
    await it.answer()
    expect(await picture.getAttribute('src')).not.toBe(firstPicture)
    expect(await page.locator('#captcha').inputValue()).toBe('')
    expect(await it.focus()).toBe('captcha')

    const secondPicture = await picture.getAttribute('src')
    await it.button('New picture').click()
    await page.locator(`dialog img:not([src="${secondPicture}"])`).waitFor()
    expect(await it.focus()).toBe('captcha')
    await it.submitCaptcha((await it.answer()).toLowerCase())

    await it.at('askingCode')
    expect(await it.dialog.isVisible()).toBe(false)
    expect(await it.focus()).toBe('code')
    expect(it.messages()).toBe(1)
    await it.check()
  })

  test.each(['Escape', 'the button'])(
    'demo captcha: cancelling by %s sends nothing, and the user can retry',
    async (way) => {
      requireCaptcha()
      const { page, ...it } = await open()
      await it.submitContact(phone)
      await it.answer()
      if (way === 'Escape') await page.keyboard.press('Escape')
      else await it.button('Cancel').click()

      await it.at('askingAccount')
      expect(await it.dialog.isVisible()).toBe(false)
      expect(await it.error.innerText()).toBe(textOf('captcha:cancelled'))
      expect(await it.focus()).toBe('contact')
      expect(await page.locator('#contact').inputValue()).toBe(phone)
      expect(it.messages()).toBe(0)

      await page.keyboard.press('Enter')
      await it.submitCaptcha(await it.answer())
      await it.at('askingCode')
      expect(it.messages()).toBe(1)
      await it.check()
    },
  )

  test('demo captcha: nothing on the dialog moves while it is loading or checking', async () => {
    requireCaptcha()
    const { page, ...it } = await open()
    const boxes = async () => {
      const shown = page.locator('dialog, dialog .picture, #captcha, dialog .pair button')
      return Promise.all((await shown.all()).map((each) => each.boundingBox()))
    }
    const showPicture = await it.hold('/auth/v1/captcha/data')
    await it.submitContact(phone)
    await page.getByText(texts.en.captcha.loading).waitFor()
    const whileLoading = await boxes()
    showPicture()
    const answer = await it.answer()
    expect(await boxes()).toEqual(whileLoading)

    const check = await it.hold('/auth/v1/captcha/data/verify')
    await it.submitCaptcha(answer)
    await page.getByText(texts.en.captcha.checking).waitFor()
    expect(await boxes()).toEqual(whileLoading)
    expect(await it.focus()).toBe('captcha')
    check()
    await it.at('askingCode')
    await it.check()
  })

  test('demo captcha: it is required after too many wrong passwords', async () => {
    await demo.sandbox.addUser({ username: 'ada', password })
    demo.sandbox.config({ failuresBeforeCaptcha: 1 })
    const { page, ...it } = await open()
    await it.submitPassword('ada', 'wrong')
    await page.locator('#username[aria-invalid]').waitFor()
    await it.submitPassword('ada', password)
    await it.submitCaptcha(await it.answer())
    await it.signedIn()
    expect(it.requests().slice(-2)).toEqual(['POST signin', 'GET user/me'])
    await it.check()
  })

  test('demo: a lost request is not repeated by itself, and what was typed stays', async () => {
    const { page, ...it } = await open()
    demo.sandbox.faults([drop('verification')])
    await it.submitContact(phone)
    expect(await it.error.innerText()).toBe(textOf('unreachable'))
    expect(await page.locator('#contact').inputValue()).toBe(phone)
    // The page asks once whether the server withholds its answers from it.
    expect(it.requests()).toEqual(['POST verification', 'GET user/me unauthenticated'])
    await page.keyboard.press('Enter')
    await it.at('askingCode')
    expect(it.messages()).toBe(1)

    demo.sandbox.faults([drop('verification/verify')])
    await it.code.fill(it.newestCode())
    expect(await it.error.innerText()).toBe(textOf('verify:unreachable'))
    expect(await it.code.inputValue()).toBe(it.newestCode())
    await it.primary.click()
    await it.at('askingProfile')
    expect(it.messages()).toBe(1)
    await it.check({ isOffline: true })
  })

  test('demo: a lost sign-up is retried without another code', async () => {
    const it = await open()
    demo.sandbox.faults([drop('signup')])
    await it.signUpTo('askingRetry', phone)
    expect(await it.error.innerText()).toBe(textOf('unreachable'))
    expect(await it.focus()).toBe('h1 Almost there')
    await it.primary.click()
    await it.at('askingProfile')
    expect(it.messages()).toBe(1)
    await it.check({ isOffline: true })
  })

  test('demo: when too many codes were sent, an error says how long to wait', async () => {
    demo.sandbox.config({ sendsPerHour: 1 })
    const it = await open()
    await it.askForCode(phone)
    await it.code.fill(it.newestCode())
    await it.at('askingProfile')
    await it.secondary.click()
    await it.signedIn()
    await it.signOut()
    await it.submitContact(phone)
    await it.page.locator('#contact[aria-invalid]').waitFor()
    expect(await it.error.innerText()).toMatch(/Too many codes were sent. Try again in \d+ minutes/)
    await it.check()
  })

  test('demo: a session that the server has ended is reported on the sign-in card', async () => {
    const { page, ...it } = await open()
    await it.signUpTo('askingProfile', phone)
    await it.secondary.click()
    await it.signedIn()

    demo.sandbox.removeUser(it.sandbox.users()[0]!.sub)
    await it.button('Call getUser again').click()
    await it.at('askingAccount')
    expect(await it.error.innerText()).toBe(textOf('invalid_grant'))
    // The next error takes its place.
    await it.submitContact('1')
    await page.locator('#contact[aria-invalid]').waitFor()
    expect(await it.error.innerText()).toBe(textOf('sendVerification:invalid_argument', 'phone'))
    await it.askForCode(phone)
    await it.button('Change number').click()
    await it.at('askingAccount')
    expect(await page.locator('.notice').innerText()).toBe('')
    await it.check()
  })

  test('demo: a busy form keeps its layout and its focus, and is submitted once', async () => {
    const { page, ...it } = await open()
    const release = await it.hold('/auth/v1/verification')
    const field = page.locator('#contact')
    const before = await field.boundingBox()
    await it.submitContact(phone)
    await it.at('sendingCode')
    expect(await it.primary.innerText()).toBe('Sending…')
    expect(await it.primary.getAttribute('aria-disabled')).toBe('true')
    expect(await page.locator('#panel-code form').getAttribute('aria-busy')).toBe('true')
    expect(await field.isEditable()).toBe(false)
    expect(await field.boundingBox()).toEqual(before)
    expect(await it.focus()).toBe('contact')
    await page.keyboard.press('Enter')
    await it.primary.click({ force: true })
    release()
    await it.at('askingCode')
    expect(it.messages()).toBe(1)
    await it.check()
  })
})

describe('demo: reload', () => {
  /** How to reach a step, how to go on from there, and how many codes were sent before and after. */
  const cases: [name: string, step: string, reach: Act, goOn: Act, codes: [number, number]][] = [
    ['at askingAccount', 'askingAccount', async () => {}, signUp, [0, 1]],
    ['at askingCode', 'askingCode', (it) => it.askForCode(phone), enterCode, [1, 1]],
    [
      'at the captcha before a code',
      'sendingCode',
      async (it) => {
        requireCaptcha()
        await it.submitContact(phone)
        await it.answer()
      },
      async (it) => {
        await it.submitCaptcha(await it.answer())
        await it.at('askingCode')
        await enterCode(it)
      },
      [0, 1],
    ],
    [
      'at the captcha before another code',
      'sendingCode',
      async (it) => {
        await it.page.clock.install()
        await it.reload('askingAccount')
        await it.askForCode(phone)
        await it.page.clock.fastForward(61_000)
        requireCaptcha()
        await it.secondary.click()
        await it.answer()
      },
      async (it) => {
        await it.submitCaptcha(await it.answer())
        await it.at('askingCode')
        await enterCode(it)
      },
      [1, 2],
    ],
    [
      'at askingResend',
      'askingResend',
      async (it) => {
        await it.page.clock.install()
        await it.reload('askingAccount')
        await it.askForCode(phone)
        await it.page.clock.fastForward(600_000)
        await it.at('askingResend')
      },
      async (it) => {
        await it.primary.click()
        await it.at('askingCode')
        await enterCode(it)
      },
      [1, 2],
    ],
    [
      'at askingRetry, where the verification token is lost,',
      'askingRetry',
      async (it) => {
        demo.sandbox.faults([drop('signup')])
        await it.signUpTo('askingRetry', phone)
      },
      async (it) => {
        await it.primary.click()
        await it.at('askingAccount')
        expect(await it.error.innerText()).toBe(textOf('signIn:code_expired'))
        await signUp(it)
      },
      [1, 2],
    ],
    [
      'at askingProfile',
      'askingProfile',
      (it) => it.signUpTo('askingProfile', phone),
      async () => {},
      [1, 1],
    ],
  ]

  type Act = (it: Driver) => Promise<void>
  async function signUp(it: Driver) {
    await it.askForCode(phone)
    await enterCode(it)
  }
  async function enterCode(it: Driver) {
    await it.code.fill(it.newestCode())
    await it.at('askingProfile')
  }

  test.each(cases)(
    'demo: a reload %s resumes without sending anything',
    async (_, step, reach, goOn, [before, after]) => {
      const it = await open({ isAlone: true })
      await reach(it)
      await it.at(step)
      const requests = it.requests().filter((line) => !line.includes('captcha'))
      expect(it.messages()).toBe(before)

      const screen = (await it.screens()).at(-1)!
      for (let time = 1; time <= 2; time++) {
        await it.reload(step)
        // No other screen is shown meanwhile.
        expect(await it.screens()).toEqual(['loading', screen])
      }
      if (step === 'sendingCode') await it.answer()
      expect(it.messages()).toBe(before)
      expect(it.requests().filter((line) => !line.includes('captcha'))).toEqual(requests)

      await goOn(it)
      await it.at('askingProfile')
      await it.secondary.click()
      await it.signedIn()
      expect(it.messages()).toBe(after)
      await it.check({ isOffline: step === 'askingRetry' })
    },
  )

  test('demo: a reload keeps the user signed in', async () => {
    const it = await open()
    await it.signUpTo('askingProfile', phone)
    await it.secondary.click()
    await it.signedIn()
    const requests = it.requests().length
    await it.reload('signedIn')
    await it.signedIn()
    expect(await it.screens()).toEqual(['loading', 'home'])
    expect(it.requests().slice(requests)).toEqual(['GET user/me'])
    expect(it.messages()).toBe(1)
    await it.check()
  })

  test('demo: a reload keeps the selected tab', async () => {
    const { page, ...it } = await open()
    await page.getByRole('tab', { name: 'Password' }).click()
    await it.reload('askingAccount')
    expect(await page.locator('#password').isVisible()).toBe(true)
    await it.check()
  })
})
