import { describe, expect, test } from 'vitest'
import { type Driver, drop, said, startDemo } from './demo-driver.ts'

const phone = '13800000000'

const { demo, open } = startDemo()

/** The server itself asks for a captcha before every code. */
const guardSends = () => demo.sandbox.config({ sendsBeforeCaptcha: 0 })

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
