import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { sentence, texts } from '../../docs/demo/messages.ts'
import { type Demo, serveDemo } from '../../docs/demo/serve.ts'
import { type Driver, flaws, openDemo } from './demo-driver.ts'

const phone = '13800000000'
const wirePhone = '+86 13800000000'
const email = 'ada@example.com'
const password = 'Correct-horse-7'

let demo: Demo
beforeAll(async () => {
  demo = await serveDemo({ port: 0 })
})
beforeEach(() => demo.sandbox.reset())
afterAll(() => demo.close())

const open = async (options?: Parameters<typeof openDemo>[1]) => {
  const driver = await openDemo(demo, options)
  await driver.open()
  return driver
}

const drop = (path: string) => ({ method: 'POST', path, drop: 'before' as const })
/** The server itself asks for a captcha before every code. */
const guardSends = () => demo.sandbox.config({ sendsBeforeCaptcha: 0 })

const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000 })

describe('the journey', () => {
  test('makes an account for a new phone, asks its name, and shows who is signed in', async () => {
    const { page, ...it } = await open()

    await it.askForCode(phone)
    expect(await page.locator('#code-lead').innerText()).toContain('138••••0000')
    expect(await it.focus()).toBe('code')

    await it.code.fill(it.newestCode())
    await it.at('askingProfile')
    await page.locator('#nickname').fill('Ada')
    await page.locator('#new-username').fill('countess')
    await it.primary.click()
    await it.signedIn()

    const [user] = it.sandbox.users()
    const facts = await page.locator('dd').allInnerTexts()
    expect(facts.slice(0, 4)).toEqual([user!.sub, 'Ada', 'countess', wirePhone])
    expect(await it.focus()).toMatch(/^h1 /)
    expect(it.requests()).toEqual([
      'POST verification',
      'POST verification/verify',
      'POST signup',
      'PATCH user/profile',
      'GET user/me',
    ])
    expect(it.messages()).toBe(1)
    await it.check()
  })

  test('lets a new account go without a name', async () => {
    const it = await open()
    await it.signUpTo('askingProfile', phone)
    await it.secondary.click()
    await it.signedIn()
    expect(await it.card.locator('h1:visible').innerText()).toBe('You are signed in')
    expect(it.requests()).not.toContain('PATCH user/profile')
    await it.check()
  })

  test('refuses a username that is taken and keeps what was typed', async () => {
    await demo.sandbox.addUser({ username: 'countess' })
    const { page, ...it } = await open()
    await it.signUpTo('askingProfile', phone)
    await page.locator('#nickname').fill('Ada')
    await page.locator('#new-username').fill('countess')
    await it.primary.click()
    expect(await it.error.innerText()).toBe(texts.en.errors['updateProfile:already_exists'])
    expect(await page.locator('#nickname').inputValue()).toBe('Ada')

    await page.locator('#new-username').fill('lovelace')
    await it.primary.click()
    await it.signedIn()
    expect(it.sandbox.users().map(({ username }) => username)).toContain('lovelace')
    await it.check()
  })

  test('signs out at the server, too, and signs in again by e-mail', async () => {
    const { sub } = await demo.sandbox.addUser({ email })
    const { page, ...it } = await open()
    await it.signUpTo('signedIn', email)
    await it.signedIn()

    await it.secondary.click()
    await it.at('askingAccount')
    expect(it.requests().at(-1)).toBe('POST revoke')
    expect(await page.evaluate(() => localStorage.getItem('credentials_demo'))).toBeNull()
    expect(await page.locator('#contact').inputValue()).toBe('')

    await it.signUpTo('signedIn', email)
    await it.signedIn()
    expect(await page.locator('dd').first().innerText()).toBe(sub)
    expect(it.requests().filter((line) => line === 'POST signup')).toEqual([])
    expect(it.messages()).toBe(2)
    await it.check()
  })

  test('signs in with a password', async () => {
    const { page, ...it } = await open()
    const made = await page.request.post(`${demo.url}/__sandbox/users`, {
      data: { username: 'ada', password },
    })
    const { sub } = (await made.json()) as { sub: string }

    await page.getByRole('tab', { name: 'Password' }).click()
    await page.locator('#username').fill('ada')
    await page.locator('#password').fill(password)
    await it.button('Show password').click()
    expect(await page.locator('#password').getAttribute('type')).toBe('text')
    await it.button('Show password').click()
    expect(await page.locator('#password').getAttribute('type')).toBe('password')
    await it.primary.click()

    await it.signedIn()
    expect(await page.locator('dd').first().innerText()).toBe(sub)
    expect(await page.locator('#password').inputValue()).toBe('')
    expect(it.requests()).toEqual(['POST signin', 'GET user/me'])
    await it.check()
  })

  test('tells no stranger whether an account exists', async () => {
    await demo.sandbox.addUser({ username: 'ada', password })
    await demo.sandbox.addUser({ username: 'bob' })
    const { page, ...it } = await open()
    const said: string[] = []
    for (const username of ['ada', 'bob', 'nobody']) {
      await it.submitPassword(username, 'a guess')
      await page.locator('#username[aria-invalid]').waitFor()
      said.push(await it.error.innerText())
      expect(await page.locator('#password').inputValue()).toBe('')
      expect(await it.focus()).toBe('password')
      expect(await page.locator('#username').inputValue()).toBe(username)
    }
    expect(it.requests()).toEqual([
      'POST signin invalid_password',
      'POST signin password_not_set',
      'POST signin not_found',
    ])
    expect(new Set(said)).toEqual(new Set([texts.en.errors['signIn:not_found']]))
    await it.check()
  })

  test('goes from first to last by keyboard alone', async () => {
    const { page, ...it } = await open()
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key)
    }

    await press('Tab')
    expect(await it.focus()).toBe('button 中文')
    await press('Tab', 'ArrowRight')
    expect(await it.focus()).toBe('tab-password')
    await press('ArrowLeft')
    expect(await it.focus()).toBe('tab-code')
    await press('Tab', 'Tab')
    expect(await it.focus()).toBe('contact')
    await page.keyboard.type(phone)
    await press('Enter')
    await it.at('askingCode')
    await page.keyboard.type(it.newestCode())
    await it.at('askingProfile')
    await press('Tab')
    expect(await it.focus()).toBe('nickname')
    await page.keyboard.type('Ada')
    await press('Enter')
    await it.signedIn()
    expect(await it.focus()).toBe('h1 Hello, Ada')
    await press('Tab', 'Tab')
    expect(await it.focus()).toBe('button Sign out')
    await press('Enter')
    await it.at('askingAccount')
    expect(await it.focus()).toBe('h1 Sign in')
    await it.check()
  })
})

