import { describe, expect, test } from 'vitest'
import { texts } from '../../docs/demo/messages.ts'
import { type Driver, drop, said, startDemo } from './demo-driver.ts'

const phone = '13800000000'
const password = 'Correct-horse-7'

const { demo, open } = startDemo()

/** The server itself asks for a captcha before every code. */
const guardSends = () => demo.sandbox.config({ sendsBeforeCaptcha: 0 })

describe('interruptions', () => {
  test('a captcha: a wrong answer, a new picture, then the code is sent', async () => {
    guardSends()
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
    expect(await it.error.innerText()).toBe(said('verifyCaptcha:captcha_invalid'))
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

  test.each(['Escape', 'the button'])('a captcha given up by %s sends nothing', async (way) => {
    guardSends()
    const { page, ...it } = await open()
    await it.submitContact(phone)
    await it.answer()
    if (way === 'Escape') await page.keyboard.press('Escape')
    else await it.button('Cancel').click()

    await it.at('askingAccount')
    expect(await it.dialog.isVisible()).toBe(false)
    expect(await it.error.innerText()).toBe(said('captcha:cancelled'))
    expect(await it.focus()).toBe('contact')
    expect(await page.locator('#contact').inputValue()).toBe(phone)
    expect(it.messages()).toBe(0)

    await page.keyboard.press('Enter')
    await it.submitCaptcha(await it.answer())
    await it.at('askingCode')
    expect(it.messages()).toBe(1)
    await it.check()
  })

  test('a captcha that is loading or being checked moves nothing', async () => {
    guardSends()
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

  test('a captcha after too many wrong passwords', async () => {
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

  test('a broken line: nothing is sent by itself, and what was typed stays', async () => {
    const { page, ...it } = await open()
    demo.sandbox.faults([drop('verification')])
    await it.submitContact(phone)
    expect(await it.error.innerText()).toBe(said('unreachable'))
    expect(await page.locator('#contact').inputValue()).toBe(phone)
    expect(it.requests()).toEqual(['POST verification'])
    await page.keyboard.press('Enter')
    await it.at('askingCode')
    expect(it.messages()).toBe(1)

    demo.sandbox.faults([drop('verification/verify')])
    await it.code.fill(it.newestCode())
    expect(await it.error.innerText()).toBe(said('verify:unreachable'))
    expect(await it.code.inputValue()).toBe(it.newestCode())
    await it.primary.click()
    await it.at('askingProfile')
    expect(it.messages()).toBe(1)
    await it.check({ isLineBroken: true })
  })

  test('a broken line at the very last step is retried without a new code', async () => {
    const it = await open()
    demo.sandbox.faults([drop('signup')])
    await it.signUpTo('askingRetry', phone)
    expect(await it.error.innerText()).toBe(said('unreachable'))
    expect(await it.focus()).toBe('h1 Almost there')
    await it.primary.click()
    await it.at('askingProfile')
    expect(it.messages()).toBe(1)
    await it.check({ isLineBroken: true })
  })

  test('too many codes: the wait is told', async () => {
    demo.sandbox.config({ sendsPerHour: 1 })
    const it = await open()
    await it.askForCode(phone)
    await it.button('Change number').click()
    await it.submitContact(phone)
    await it.page.locator('#contact[aria-invalid]').waitFor()
    expect(await it.error.innerText()).toMatch(/Too many codes were sent. Try again in \d+ minutes/)
    await it.check()
  })

  test('an ended session: the reason is told where one signs in again', async () => {
    const { page, ...it } = await open()
    await it.signUpTo('askingProfile', phone)
    await it.secondary.click()
    await it.signedIn()

    demo.sandbox.removeUser(it.sandbox.users()[0]!.sub)
    await it.button('Call getUser again').click()
    await it.at('askingAccount')
    expect(await it.error.innerText()).toBe(said('invalid_grant'))
    // What goes wrong next is told instead, not below it.
    await it.submitContact('1')
    await page.locator('#contact[aria-invalid]').waitFor()
    expect(await it.error.innerText()).toBe(said('sendVerification:invalid_argument'))
    await it.askForCode(phone)
    await it.button('Change number').click()
    await it.at('askingAccount')
    expect(await page.locator('.notice').innerText()).toBe('')
    await it.check()
  })

  test('whoever waits sees the form as it was, and keeps the focus', async () => {
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

describe('a reload', () => {
  /** How to get to a waiting state, what it is called, and how to go on to the code or beyond. */
  const places: [name: string, step: string, reach: Way, goOn: Way, messages: [number, number]][] =
    [
      ['asking for the account', 'askingAccount', async () => {}, signUp, [0, 1]],
      ['asking for the code', 'askingCode', (it) => it.askForCode(phone), enterCode, [1, 1]],
      [
        'at the captcha before a code',
        'sendingCode',
        async (it) => {
          guardSends()
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
          guardSends()
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
        'asking whether to send again',
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
        'asking to retry, where the proof of the code is gone',
        'askingRetry',
        async (it) => {
          demo.sandbox.faults([drop('signup')])
          await it.signUpTo('askingRetry', phone)
        },
        async (it) => {
          await it.primary.click()
          await it.at('askingAccount')
          expect(await it.error.innerText()).toBe(said('signIn:code_expired'))
          await signUp(it)
        },
        [1, 2],
      ],
      [
        'asking for the profile',
        'askingProfile',
        (it) => it.signUpTo('askingProfile', phone),
        async () => {},
        [1, 1],
      ],
    ]

  type Way = (it: Driver) => Promise<void>
  async function signUp(it: Driver) {
    await it.askForCode(phone)
    await enterCode(it)
  }
  async function enterCode(it: Driver) {
    await it.code.fill(it.newestCode())
    await it.at('askingProfile')
  }

  test.each(places)('goes on %s', async (_, step, reach, goOn, [before, after]) => {
    const it = await open({ isAlone: true })
    await reach(it)
    await it.at(step)
    const requests = it.requests().filter((line) => !line.includes('captcha'))
    expect(it.messages()).toBe(before)

    const screen = (await it.screens()).at(-1)!
    for (let time = 1; time <= 2; time++) {
      await it.reload(step)
      // Nothing else flashes by.
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
    await it.check({ isLineBroken: step === 'askingRetry' })
  })

  test('stays signed in', async () => {
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

  test('keeps the chosen tab', async () => {
    const { page, ...it } = await open()
    await page.getByRole('tab', { name: 'Password' }).click()
    await it.reload('askingAccount')
    expect(await page.locator('#password').isVisible()).toBe(true)
    await it.check()
  })
})
