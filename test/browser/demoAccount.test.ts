import { describe, expect, test } from 'vitest'
import { consent, type Driver, drop, eventually, said, startDemo } from './demo-driver.ts'
import { texts } from '../../docs/demo/messages.ts'

const phone = '13800000000'
const wirePhone = '+86 13800000000'
const otherPhone = '+86 13900000000'
const email = 'ada@example.com'
const password = 'Correct-horse-7'
const nextPassword = 'battery staple'
const { news } = texts.en

const { demo, open } = startDemo()

/** In the account of a user who has a phone, and came by a code to it. */
const openByPhone = async (user: object = {}) => {
  await demo.sandbox.addUser({ phone_number: wirePhone, ...user })
  const it = await open()
  await it.signUpTo('signedIn', phone)
  await it.manage()
  return it
}

/** In the account of a user without a phone, who came by password. */
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
const changePassword = (it: Driver) => edit(it, 'Change: Password', '#edit-password', nextPassword)
const proveByCode = async (it: Driver) => {
  await it.at('askingCodeRequest')
  await it.primary.click()
  await it.enterCode()
}

describe('the name', () => {
  test('is edited, not to one that is taken, through a reload', async () => {
    await demo.sandbox.addUser({ username: 'countess' })
    const { page, ...it } = await openByPassword({ name: 'Ada' })
    await it.button('Edit: Name').click()
    expect(await page.locator('#edit-nickname').inputValue()).toBe('Ada')
    expect(await page.locator('#edit-username').inputValue()).toBe('ada')
    await page.locator('#edit-username').fill('countess')
    await page.keyboard.press('Enter')
    expect(await it.error.innerText()).toBe(said('updateProfile:already_exists'))
    expect(await page.locator('#edit-username').inputValue()).toBe('countess')

    await it.resume('askingEdit')
    await eventually(() => page.locator('#edit-username').inputValue()).toBe('ada')
    await page.locator('#edit-nickname').fill('Lovelace')
    await it.primary.click()
    expect(await it.news.innerText()).toBe(news.profile)
    await eventually(() => page.locator('.part .value').first().innerText()).toBe('Lovelace · ada')
    expect(it.requests().filter((line) => line.startsWith('POST user/sudo'))).toEqual([])
    await it.button('Back').click()
    await it.signedIn()
    expect(await it.heading.innerText()).toBe('Hello, Lovelace')
    await it.check()
  })
})

test('everything is done by keyboard alone, and heard', async () => {
  const { page, ...it } = await openByPassword({ email })
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  expect(await it.focus()).toBe('h1 Your account')
  await press('Tab', 'Tab')
  expect(await page.evaluate(() => document.activeElement!.ariaLabel)).toBe('Change: Password')
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
  await it.news.waitFor()
  expect(await it.focus()).toBe('h1 Your account')
  expect(await it.news.getAttribute('role')).toBe('status')
  await press('Shift+Tab')
  expect(await it.focus()).toBe('button Back')
  await press('Enter')
  await it.signedIn()
  expect(await it.focus()).toMatch(/^h1 /)
  await it.check()
})

