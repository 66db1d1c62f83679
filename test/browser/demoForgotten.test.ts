import { describe, expect, test } from 'vitest'
import { texts } from '../../docs/demo/messages.ts'
import { type Driver, drop, said, startDemo } from './demo-driver.ts'

const phone = '13800000000'
const wirePhone = '+86 13800000000'
const password = 'Correct-horse-7'
const nextPassword = 'battery staple'

const { demo, open } = startDemo()

const openForgotten = async () => {
  const it = await open()
  await it.page.getByRole('tab', { name: 'Password' }).click()
  await it.button('Forgot it?').click()
  await it.at('askingContact')
  return it
}

const submit = async ({ page }: Driver, field: string, text: string) => {
  await page.locator(field).fill(text)
  await page.keyboard.press('Enter')
}
const proveContact = async (it: Driver) => {
  await submit(it, '#reset-contact', phone)
  await it.enterCode()
  await it.at('askingPassword')
}

describe('a forgotten password', () => {
  test('is replaced after a code, and signs in at once', async () => {
    const { sub } = await demo.sandbox.addUser({
      phone_number: wirePhone,
      username: 'ada',
      password,
    })
    const it = await openForgotten()
    await it.resume('askingContact')
    await submit(it, '#reset-contact', phone)
    await it.at('askingCode')
    await it.resume('askingCode')
    await it.code.fill(it.newestCode())
    await it.at('askingPassword')
    expect(await it.focus()).toBe('reset-password')
    await submit(it, '#reset-password', 'short')
    expect(await it.error.innerText()).toBe(texts.en.password.tooShort)
    await submit(it, '#reset-password', nextPassword)
    await it.signedIn()
    expect(await it.uid()).toBe(sub)
    await it.signOut()
    await it.submitPassword('ada', nextPassword)
    await it.signedIn()
    await it.check()
  })

  test('is asked for again, as is the code, by a reload before it is sent', async () => {
    await demo.sandbox.addUser({ phone_number: wirePhone })
    const it = await openForgotten()
    await proveContact(it)
    await it.resume('askingPassword')
    expect(await it.page.locator('#reset-password').inputValue()).toBe('')
    await submit(it, '#reset-password', nextPassword)
    await it.at('askingContact')
    expect(await it.error.innerText()).toBe(said('resetPassword:code_expired'))
    expect(await it.focus()).toBe('reset-contact')
    await it.button('Back to signing in').click()
    await it.at('askingAccount')
    await it.check()
  })

  test('of nobody cannot be replaced, which only the owner of the contact learns', async () => {
    const it = await openForgotten()
    await proveContact(it)
    await submit(it, '#reset-password', nextPassword)
    await it.at('askingContact')
    expect(await it.error.innerText()).toBe(said('resetPassword:not_found'))
    expect(demo.sandbox.users()).toEqual([])
    await it.check()
  })

  test('is set once, however often the line breaks', async () => {
    await demo.sandbox.addUser({ phone_number: wirePhone, password })
    const it = await openForgotten()
    await proveContact(it)
    demo.sandbox.faults([drop('reset'), drop('signin')])
    await submit(it, '#reset-password', nextPassword)
    expect(await it.error.innerText()).toBe(said('unreachable'))
    await it.at('askingPassword')
    await it.primary.click()
    await it.at('askingRetry')
    expect(await it.card.innerText()).toContain(texts.en.retry.leadReset)
    await it.primary.click()
    await it.signedIn()
    expect(it.messages()).toBe(1)
    await it.check({ isLineBroken: true })
  })
})

describe('a second factor', () => {
  const user = { username: 'grace', phone_number: wirePhone, password, twoFactor: true }

  test('is a code to the phone, beside a right password', async () => {
    const { sub } = await demo.sandbox.addUser(user)
    const it = await open()
    await it.submitPassword('grace', password)
    await it.at('askingSecondFactor')
    expect(await it.focus()).toBe('h1 One more step')
    await it.resume('askingSecondFactor')
    await it.button('Back').click()
    await it.at('askingAccount')
    await it.submitPassword('grace', password)
    await it.at('askingSecondFactor')
    await submit(it, '#factor', phone)
    await it.enterCode()
    await it.signedIn()
    expect(await it.uid()).toBe(sub)
    await it.check()
  })

  test('is asked for after a new password, too', async () => {
    await demo.sandbox.addUser(user)
    const it = await openForgotten()
    await proveContact(it)
    await submit(it, '#reset-password', nextPassword)
    await it.at('askingAccount')
    expect(await it.news.innerText()).toBe(texts.en.news.passwordReset)
    await it.submitPassword('grace', nextPassword)
    await it.at('askingSecondFactor')
    await it.check()
  })
})
