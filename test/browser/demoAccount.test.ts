import { describe, expect, test } from 'vitest'
import { consent, type Driver, drop, eventually, textOf, startDemo } from './demoDriver.ts'
import { texts } from '../../docs/demo/messages.ts'

const phone = '13800000000'
const wirePhone = '+86 13800000000'
const otherPhone = '+86 13900000000'
const email = 'ada@example.com'
const password = 'Correct-horse-7'
const nextPassword = 'battery staple'
const { success } = texts.en

const { demo, open } = startDemo()

/** Opens the account page of a user with a phone, signed in by a code. */
const openByPhone = async (user: object = {}) => {
  await demo.sandbox.addUser({ phone_number: wirePhone, ...user })
  const it = await open()
  await it.signUpTo('signedIn', phone)
  await it.manage()
  return it
}

/** Opens the account page of a user without a phone, signed in by password. */
const openByPassword = async (user: object = {}) => {
  await demo.sandbox.addUser({ username: 'ada', password, ...user })
  const it = await open()
  await it.submitPassword('ada', password)
  await it.manage()
  return it
}

const user = () => demo.sandbox.users()[0]!
const edit = async ({ button, page }: Driver, name: string, field: string, value: string) => {
  await button(name).click()
  await page.locator(field).fill(value)
  await page.keyboard.press('Enter')
}
const setPassword = (it: Driver, action: 'Set' | 'Change') =>
  edit(it, `${action}: Password`, '#edit-password', nextPassword)
const confirmByCode = async (it: Driver) => {
  await it.at('askingCodeRequest')
  await it.primary.click()
  await it.enterCode()
}

describe('demo account: the name', () => {
  test('demo account: the name is edited through a reload, and a taken username is refused', async () => {
    await demo.sandbox.addUser({ username: 'countess' })
    const { page, ...it } = await openByPassword({ name: 'Ada' })
    await it.button('Edit: Name').click()
    expect(await page.locator('#edit-nickname').inputValue()).toBe('Ada')
    expect(await page.locator('#edit-username').inputValue()).toBe('ada')
    await page.locator('#edit-username').fill('countess')
    await page.keyboard.press('Enter')
    expect(await it.error.innerText()).toBe(textOf('updateProfile:already_exists'))
    expect(await page.locator('#edit-username').inputValue()).toBe('countess')

    await it.resume('askingEdit')
    await eventually(() => page.locator('#edit-username').inputValue()).toBe('ada')
    await page.locator('#edit-nickname').fill('Lovelace')
    await it.primary.click()
    expect(await it.success.innerText()).toBe(success.profile)
    await eventually(() => page.locator('.part .value').first().innerText()).toBe('Lovelace · ada')
    expect(it.requests().filter((line) => line.startsWith('POST user/sudo'))).toEqual([])
    await it.button('Back').click()
    await it.signedIn()
    expect(await it.heading.innerText()).toBe('Hello, Lovelace')
    await it.check()
  })
})

test('demo account: a password is changed by keyboard alone, and screen readers are notified', async () => {
  const { page, ...it } = await openByPassword({ email })
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  expect(await it.focus()).toBe('h1 Your account')
  await press('Tab', 'Tab')
  const focused = page.getByRole('button', { name: 'Change: Password' })
  expect(await focused.evaluate((button) => button.matches(':focus'))).toBe(true)
  await press('Enter')
  expect(await it.focus()).toBe('h1 Change your password')
  await press('Tab')
  expect(await it.focus()).toBe('edit-password')
  await page.keyboard.type(nextPassword)
  await press('Enter')
  await it.at('askingProof')
  expect(await it.focus()).toBe('own-password')
  await page.keyboard.type(password)
  await press('Enter')
  await it.success.waitFor()
  expect(await it.focus()).toBe('h1 Your account')
  expect(await it.live.innerText()).toBe(success.password)
  await press('Shift+Tab')
  expect(await it.focus()).toBe('button Back')
  await press('Enter')
  await it.signedIn()
  expect(await it.focus()).toMatch(/^h1 /)
  await it.check()
})