describe('the password', () => {
  test('of who has a phone is changed after a code to it, and in no other way', async () => {
    const { page, ...it } = await openByPhone({ username: 'ada', password })
    await it.button('Change: Password').click()
    await page.locator('#edit-password').fill('short')
    await page.keyboard.press('Enter')
    expect(await it.error.innerText()).toBe(texts.en.password.tooShort)
    await page.locator('#edit-password').fill(nextPassword)
    await page.keyboard.press('Enter')
    await it.at('askingCodeRequest')
    expect(await page.locator('#own-password').isVisible()).toBe(false)
    expect(await it.card.innerText()).toContain('A code goes to +86 138••••0000.')
    await it.primary.click()
    await it.at('askingCode')
    expect(await it.heading.innerText()).toBe('Confirm that it is you')
    await it.code.fill(it.wrongCode())
    expect(await it.error.innerText()).toBe(said('verify:invalid_argument'))
    await it.code.fill(it.newestCode())
    expect(await it.news.innerText()).toBe(news.password)

    await it.button('Back').click()
    await it.signedIn()
    await it.signOut()
    await it.submitPassword('ada', nextPassword)
    await it.signedIn()
    await it.check()
  })

  test('of who has none is changed by the old one or a code; both are tried', async () => {
    const { page, ...it } = await openByPassword({ email })
    await changePassword({ page, ...it })
    await it.at('askingProof')
    expect(await it.focus()).toBe('own-password')
    await page.locator('#own-password').fill('a guess')
    await page.keyboard.press('Enter')
    expect(await it.error.innerText()).toBe(said('sudo:invalid_password'))
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
    expect(await it.news.count()).toBe(0)

    await changePassword({ page, ...it })
    await page.locator('#own-password').fill(password)
    await page.keyboard.press('Enter')
    expect(await it.news.innerText()).toBe(news.password)
    expect(it.requests().filter((line) => line.startsWith('PATCH'))).toEqual([
      'PATCH user/password',
    ])
    await it.check()
  })

  test('does not outlive a reload, and is typed again without another proof', async () => {
    const it = await openByPhone()
    await changePassword(it)
    await it.at('askingCodeRequest')
    await it.resume('askingCodeRequest')
    await it.primary.click()
    await it.at('askingCode')
    await it.resume('askingCode')
    await it.code.fill(it.newestCode())
    await it.at('askingEdit')
    expect(await it.error.innerText()).toBe(said('setPassword:cancelled'))
    expect(await it.focus()).toBe('edit-password')
    expect(it.requests()).not.toContain('PATCH user/password')
    await it.page.locator('#edit-password').fill(nextPassword)
    await it.page.keyboard.press('Enter')
    expect(await it.news.innerText()).toBe(news.password)
    await it.check()
  })
})