describe('the code', () => {
  test('is typed anew when it was wrong', async () => {
    const { page, ...it } = await open()
    await it.askForCode(phone)
    await it.code.fill(it.wrongCode())

    expect(await it.error.innerText()).toBe(texts.en.errors['verify:invalid_argument'])
    expect(await it.code.inputValue()).toBe('')
    expect(await it.focus()).toBe('code')
    expect(await it.code.getAttribute('aria-invalid')).toBe('true')
    const describedBy = (await it.code.getAttribute('aria-describedby'))!.split(' ')
    const described = await Promise.all(describedBy.map((id) => page.locator(`#${id}`).innerText()))
    expect(described.join(' ')).toContain(texts.en.errors['verify:invalid_argument'])

    await it.code.fill(it.newestCode())
    await it.at('askingProfile')
    expect(it.messages()).toBe(1)
    await it.check()
  })

  test('is sent once, by itself, on its sixth digit, however it was put in', async () => {
    const { page, ...it } = await open()
    await it.askForCode(phone)
    const release = await it.hold('/auth/v1/verification/verify')
    const code = it.newestCode()

    await it.code.pressSequentially('1a2b')
    expect(await it.code.inputValue()).toBe('12')
    expect(await page.locator('.cell').allInnerTexts()).toEqual(['1', '2', '', '', '', ''])
    await it.code.fill('')
    // As a paste from a message does it.
    await page.evaluate(
      (text) => {
        document.querySelector<HTMLInputElement>('#code')!.focus()
        document.execCommand('insertText', false, text)
      },
      ` ${code.slice(0, 3)} ${code.slice(3)} `,
    )
    await it.at('verifyingCode')
    expect(await it.code.inputValue()).toBe(code)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await it.primary.click({ force: true })
    release()

    await it.at('askingProfile')
    expect(it.requests().filter((line) => line.includes('verify'))).toEqual([
      'POST verification/verify',
    ])
    await it.check()
  })

  test('is replaced after five wrong ones', async () => {
    const it = await open()
    await it.askForCode(phone)
    for (let wrong = 1; wrong <= 5; wrong++) {
      await it.code.fill(it.wrongCode())
      await it.page.locator('#code[aria-invalid]').waitFor()
    }
    await it.code.fill(it.newestCode())
    await it.at('askingResend')
    expect(await it.error.innerText()).toBe(texts.en.errors['verify:aborted'])
    await it.check()
  })

  test('can be sent to another number', async () => {
    const it = await open()
    await it.askForCode(phone)
    await it.button('Change number').click()
    await it.at('askingAccount')
    expect(await it.page.locator('#contact').inputValue()).toBe(phone)

    await it.askForCode('+852 91234567')
    expect(await it.page.locator('#code-lead').innerText()).toContain('+852 91••••67')
    expect(it.sandbox.inbox().map(({ to }) => to)).toEqual(['+852 91234567', wirePhone])
    await it.check()
  })

  test('is sent again after its deadline and not before, through a reload', async () => {
    const { page, ...it } = await openDemo(demo)
    await page.clock.install()
    await it.open()
    await it.askForCode(phone)
    const again = it.secondary
    const left = async () => Number(/(\d+) s$/.exec(await again.innerText())?.[1] ?? 0)

    expect(await left()).toBeGreaterThan(55)
    expect(await left()).toBeLessThanOrEqual(60)
    expect(await again.getAttribute('aria-disabled')).toBe('true')
    await again.click({ force: true })
    expect(it.messages()).toBe(1)

    await page.clock.fastForward(30_000)
    await page.clock.runFor(1000)
    const before = await left()
    expect(before).toBeLessThanOrEqual(30)
    await it.reload('askingCode')
    expect(before - (await left())).toBeLessThanOrEqual(1)
    await it.code.fill(it.wrongCode())
    await page.locator('#code[aria-invalid]').waitFor()
    expect(await left()).toBeLessThanOrEqual(before)
    expect(it.messages()).toBe(1)

    await page.clock.fastForward(35_000)
    await page.clock.runFor(1000)
    expect(await again.innerText()).toBe('Send a new code')
    expect(await again.getAttribute('aria-disabled')).toBeNull()
    await again.click()
    await eventually(it.messages).toBe(2)
    await it.at('askingCode')
    expect(await left()).toBeGreaterThan(55)
    await it.code.fill(it.newestCode())
    await it.at('askingProfile')
    await it.check()
  })

  test('that has expired must be replaced', async () => {
    const { page, ...it } = await openDemo(demo)
    await page.clock.install()
    await it.open()
    await it.askForCode(phone)
    await page.clock.fastForward(600_000)
    await it.at('askingResend')
    expect(await it.error.innerText()).toBe(texts.en.errors.code_expired)
    expect(await it.focus()).toBe('h1 Get a new code')
    await it.primary.click()
    await it.at('askingCode')
    expect(it.messages()).toBe(2)
    await it.check()
  })
})

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
    expect(await it.error.innerText()).toBe(texts.en.errors['verifyCaptcha:captcha_invalid'])
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
    expect(await it.error.innerText()).toBe(texts.en.errors['captcha:cancelled'])
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
    demo.sandbox.faults([drop('/auth/v1/verification')])
    await it.submitContact(phone)
    expect(await it.error.innerText()).toBe(texts.en.errors.unreachable)
    expect(await page.locator('#contact').inputValue()).toBe(phone)
    expect(it.requests()).toEqual(['POST verification'])
    await page.keyboard.press('Enter')
    await it.at('askingCode')
    expect(it.messages()).toBe(1)

    demo.sandbox.faults([drop('/auth/v1/verification/verify')])
    await it.code.fill(it.newestCode())
    expect(await it.error.innerText()).toBe(texts.en.errors['verify:unreachable'])
    expect(await it.code.inputValue()).toBe(it.newestCode())
    await it.primary.click()
    await it.at('askingProfile')
    expect(it.messages()).toBe(1)
    await it.check({ isLineBroken: true })
  })

  test('a broken line at the very last step is retried without a new code', async () => {
    const it = await open()
    demo.sandbox.faults([drop('/auth/v1/signup')])
    await it.signUpTo('askingRetry', phone)
    expect(await it.error.innerText()).toBe(texts.en.errors.unreachable)
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
    await it.primary.click()
    await it.at('askingAccount')
    expect(await it.error.innerText()).toBe(texts.en.errors.invalid_grant)
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
          demo.sandbox.faults([drop('/auth/v1/signup')])
          await it.signUpTo('askingRetry', phone)
        },
        async (it) => {
          await it.primary.click()
          await it.at('askingAccount')
          expect(await it.error.innerText()).toBe(texts.en.errors['signIn:code_expired'])
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
    const it = await open()
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

describe('the sandbox beside it', () => {
  test('delivers codes, newest first, and types them in', async () => {
    const { page, ...it } = await open()
    await it.askForCode(email)
    await it.button('Change e-mail').click()
    await it.askForCode(phone)
    const delivered = page.locator('.message')
    await delivered.nth(1).waitFor()
    expect(await delivered.locator('.to').allInnerTexts()).toEqual([wirePhone, email])
    expect(await delivered.locator('.digits').first().innerText()).toBe(it.newestCode())
    await delivered.first().click()
    await it.at('askingProfile')
    await it.check()
  })

  test('copies a code where there is nothing to type it into', async () => {
    const { page, ...it } = await open({ permissions: ['clipboard-read', 'clipboard-write'] })
    await it.askForCode(phone)
    await it.button('Change number').click()
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText(`${it.newestCode()} copied.`).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(it.newestCode())
    await it.check()
  })

  test('rests while nobody looks', async () => {
    const { page, ...it } = await openDemo(demo)
    await page.clock.install()
    await it.open()
    let looks = 0
    page.on('request', () => looks++)
    const turn = (state: string) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'visibilityState', { value, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
      }, state)

    await turn('hidden')
    looks = 0
    await page.clock.runFor(10_000)
    // One may have been on its way.
    expect(looks).toBeLessThanOrEqual(1)
    looks = 0
    await turn('visible')
    await eventually(() => looks).toBeGreaterThan(0)
    await it.check()
  })

  test('asks for a captcha when told to', async () => {
    const it = await open()
    await it.button('Ask for a captcha').click()
    await it.armed.waitFor()
    await it.submitContact(phone)
    await it.submitCaptcha(await it.answer())
    await it.at('askingCode')
    expect(it.messages()).toBe(1)
    await it.check()
  })

  test('breaks the line once when told to', async () => {
    const it = await open()
    await it.button('Break the line once').click()
    await it.armed.waitFor()
    await it.submitContact(phone)
    expect(await it.error.innerText()).toBe(texts.en.errors.unreachable)
    await it.page.keyboard.press('Enter')
    await it.at('askingCode')
    expect(it.messages()).toBe(1)
    await it.check({ isLineBroken: true })
  })

  test('expires the access token, which nobody notices', async () => {
    const it = await open()
    await it.signUpTo('askingProfile', phone)
    await it.secondary.click()
    await it.signedIn()
    await it.button('Expire the access token').click()
    await it.armed.waitFor()
    const { length } = it.requests()
    await it.primary.click()
    await eventually(() => it.requests().slice(length)).toEqual([
      'GET user/me',
      'POST token',
      'GET user/me',
    ])
    await it.signedIn()
    expect(await it.error.count()).toBe(0)
    await it.check()
  })

  test('makes a password user, more than once', async () => {
    const it = await open()
    for (let time = 1; time <= 2; time++) {
      await it.button('Make a password user').click()
      await it.page.locator('#username:visible').waitFor()
      await eventually(() => it.page.locator('#username').inputValue()).toBe('ada')
      await it.primary.click()
      await it.signedIn()
      await it.secondary.click()
      await it.at('askingAccount')
    }
    expect(it.sandbox.users().map(({ username }) => username)).toEqual(['ada'])
    await it.check()
  })

  test('clears everything, also who is signed in', async () => {
    const { page, ...it } = await open()
    await it.signUpTo('askingProfile', phone)
    await it.secondary.click()
    await it.signedIn()
    await it.button('Clear everything').click()
    await it.at('askingAccount')
    await page.getByText('Codes arrive here.').waitFor()
    expect(it.sandbox.users()).toEqual([])
    expect(await it.error.count()).toBe(0)
    await it.check()
  })
})

describe('words', () => {
  test('are in the browser’s language first, then in the chosen one', async () => {
    const { page, ...it } = await open({ locale: 'zh-CN' })
    const language = () => page.evaluate(() => document.documentElement.lang)
    expect(await language()).toBe('zh-CN')
    expect(await it.card.locator('h1:visible').innerText()).toBe('登录')

    await it.askForCode(phone)
    await it.code.fill('12')
    await it.button('English').click()
    expect(await language()).toBe('en')
    expect(await it.card.locator('h1:visible').innerText()).toBe('Enter the code')
    expect(await it.code.inputValue()).toBe('12')
    await it.reload('askingCode')
    expect(await it.card.locator('h1:visible').innerText()).toBe('Enter the code')
    await it.check()
  })

  const known = Object.keys(texts.en.errors)
  const operations = [
    ...new Set(known.flatMap((key) => (key.includes(':') ? [key.split(':')[0]!] : []))),
  ]
  const codes = [...new Set(known.map((key) => key.split(':').at(-1)!))]

  test.each(['en', 'zh'] as const)('say what to do next about every error (%s)', (language) => {
    for (const operation of operations) {
      for (const code of codes) {
        const said = sentence({ operation, code }, language)
        expect(said).toMatch(/\S.*[.。]$/)
        expect(said).not.toContain(code === 'unknown' ? 'undefined' : code)
      }
    }
    expect(sentence({ code: 'of_tomorrow' }, language)).toBe(texts[language].errors.unknown)
    const refused = ['not_found', 'invalid_password', 'password_not_set']
    const sentences = refused.map((code) => sentence({ operation: 'signIn', code }, language))
    expect(new Set(sentences).size).toBe(1)
  })

  test('tell how long to wait', () => {
    const error = { operation: 'sendVerification', code: 'resource_exhausted' }
    expect(sentence({ ...error, retryAfter: 1 }, 'en')).toContain('in 1 second.')
    expect(sentence({ ...error, retryAfter: 600.5 }, 'en')).toContain('in 11 minutes.')
    expect(sentence({ ...error, retryAfter: 601 }, 'zh')).toContain('请在 11 分钟后重试。')
    expect(sentence({ ...error, retryAfter: 7200 }, 'zh')).toContain('请在 2 小时后重试。')
  })
})

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
    const options = { locale, colorScheme, viewport, reducedMotion: 'reduce' } as const
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
    demo.sandbox.faults([drop('/auth/v1/signup')])
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
    await it.primary.click()
    await it.at('askingAccount')
    await look('session-ended')
    await it.check({ isLineBroken: true })
  })
})