describe('demo account: the password', () => {
  test('demo account: a user with a phone changes the password only after a code to it', async () => {
    const { page, ...it } = await openByPhone({ username: 'ada', password })
    await it.button('Change: Password').click()
    await page.locator('#edit-password').fill('short')
    await page.keyboard.press('Enter')
    expect(await it.error.innerText()).toBe(texts.en.password.tooShort)
    await page.locator('#edit-password').fill(nextPassword)
    await page.keyboard.press('Enter')
    await it.at('askingCodeRequest')
    expect(await page.locator('#own-password').isVisible()).toBe(false)
    expect(await it.card.innerText()).toContain('We’ll send a code to +86\u00a0138••••0000.')
    await it.primary.click()
    await it.at('askingCode')
    expect(await it.heading.innerText()).toBe('Confirm it’s you')
    await it.code.fill(it.wrongCode())
    expect(await it.error.innerText()).toBe(textOf('verify:invalid_argument'))
    await it.code.fill(it.newestCode())
    expect(await it.success.innerText()).toBe(success.password)

    await it.button('Back').click()
    await it.signedIn()
    await it.signOut()
    await it.submitPassword('ada', nextPassword)
    await it.signedIn()
    await it.check()
  })

  test('demo account: a user with an e-mail changes the password after the old one or a code', async () => {
    const { page, ...it } = await openByPassword({ email })
    await setPassword({ page, ...it }, 'Change')
    await it.at('askingProof')
    // Password managers find out here whose password it is.
    expect(await page.locator('form:visible .username').inputValue()).toBe('ada')
    expect(await it.focus()).toBe('own-password')
    await page.locator('#own-password').fill('a guess')
    await page.keyboard.press('Enter')
    expect(await it.error.innerText()).toBe(textOf('sudo:invalid_password'))
    expect(await page.locator('#own-password').inputValue()).toBe('')
    expect(await it.focus()).toBe('own-password')
    await it.button('Send a code to a•••@example.com instead').click()
    await it.at('askingCode')
    await it.button('Use your password instead').click()
    await it.at('askingProof')
    expect(await it.focus()).toBe('own-password')
    expect(await it.error.count()).toBe(0)
    demo.sandbox.advance(60)
    await it.button('Send a code to a•••@example.com instead').click()
    await it.at('askingCode')
    await it.button('Cancel').click()
    await it.at('askingEdit')
    expect(await it.heading.innerText()).toBe('Your account')
    expect(await it.success.count()).toBe(0)

    await setPassword({ page, ...it }, 'Change')
    await page.locator('#own-password').fill(password)
    await page.keyboard.press('Enter')
    expect(await it.success.innerText()).toBe(success.password)
    expect(it.requests().filter((line) => line.startsWith('PATCH'))).toEqual([
      'PATCH user/password',
    ])
    await it.check()
  })

  test('demo account: a new password lost by a reload is typed again without another proof', async () => {
    const it = await openByPhone()
    await setPassword(it, 'Set')
    await it.at('askingCodeRequest')
    await it.resume('askingCodeRequest')
    await it.primary.click()
    await it.at('askingCode')
    await it.resume('askingCode')
    await it.code.fill(it.newestCode())
    await it.at('askingEdit')
    expect(await it.error.innerText()).toBe(textOf('setPassword:cancelled'))
    expect(await it.focus()).toBe('edit-password')
    expect(it.requests()).not.toContain('PATCH user/password')
    await it.page.locator('#edit-password').fill(nextPassword)
    await it.page.keyboard.press('Enter')
    expect(await it.success.innerText()).toBe(success.password)
    await it.check()
  })
})