describe('the phone and the e-mail', () => {
  test('are changed after a code to the old one and to the new one, through reloads', async () => {
    const it = await openByPhone()
    const codeTo = (to: string) => it.sandbox.inbox().find((message) => message.to === to)!.code
    await edit(it, 'Change: Phone', '#edit-phone', otherPhone)
    await it.at('askingCodeRequest')
    await it.resume('askingCodeRequest')
    await it.primary.click()
    await it.at('askingCode')
    await it.resume('askingCode')
    expect(await it.heading.innerText()).toBe('Confirm that it is you')
    await it.code.fill(codeTo(wirePhone))

    await eventually(it.messages).toBe(3)
    await it.at('askingCode')
    expect(await it.heading.innerText()).toBe('Confirm the new number')
    expect(await it.page.locator('#code-lead').innerText()).toContain('+86 139••••0000')
    expect(await it.code.inputValue()).toBe('')
    expect(await it.focus()).toBe('code')
    await it.resume('askingCode')
    expect(await it.heading.innerText()).toBe('Confirm the new number')
    expect(user().phone_number).toBe(wirePhone)
    await it.code.fill(codeTo(otherPhone))
    // The right to change it was a secret, and is gone since the reload: it is asked for once more.
    await proveByCode(it)
    await it.news.waitFor()
    expect(user().phone_number).toBe(otherPhone)
    await it.check()
  })

  test('are changed one after the other by one proof', async () => {
    const it = await openByPhone()
    await edit(it, 'Add: E-mail', '#edit-email', email)
    await proveByCode(it)
    await eventually(it.messages).toBe(3)
    await it.at('askingCode')
    expect(await it.heading.innerText()).toBe('Confirm the new e-mail')
    await it.code.fill(it.newestCode())
    expect(await it.news.innerText()).toBe(news.email)
    await edit(it, 'Change: Phone', '#edit-phone', otherPhone)
    await it.at('askingCode')
    expect(await it.heading.innerText()).toBe('Confirm the new number')
    await it.code.fill(it.newestCode())
    await it.page.locator('.news', { hasText: news.phone }).waitFor()
    expect(user()).toMatchObject({ phone_number: otherPhone, email })
    expect(it.requests().filter((line) => line.startsWith('POST user/sudo'))).toHaveLength(1)
    await it.check()
  })

  test('stay as they were when it is cancelled, at every step', async () => {
    const it = await openByPhone({ email })
    const before = user()
    const cancelled = async () => {
      await it.button('Cancel').click()
      await it.at('askingEdit')
      expect(await it.heading.innerText()).toBe('Your account')
      expect(await it.error.count()).toBe(0)
      expect(await it.news.count()).toBe(0)
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
    await proveByCode(it)
    await eventually(() => it.sandbox.inbox()[0]!.to).toBe(otherPhone)
    await it.at('askingCode')
    await cancelled()
    expect(user()).toEqual(before)
    expect(it.requests().filter((line) => line.startsWith('PATCH'))).toEqual([])
    await it.check()
  })

  test('are not taken from somebody else', async () => {
    const it = await openByPhone()
    await demo.sandbox.addUser({ phone_number: otherPhone })
    await edit(it, 'Change: Phone', '#edit-phone', otherPhone)
    await proveByCode(it)
    await eventually(() => it.sandbox.inbox()[0]!.to).toBe(otherPhone)
    await it.enterCode()
    await it.at('askingEdit')
    expect(await it.error.innerText()).toBe(said('setContact:failed_precondition'))
    expect(await it.focus()).toBe('edit-phone')
    expect(await it.page.locator('#edit-phone').inputValue()).toBe(otherPhone)
    await it.button('Back').click()
    await it.button('Add: E-mail').click()
    expect(await it.error.count()).toBe(0)
    await it.check()
  })

  test('are changed after all when the line was broken at the last step', async () => {
    const it = await openByPhone()
    await edit(it, 'Add: E-mail', '#edit-email', email)
    await proveByCode(it)
    await eventually(() => it.sandbox.inbox()[0]!.to).toBe(email)
    demo.sandbox.faults([drop('user/contact')])
    await it.enterCode()
    await it.at('askingRetry')
    expect(await it.error.innerText()).toBe(said('unreachable'))
    await it.primary.click()
    expect(await it.news.innerText()).toBe(news.email)
    expect(user().email).toBe(email)
    await it.check({ isLineBroken: true })
  })
})

describe('providers', () => {
  const row = ({ page }: Driver, name: string) => page.locator('.part', { hasText: name })

  test('are linked on this page and in a window, and unlinked', async () => {
    const it = await openByPhone()
    expect(await row(it, 'WeChat').locator('.value').innerText()).toBe('not linked')
    await it.button('Link: WeChat').click()
    await consent(it.page, 'alex')
    expect(await it.news.innerText()).toBe(news.bind)
    await eventually(() => row(it, 'WeChat').locator('.value').innerText()).toBe('as Alex Doe')

    await it.button('Visit providers in a window').click()
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

  test('that are denied, or are somebody else’s, leave the account as it was', async () => {
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
    expect(await it.error.innerText()).toBe(said('access_denied'))
    await it.button('Link: WeChat').click()
    await consent(it.page, 'lilei')
    await it.at('askingEdit')
    expect(await it.error.innerText()).toBe(said('bindProvider:failed_precondition'))
    expect(demo.sandbox.users().flatMap(({ identities }) => identities ?? [])).toHaveLength(1)
    await it.check()
  })

  test('are kept when they are the last way in', async () => {
    const it = await open()
    await it.button('Continue with Demo IdP').click()
    await consent(it.page, 'alex')
    await it.manage()
    await it.button('Unlink: Demo IdP').click()
    expect(await it.error.innerText()).toBe(said('unbindProvider:failed_precondition'))
    // Who has nothing to prove themselves by is asked for nothing.
    await edit(it, 'Add: E-mail', '#edit-email', email)
    await it.enterCode()
    expect(await it.news.innerText()).toBe(news.email)
    await it.button('Unlink: Demo IdP').click()
    await it.page.locator('.done', { hasText: texts.en.settings.unlinked }).waitFor()
    await it.check()
  })
})

describe('deleting the account', () => {
  test('takes a tick, a code and nothing less; then it is gone', async () => {
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
    expect(await it.news.innerText()).toBe(news.delete)
    expect(await it.error.count()).toBe(0)
    expect(demo.sandbox.users()).toEqual([])
    expect(await it.page.evaluate(() => localStorage.getItem('credentials_demo'))).toBeNull()
    await it.reload('askingAccount')
    await it.check()
  })

  test('ends nothing by itself when somebody was blocked meanwhile; the reason is told', async () => {
    const it = await openByPhone()
    demo.sandbox.removeUser(user().sub)
    await it.button('Edit: Name').click()
    await it.page.locator('#edit-nickname').fill('Ada')
    await it.primary.click()
    await it.at('askingAccount', 'signIn')
    expect(await it.error.innerText()).toBe(said('invalid_grant'))
    await it.check()
  })
})
