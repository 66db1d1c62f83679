import { describe, expect, test } from 'vitest'
import { eventually, openDemo, textOf, startDemo } from './demoDriver.ts'

const phone = '13800000000'
const wirePhone = '+86 13800000000'
const email = 'ada@example.com'
const password = 'Correct-horse-7'

const { demo, open } = startDemo()

describe('demo sign-in', () => {
  test('demo sign-in: a new phone gets an account, a name and the home screen', async () => {
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

  test('demo sign-in: the profile of a new account can be skipped', async () => {
    const it = await open()
    await it.signUpTo('askingProfile', phone)
    await it.secondary.click()
    await it.signedIn()
    expect(await it.card.locator('h1:visible').innerText()).toBe('You are signed in')
    expect(it.requests()).not.toContain('PATCH user/profile')
    await it.check()
  })

  test('demo sign-in: a taken username is refused, and what was typed stays', async () => {
    await demo.sandbox.addUser({ username: 'countess' })
    const { page, ...it } = await open()
    await it.signUpTo('askingProfile', phone)
    await page.locator('#nickname').fill('Ada')
    await page.locator('#new-username').fill('countess')
    await it.primary.click()
    expect(await it.error.innerText()).toBe(textOf('updateProfile:already_exists'))
    expect(await page.locator('#nickname').inputValue()).toBe('Ada')

    await page.locator('#new-username').fill('lovelace')
    await it.primary.click()
    await it.signedIn()
    expect(it.sandbox.users().map(({ username }) => username)).toContain('lovelace')
    await it.check()
  })

  test('demo sign-in: signing out revokes the session, and an e-mail signs in again', async () => {
    const { sub } = await demo.sandbox.addUser({ email })
    const { page, ...it } = await open()
    await it.signUpTo('signedIn', email)
    await it.signedIn()

    await it.signOut()
    await eventually(() => it.requests().at(-1)).toBe('POST revoke')
    expect(await page.evaluate(() => localStorage.getItem('credentials_demo'))).toBeNull()
    expect(await page.locator('#contact').inputValue()).toBe('')

    await it.signUpTo('signedIn', email)
    await it.signedIn()
    expect(await page.locator('dd').first().innerText()).toBe(sub)
    expect(it.requests().filter((line) => line === 'POST signup')).toEqual([])
    expect(it.messages()).toBe(2)
    await it.check()
  })

  test('demo sign-in: a password signs in', async () => {
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
    expect(it.requests()).toEqual(['POST signin', 'GET user/me'])
    await it.signOut()
    await page.getByRole('tab', { name: 'Password' }).click()
    expect(await page.locator('#password').inputValue()).toBe('')
    await it.check()
  })

  test('demo sign-in: an unknown user and a wrong password show the same error', async () => {
    await demo.sandbox.addUser({ username: 'ada', password })
    await demo.sandbox.addUser({ username: 'bob' })
    const { page, ...it } = await open()
    const answers: string[] = []
    for (const username of ['ada', 'bob', 'mallory']) {
      await it.submitPassword(username, 'a guess')
      await page.locator('#username[aria-invalid]').waitFor()
      answers.push(await it.error.innerText())
      expect(await page.locator('#password').inputValue()).toBe('')
      expect(await it.focus()).toBe('password')
      expect(await page.locator('#username').inputValue()).toBe(username)
    }
    expect(it.requests()).toEqual([
      'POST signin invalid_password',
      'POST signin password_not_set',
      'POST signin not_found',
    ])
    expect(new Set(answers)).toEqual(new Set([textOf('signIn:not_found')]))
    await it.check()
  })

  test('demo sign-in: everything works by keyboard alone', async () => {
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
    expect(await it.focus()).toBe('contact-country')
    await press('Tab')
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
    await press('Tab', 'Tab', 'Tab')
    expect(await it.focus()).toBe('button Sign out')
    await press('Enter')
    await it.at('askingAccount')
    expect(await it.focus()).toBe('h1 Sign in')
    await it.check()
  })
})

describe('demo code', () => {
  test('demo code: a wrong code is emptied and typed again', async () => {
    const { page, ...it } = await open()
    await it.askForCode(phone)
    await it.code.fill(it.wrongCode())

    expect(await it.error.innerText()).toBe(textOf('verify:invalid_argument'))
    expect(await it.code.inputValue()).toBe('')
    expect(await it.focus()).toBe('code')
    expect(await it.code.getAttribute('aria-invalid')).toBe('true')
    const describedBy = (await it.code.getAttribute('aria-describedby'))!.split(' ')
    const described = await Promise.all(describedBy.map((id) => page.locator(`#${id}`).innerText()))
    expect(described.join(' ')).toContain(textOf('verify:invalid_argument'))

    await it.code.fill(it.newestCode())
    await it.at('askingProfile')
    expect(it.messages()).toBe(1)
    await it.check()
  })

  test('demo code: it is submitted once, at the sixth digit, typed or pasted', async () => {
    const { page, ...it } = await open()
    await it.askForCode(phone)
    const release = await it.hold('/auth/v1/verification/verify')
    const code = it.newestCode()

    await it.code.pressSequentially('1a2b')
    expect(await it.code.inputValue()).toBe('12')
    expect(await page.locator('.cell').allInnerTexts()).toEqual(['1', '2', '', '', '', ''])
    await it.code.fill('')
    // This is what pasting from a message does.
    await it.code.evaluate(
      (input, text) => {
        input.focus()
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

  test('demo code: after five wrong ones a new code is needed', async () => {
    const it = await open()
    await it.askForCode(phone)
    for (let wrong = 1; wrong <= 5; wrong++) {
      await it.code.fill(it.wrongCode())
      await it.page.locator('#code[aria-invalid]').waitFor()
    }
    await it.code.fill(it.newestCode())
    await it.at('askingResend')
    expect(await it.error.innerText()).toBe(textOf('verify:aborted'))
    await it.check()
  })

  test('demo code: it can be sent to another number', async () => {
    const it = await open()
    await it.askForCode(phone)
    await it.button('Change number').click()
    await it.at('askingAccount')
    expect(await it.page.locator('#contact').inputValue()).toBe(phone)

    await it.askForCode('+852 91234567')
    expect(await it.page.locator('#code-lead').innerText()).toContain('+852\u00a091••••67')
    expect(it.sandbox.inbox().map(({ to }) => to)).toEqual(['+852 91234567', wirePhone])
    await it.check()
  })

  test('demo code: it is sent again after a minute and not before, through a reload', async () => {
    demo.sandbox.config({ resendSeconds: 60 })
    const { page, ...it } = await openDemo(demo, { isAlone: true })
    await page.clock.install()
    await it.open()
    await it.askForCode(phone)
    // Otherwise a slow page is a later one.
    await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1000)
    const again = it.secondary
    const left = async () => Number(/(\d+) s$/.exec(await again.innerText())?.[1] ?? 0)

    await expect.poll(left).toBeGreaterThan(0)
    const first = await left()
    expect(first).toBeLessThanOrEqual(60)
    expect(await again.getAttribute('aria-disabled')).toBe('true')
    await again.click({ force: true })
    expect(it.messages()).toBe(1)

    await page.clock.runFor(30_000)
    const before = await left()
    expect(first - before).toBe(30)
    await it.reload('askingCode')
    expect(await left()).toBe(before)
    await it.code.fill(it.wrongCode())
    await page.locator('#code[aria-invalid]').waitFor()
    expect(await left()).toBeLessThanOrEqual(before)
    expect(it.messages()).toBe(1)

    await page.clock.fastForward(35_000)
    await page.clock.runFor(1000)
    demo.sandbox.advance(60)
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

  test('demo code: the same contact again goes on with the code that was sent', async () => {
    const { page, ...it } = await open()
    await it.askForCode(phone)
    await it.button('Change number').click()
    await it.at('askingAccount')
    await it.askForCode('138 0000-0000')
    expect(it.requests()).toEqual(['POST verification'])
    expect(await it.secondary.innerText()).toMatch(/in \d+ s$/)
    await it.code.fill(it.newestCode())
    await it.at('askingProfile')
    await page.locator('#nickname').waitFor()
    await it.check()
  })

  test('demo code: after signing out, the next code has to wait a minute and the error says so', async () => {
    demo.sandbox.config({ resendSeconds: 60 })
    const it = await open()
    await it.signUpTo('askingProfile', phone)
    await it.secondary.click()
    await it.signedIn()
    await it.signOut()
    await it.submitContact(phone)
    await it.page.locator('#contact[aria-invalid]').waitFor()
    expect(await it.error.innerText()).toMatch(/Try again in \d+ seconds/)
    demo.sandbox.advance(60)
    await it.askForCode(phone)
    await it.check()
  })

  test('demo code: an invalid contact is refused at once, without a busy form', async () => {
    const { page, ...it } = await open()
    await it.card.evaluate((card) => {
      const steps: (string | undefined)[] = []
      const record = () => steps.push((card as HTMLElement).dataset['step'])
      new MutationObserver(record).observe(card, { attributeFilter: ['data-step'] })
      Object.assign(window, { steps })
    })
    for (const [contact, kind] of [
      ['1', 'phone'],
      ['a@b@c', 'email'],
    ] as const) {
      await it.submitContact(contact)
      await page.locator('#contact[aria-invalid]').waitFor()
      expect(await it.error.innerText()).toBe(textOf('sendVerification:invalid_argument', kind))
      expect(await it.focus()).toBe('contact')
      expect(await page.locator('#contact').inputValue()).toBe(contact)
    }
    expect(it.requests()).toEqual([])
    expect(await page.evaluate(() => (window as unknown as { steps: string[] }).steps)).toEqual([])
    await it.check()
  })

  test('demo code: an expired code must be replaced', async () => {
    const { page, ...it } = await openDemo(demo, { isAlone: true })
    await page.clock.install()
    await it.open()
    await it.askForCode(phone)
    await page.clock.fastForward(600_000)
    await it.at('askingResend')
    expect(await it.error.innerText()).toBe(textOf('code_expired'))
    expect(await it.focus()).toBe('h1 Get a new code')
    await it.primary.click()
    await it.at('askingCode')
    expect(it.messages()).toBe(2)
    await it.check()
  })
})

describe('demo: two tabs', () => {
  const openTwo = async () => {
    const one = await open()
    const other = await one.openTab()
    await other.page.goto(demo.url)
    return { one, other }
  }

  test('demo: signing in or out in one tab does so in the other', async () => {
    await demo.sandbox.addUser({ phone_number: wirePhone })
    const { one, other } = await openTwo()
    await other.at('askingAccount')
    await one.signUpTo('signedIn', phone)
    await other.signedIn()
    expect(await other.uid()).toBe(await one.uid())
    await other.signOut()
    await one.at('askingAccount')
    expect(await one.page.evaluate(() => localStorage.getItem('credentials_demo'))).toBeNull()
    await eventually(() => one.requests().filter((line) => line === 'POST revoke').length).toBe(1)

    // The other tab is in the middle of a sign-in.
    await other.askForCode('ada@example.com')
    await one.signUpTo('signedIn', phone)
    await other.signedIn()
    expect(await other.uid()).toBe(await one.uid())
    await one.check()
    await other.check()
  })

  test('demo: signing out in one tab ends an edit of the account in the other', async () => {
    await demo.sandbox.addUser({ phone_number: wirePhone })
    const { one, other } = await openTwo()
    await one.signUpTo('signedIn', phone)
    await other.manage()
    await other.button('Set: Password').click()
    await other.page.locator('#edit-password').fill('battery staple')
    await other.page.keyboard.press('Enter')
    await other.at('askingCodeRequest')
    await one.signOut()
    await other.at('askingAccount', 'signIn')
    await one.signUpTo('signedIn', phone)
    await other.manage()
    expect(await other.heading.innerText()).toBe('Your account')
    await other.check()
  })

  test('demo: an upgrade in one tab also ends the upgrade in the other', async () => {
    const { one, other } = await openTwo()
    await one.enterAsGuest()
    await other.at('anonymous')
    await other.primary.click()
    await other.at('askingAccount', 'upgrade')
    await one.primary.click()
    await one.page.locator('#upgrade-contact').fill(phone)
    await one.page.keyboard.press('Enter')
    await one.enterCode()
    await one.signedIn()
    await other.signedIn()
    expect(await other.uid()).toBe(await one.uid())
    await one.check()
    // In a story another tab signs in as a user, not as a guest.
    await other.check({ isReplayed: false })
  })
})