describe('the server', () => {
  test('says what to do when its port is taken', async () => {
    const { port } = new URL(demo.url)
    await expect(serveDemo({ port: Number(port) })).rejects.toThrow(
      `Port ${port} is taken. Stop what uses it, or choose another: npm start -- --port`,
    )
  })

  test('answers to no foreign name', async () => {
    const statusFor = (host: string) =>
      new Promise((resolve, reject) => {
        const { port } = new URL(demo.url)
        const headers = { host }
        request({ port, host: '127.0.0.1', path: '/__sandbox/inbox', headers }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
          .on('error', reject)
          .end()
      })
    expect(await statusFor(`localhost:${new URL(demo.url).port}`)).toBe(200)
    expect(await statusFor('rebound.example')).toBe(403)
  })

  test('keeps its users in a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'demo-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const state = join(folder, 'state.json')
    const first = await serveDemo({ port: 0, state })
    await first.sandbox.addUser({ username: 'ada', password })
    await first.close()
    const second = await serveDemo({ port: 0, state })
    onTestFinished(() => second.close())
    expect(second.sandbox.users().map(({ username }) => username)).toEqual(['ada'])
  })

  test('starts from the command line and stops when told to', async () => {
    const child = spawn(process.execPath, ['docs/demo/serve.ts', '--port', '0'])
    let said = ''
    child.stdout.on('data', (text) => (said += String(text)))
    await eventually(() => said).toContain('Ctrl-C stops it.')
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(said)!
    expect((await fetch(url)).status).toBe(200)
    expect(await (await fetch(`${url}/__sandbox/inbox`)).json()).toEqual([])
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })
})