describe('demo account: the phone and the e-mail', () => {
  test('demo account: the phone is changed after codes to the old and the new one, through reloads', async () => {
    const it = await openByPhone()
    const codeTo = (to: string) => it.sandbox.inbox().find((message) => message.to === to)!.code
    await edit(it, 'Change: Phone', '#edit-phone', otherPhone)
    await it.at('askingCodeRequest')
    await it.resume('askingCodeRequest')
    await it.primary.click()
    await it.at('askingCode')
    await it.resume('askingCode')
    expect(await it.heading.innerText()).toBe('Confirm it’s you')
    await it.code.fill(codeTo(wirePhone))

    await eventually(it.messages).toBe(3)
    await it.at('askingCode')
    expect(await it.heading.innerText()).toBe('Confirm the new number')
    expect(await it.page.locator('#code-lead').innerText()).toContain('+86\u00a0139••••0000')
    expect(await it.code.inputValue()).toBe('')
    expect(await it.focus()).toBe('code')
    await it.resume('askingCode')
    expect(await it.heading.innerText()).toBe('Confirm the new number')
    expect(user().phone_number).toBe(wirePhone)
    await it.code.fill(codeTo(otherPhone))
    // The sudo token is a secret and was lost by the reload, so another proof is needed.
    await confirmByCode(it)
    await it.success.waitFor()
    expect(user().phone_number).toBe(otherPhone)
    await it.check()
  })

  test('demo account: one proof is enough for two changes in a row', async () => {
    const it = await openByPhone()
    await edit(it, 'Add: E-mail', '#edit-email', email)
    await confirmByCode(it)
    await eventually(it.messages).toBe(3)
    await it.at('askingCode')
    expect(await it.heading.innerText()).toBe('Confirm the new e-mail')
    await it.code.fill(it.newestCode())
    expect(await it.success.innerText()).toBe(success.email)
    await edit(it, 'Change: Phone', '#edit-phone', otherPhone)
    await it.at('askingCode')
    expect(await it.heading.innerText()).toBe('Confirm the new number')
    await it.code.fill(it.newestCode())
    await it.page.locator('.success', { hasText: success.phone }).waitFor()
    expect(user()).toMatchObject({ phone_number: otherPhone, email })
    expect(it.requests().filter((line) => line.startsWith('POST user/sudo'))).toHaveLength(1)
    await it.check()
  })

  test('demo account: cancelling a change at any step leaves the account as it was', async () => {
    const it = await openByPhone({ email })
    const before = user()
    const cancelled = async () => {
      await it.button('Cancel').click()
      await it.at('askingEdit')
      expect(await it.heading.innerText()).toBe('Your account')
      expect(await it.error.count()).toBe(0)
      expect(await it.success.count()).toBe(0)
    }
    const change = () => edit(it, 'Change: Phone', '#edit-phone', otherPhone)
    await change()
    await it.at('askingCodeRequest')
    await cancelled()
    await change()
    await it.at('askingCodeRequest')
    await it.primary.click()
    await it.at('askingCode')
    await cancelled()
    await change()
    await confirmByCode(it)
    await eventually(() => it.sandbox.inbox()[0]!.to).toBe(otherPhone)
    await it.at('askingCode')
    await cancelled()
    expect(user()).toEqual(before)
    expect(it.requests().filter((line) => line.startsWith('PATCH'))).toEqual([])
    await it.check()
  })

  test('demo account: a phone of another user is refused', async () => {
    const it = await openByPhone()
    await demo.sandbox.addUser({ phone_number: otherPhone })
    await edit(it, 'Change: Phone', '#edit-phone', otherPhone)
    await confirmByCode(it)
    await eventually(() => it.sandbox.inbox()[0]!.to).toBe(otherPhone)
    await it.enterCode()
    await it.at('askingEdit')
    expect(await it.error.innerText()).toBe(textOf('setContact:failed_precondition', 'phone'))
    expect(await it.focus()).toBe('edit-phone')
    expect(await it.page.locator('#edit-phone').inputValue()).toBe(otherPhone)
    await it.button('Back').click()
    await it.button('Add: E-mail').click()
    expect(await it.error.count()).toBe(0)
    await it.check()
  })

  test('demo account: a change whose last request was lost is retried', async () => {
    const it = await openByPhone()
    await edit(it, 'Add: E-mail', '#edit-email', email)
    await confirmByCode(it)
    await eventually(() => it.sandbox.inbox()[0]!.to).toBe(email)
    demo.sandbox.faults([drop('user/contact')])
    await it.enterCode()
    await it.at('askingRetry')
    expect(await it.error.innerText()).toBe(textOf('unreachable'))
    await it.primary.click()
    expect(await it.success.innerText()).toBe(success.email)
    expect(user().email).toBe(email)
    await it.check({ isOffline: true })
  })
})

