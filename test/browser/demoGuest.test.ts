import { describe, expect, test } from 'vitest'
import { texts } from '../../docs/demo/messages.ts'
import { consent, type Driver, drop, eventually, said, startDemo } from './demo-driver.ts'

const phone = '13800000000'
const wirePhone = '+86 13800000000'
const password = 'Correct-horse-7'
const nextPassword = 'battery staple'
const weChat = 'Continue with WeChat'
const { news } = texts.en

const { demo, open } = startDemo()

/** The guest on the way to keep the account, and who the guest is. */
const openGuest = async () => {
  const it = await open()
  await it.enterAsGuest()
  const uid = await it.uid()
  await it.primary.click()
  await it.at('askingAccount', 'upgrade')
  return { ...it, uid, uidNow: it.uid }
}

const submit = async (
  { page }: Pick<Awaited<ReturnType<typeof open>>, 'page'>,
  contact: string,
) => {
  await page.locator('#upgrade-contact').fill(contact)
  await page.keyboard.press('Enter')
}

describe('a guest', () => {
  test('comes in without a word, is told so, and stays through a reload', async () => {
    const it = await open()
    await it.enterAsGuest()
    await it.page.locator('dl[aria-busy=false]').waitFor()
    expect(await it.heading.innerText()).toBe('You are a guest')
    expect(await it.focus()).toBe('h1 You are a guest')
    const uid = await it.uid()
    expect(it.sandbox.users()).toMatchObject([{ sub: uid, anonymous: true }])
    expect(it.requests()).toEqual(['POST signin/anonymously', 'GET user/me'])

    await it.reload('anonymous')
    expect(await it.screens()).toEqual(['loading', 'home'])
    expect(await it.uid()).toBe(uid)
    await it.signOut()
    await it.check()
  })

  test('who cannot be let in is told so where that was asked', async () => {
    const it = await open()
    demo.sandbox.faults([drop('signin/anonymously')])
    await it.button('Continue as a guest').click()
    expect(await it.error.innerText()).toBe(said('unreachable'))
    expect(await it.page.locator('#others-line .error').innerText()).toBe(said('unreachable'))
    await it.enterAsGuest()
    expect(it.sandbox.users()).toHaveLength(1)
    await it.check({ isLineBroken: true })
  })
})

describe('keeping the account', () => {
  test('by a code, with the same ID, through reloads', async () => {
    const { uid, uidNow, page, ...it } = await openGuest()
    await it.resume('askingAccount')
    await it.button('Not now').click()
    await it.at('anonymous')
    await it.primary.click()
    await it.at('askingAccount')
    await submit({ page }, phone)
    await it.at('askingCode')
    await it.resume('askingCode')
    expect(it.messages()).toBe(1)
    await it.code.fill(it.newestCode())
    await it.signedIn()
    expect(await it.news.innerText()).toBe(news.upgraded)
    expect(await uidNow()).toBe(uid)
    expect(it.sandbox.users()).toMatchObject([{ sub: uid, phone_number: wirePhone }])
    await it.reload('signedIn')
    expect(await it.news.count()).toBe(0)
    await it.check()
  })

  test('by a provider on this page and one in a window, with the same ID', async () => {
    const it = await openGuest()
    await it.button(weChat).click()
    await consent(it.page)
    await it.at('askingAccount', 'upgrade')
    expect(await it.error.innerText()).toBe(said('access_denied'))
    await it.button(weChat).click()
    await it.page.locator('[name=account]').first().waitFor()
    await it.page.goBack()
    await it.at('askingReturn', 'upgrade')
    await it.resume('askingReturn')
    await it.button('Go there again').click()
    await consent(it.page, 'alex')
    await it.signedIn()
    expect(await it.news.innerText()).toBe(news.upgraded)
    expect(await it.uidNow()).toBe(it.uid)
    await it.signOut()

    await it.button('Visit providers in a window').click()
    await it.enterAsGuest()
    const uid = await it.uidNow()
    await it.primary.click()
    const popup = it.page.waitForEvent('popup')
    await it.button(weChat).click()
    await consent(await popup, 'lilei')
    await it.signedIn()
    expect(await it.uidNow()).toBe(uid)
    expect(uid).not.toBe(it.uid)
    await it.check()
  })

  test('after all, when the line was broken at the last step', async () => {
    const { uid, uidNow, ...it } = await openGuest()
    demo.sandbox.faults([drop('signup')])
    await submit(it, phone)
    await it.enterCode()
    await it.at('askingRetry')
    expect(await it.error.innerText()).toBe(said('unreachable'))
    await it.resume('askingRetry')
    // The proof was a secret: it is asked for once more.
    await it.primary.click()
    await it.at('askingAccount', 'upgrade')
    expect(await it.error.innerText()).toBe(said('upgrade:code_expired'))
    demo.sandbox.faults([drop('signup')])
    await submit(it, phone)
    await it.enterCode()
    await it.at('askingRetry')
    await it.primary.click()
    await it.signedIn()
    expect(await uidNow()).toBe(uid)
    expect(it.sandbox.users()).toHaveLength(1)
    await it.check({ isLineBroken: true })
  })
})