describe('demo account: providers', () => {
  const row = ({ page }: Driver, name: string) => page.locator('.part', { hasText: name })

  test('demo account: providers are linked by redirect and by popup, and unlinked', async () => {
    const it = await openByPhone()
    expect(await row(it, 'WeChat').locator('.value').innerText()).toBe('not linked')
    await it.button('Link: WeChat').click()
    await consent(it.page, 'alex')
    expect(await it.success.innerText()).toBe(success.bind)
    await eventually(() => row(it, 'WeChat').locator('.value').innerText()).toBe('as Alex Doe')

    await it.button('Open providers in a popup').click()
    const popup = it.page.waitForEvent('popup')
    await it.button('Link: Demo IdP').click()
    await consent(await popup, 'hanmeimei')
    await eventually(() => row(it, 'Demo IdP').locator('.value').innerText()).toBe('as 韩梅梅')
    expect(user().identities).toHaveLength(2)

    const box = await row(it, 'WeChat').boundingBox()
    await it.button('Unlink: WeChat').click()
    await it.page.locator('.done', { hasText: texts.en.settings.unlinked }).waitFor()
    await eventually(() => row(it, 'WeChat').locator('.value').innerText()).toBe('not linked')
    expect(await row(it, 'WeChat').boundingBox()).toEqual(box)
    expect(user().identities).toHaveLength(1)
    await it.check()
  })

  test('demo account: a provider that is denied or belongs to another user is not linked', async () => {
    await demo.sandbox.addUser({ identities: [{ provider_id: 'wx_open', account: 'lilei' }] })
    const it = await openByPhone()
    await it.button('Link: WeChat').click()
    await it.page.locator('[name=account]').first().waitFor()
    await it.page.goBack()
    await it.at('askingReturn')
    await it.resume('askingReturn')
    await it.button('Cancel').click()
    await it.at('askingEdit')
    await it.button('Link: WeChat').click()
    await consent(it.page)
    await it.at('askingEdit')
    expect(await it.error.innerText()).toBe(textOf('access_denied'))
    await it.button('Link: WeChat').click()
    await consent(it.page, 'lilei')
    await it.at('askingEdit')
    expect(await it.error.innerText()).toBe(textOf('bindProvider:failed_precondition'))
    expect(demo.sandbox.users().flatMap(({ identities }) => identities ?? [])).toHaveLength(1)
    await it.check()
  })

  test('demo account: the last sign-in method cannot be unlinked', async () => {
    const it = await open()
    await it.button('Continue with Demo IdP').click()
    await consent(it.page, 'alex')
    await it.manage()
    await it.button('Unlink: Demo IdP').click()
    expect(await it.error.innerText()).toBe(textOf('unbindProvider:failed_precondition'))
    // A user without a contact and a password has no proof to give, and none is asked for.
    await edit(it, 'Add: E-mail', '#edit-email', email)
    await it.enterCode()
    expect(await it.success.innerText()).toBe(success.email)
    await it.button('Unlink: Demo IdP').click()
    await it.page.locator('.done', { hasText: texts.en.settings.unlinked }).waitFor()
    await it.check()
  })
})

describe('demo account: deletion', () => {
  test('demo account: deletion needs a tick and a code, and signs the user out', async () => {
    const it = await openByPhone()
    const begin = async () => {
      await it.button('Delete account').click()
      await it.page.locator('#understood').check()
      await it.button('Delete my account').click()
      await it.at('askingCodeRequest')
    }
    await it.button('Delete account').click()
    await it.button('Delete my account').click()
    expect(await it.error.innerText()).toBe(texts.en.delete.missing)
    expect(await it.focus()).toBe('understood')
    await it.resume('askingEdit')
    await it.button('Keep it').click()
    expect(await it.heading.innerText()).toBe('Your account')

    await begin()
    await it.button('Cancel').click()
    await it.at('askingEdit')
    expect(demo.sandbox.users()).toHaveLength(1)
    await begin()
    await it.primary.click()
    await it.at('askingCode')
    await it.resume('askingCode')
    await it.code.fill(it.newestCode())
    await it.at('askingAccount')
    expect(await it.success.innerText()).toBe(success.delete)
    expect(await it.error.count()).toBe(0)
    expect(demo.sandbox.users()).toEqual([])
    expect(await it.page.evaluate(() => localStorage.getItem('credentials_demo'))).toBeNull()
    await it.reload('askingAccount')
    await it.check()
  })

  test('demo account: a session that the server has ended is reported on the sign-in card', async () => {
    const it = await openByPhone()
    demo.sandbox.removeUser(user().sub)
    await it.button('Edit: Name').click()
    await it.page.locator('#edit-nickname').fill('Ada')
    await it.primary.click()
    await it.at('askingAccount', 'signIn')
    expect(await it.error.innerText()).toBe(textOf('invalid_grant'))
    await it.check()
  })
})