describe('what is taken', () => {
  test('is told, and another contact keeps the account', async () => {
    await demo.sandbox.addUser({ phone_number: wirePhone })
    const { uid, uidNow, ...it } = await openGuest()
    await submit(it, phone)
    await it.enterCode()
    await it.at('askingChoice')
    expect(await it.focus()).toBe('h1 This is taken')
    expect(await it.card.innerText()).toContain('138••••0000 belongs to an account')
    expect(await it.card.innerText()).toContain(texts.en.choice.loss)
    await it.resume('askingChoice')
    expect(await it.card.innerText()).toContain('138••••0000 belongs to an account')

    await it.button('Use another one').click()
    await it.at('askingAccount', 'upgrade')
    await submit(it, 'ada@example.com')
    await it.enterCode()
    await it.signedIn()
    expect(await it.news.innerText()).toBe(news.upgraded)
    expect(await uidNow()).toBe(uid)
    await it.check()
  })

  test('can be signed in to instead, by who knows what stays behind', async () => {
    const { sub } = await demo.sandbox.addUser({ phone_number: wirePhone })
    const { uidNow, ...it } = await openGuest()
    await submit(it, phone)
    await it.enterCode()
    await it.at('askingChoice')
    await it.resume('askingChoice')
    // The proof was a secret: it is asked for once more.
    await it.button('Sign in to that account').click()
    await it.at('askingAccount', 'upgrade')
    expect(await it.error.innerText()).toBe(said('upgrade:code_expired'))
    await submit(it, phone)
    await it.enterCode()
    await it.at('askingChoice')
    await it.button('Sign in to that account').click()
    await it.signedIn()
    expect(await it.news.innerText()).toBe(news.switched)
    expect(await uidNow()).toBe(sub)
    await it.check()
  })

  test('at a provider can be signed in to, too', async () => {
    const { sub } = await demo.sandbox.addUser({
      identities: [{ provider_id: 'wx_open', account: 'alex' }],
    })
    const { uidNow, ...it } = await openGuest()
    await it.button(weChat).click()
    await consent(it.page, 'alex')
    await it.at('askingChoice')
    expect(await it.card.innerText()).toContain('Your identity at the provider belongs')
    expect(await it.error.count()).toBe(0)
    await it.button('Sign in to that account').click()
    await it.signedIn()
    expect(await it.news.innerText()).toBe(news.switched)
    expect(await uidNow()).toBe(sub)
    await eventually(() => it.requests().filter((line) => line.includes('provider/token'))).toEqual(
      ['POST provider/token'],
    )
    await it.check()
  })
})

const openForgotten = async () => {
  const it = await open()
  await it.page.getByRole('tab', { name: 'Password' }).click()
  await it.button('Forgot it?').click()
  await it.at('askingContact')
  return it
}

const type = async ({ page }: Driver, field: string, text: string) => {
  await page.locator(field).fill(text)
  await page.keyboard.press('Enter')
}
const proveContact = async (it: Driver) => {
  await type(it, '#reset-contact', phone)
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
    await type(it, '#reset-contact', phone)
    await it.at('askingCode')
    await it.resume('askingCode')
    await it.code.fill(it.newestCode())
    await it.at('askingPassword')
    expect(await it.focus()).toBe('reset-password')
    await type(it, '#reset-password', 'short')
    expect(await it.error.innerText()).toBe(texts.en.password.tooShort)
    await type(it, '#reset-password', nextPassword)
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
    await type(it, '#reset-password', nextPassword)
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
    await type(it, '#reset-password', nextPassword)
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
    await type(it, '#reset-password', nextPassword)
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
    expect(await it.button('Use e-mail').count()).toBe(0)
    await it.button('Back').click()
    await it.at('askingAccount')
    await it.submitPassword('grace', password)
    await it.at('askingSecondFactor')
    // The password that goes with it is kept nowhere.
    await it.resume('askingSecondFactor')
    await type(it, '#factor', phone)
    await it.at('askingAccount')
    expect(await it.error.innerText()).toBe(said('signIn:cancelled'))
    await it.submitPassword('grace', password)
    await it.at('askingSecondFactor')
    await type(it, '#factor', phone)
    await it.enterCode()
    await it.signedIn()
    expect(await it.uid()).toBe(sub)
    await it.check()
  })

  test('is asked for after a new password, too', async () => {
    await demo.sandbox.addUser(user)
    const it = await openForgotten()
    await proveContact(it)
    await type(it, '#reset-password', nextPassword)
    await it.at('askingAccount')
    expect(await it.news.innerText()).toBe(texts.en.news.passwordReset)
    expect(await it.error.count()).toBe(0)
    await it.submitPassword('grace', nextPassword)
    await it.at('askingSecondFactor')
    await it.check()
  })
})
