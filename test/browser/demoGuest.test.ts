import { describe, expect, test } from 'vitest'
import { texts } from '../../docs/demo/messages.ts'
import { consent, type Driver, drop, eventually, textOf, startDemo } from './demoDriver.ts'

const phone = '13800000000'
const wirePhone = '+86 13800000000'
const password = 'Correct-horse-7'
const nextPassword = 'battery staple'
const weChat = 'Continue with WeChat'
const { success } = texts.en

const { demo, open } = startDemo()

/** Opens the upgrade of a new guest, and returns the guest's uid. */
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

describe('demo guest', () => {
  test('demo guest: a guest signs in with one click and stays signed in after a reload', async () => {
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
    await it.signOutGuest()
    await it.check()
  })

  test('demo guest: a failed sign-in is reported next to its button', async () => {
    const it = await open()
    demo.sandbox.faults([drop('signin/anonymously')])
    await it.button('Continue as a guest').click()
    expect(await it.error.innerText()).toBe(textOf('unreachable'))
    expect(await it.page.locator('#others-line .error').innerText()).toBe(textOf('unreachable'))
    await it.enterAsGuest()
    expect(it.sandbox.users()).toHaveLength(1)
    await it.check({ isOffline: true })
  })
})

describe('demo upgrade', () => {
  test('demo upgrade: a code upgrades the guest with the same uid, through reloads', async () => {
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
    expect(await it.success.innerText()).toBe(success.upgraded)
    expect(await uidNow()).toBe(uid)
    expect(it.sandbox.users()).toMatchObject([{ sub: uid, phone_number: wirePhone }])
    await it.reload('signedIn')
    expect(await it.success.count()).toBe(0)
    await it.check()
  })

  test('demo upgrade: a provider upgrades the guest with the same uid, by redirect and by popup', async () => {
    const it = await openGuest()
    await it.button(weChat).click()
    await consent(it.page)
    await it.at('askingAccount', 'upgrade')
    expect(await it.error.innerText()).toBe(textOf('access_denied'))
    await it.button(weChat).click()
    await it.page.locator('[name=account]').first().waitFor()
    await it.page.goBack()
    await it.at('askingReturn', 'upgrade')
    await it.resume('askingReturn')
    await it.button('Open the page again').click()
    await consent(it.page, 'alex')
    await it.signedIn()
    expect(await it.success.innerText()).toBe(success.upgraded)
    expect(await it.uidNow()).toBe(it.uid)
    await it.signOut()

    await it.button('Open providers in a popup').click()
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

  test('demo upgrade: an upgrade whose last request was lost is retried', async () => {
    const { uid, uidNow, ...it } = await openGuest()
    demo.sandbox.faults([drop('signup')])
    await submit(it, phone)
    await it.enterCode()
    await it.at('askingRetry')
    expect(await it.error.innerText()).toBe(textOf('unreachable'))
    await it.resume('askingRetry')
    // The proof is a secret and was lost by the reload.
    await it.primary.click()
    await it.at('askingAccount', 'upgrade')
    expect(await it.error.innerText()).toBe(textOf('upgrade:code_expired'))
    demo.sandbox.faults([drop('signup')])
    await submit(it, phone)
    await it.enterCode()
    await it.at('askingRetry')
    await it.primary.click()
    await it.signedIn()
    expect(await uidNow()).toBe(uid)
    expect(it.sandbox.users()).toHaveLength(1)
    await it.check({ isOffline: true })
  })
})

describe('demo upgrade: a contact or provider of another user', () => {
  test('demo upgrade: a contact of another user is refused, and another contact upgrades the guest', async () => {
    await demo.sandbox.addUser({ phone_number: wirePhone })
    const { uid, uidNow, ...it } = await openGuest()
    await submit(it, phone)
    await it.enterCode()
    await it.at('askingChoice')
    expect(await it.focus()).toBe('h1 Already in use')
    expect(await it.card.innerText()).toContain('138••••0000 belongs to another account')
    expect(await it.card.innerText()).toContain(texts.en.choice.loss)
    await it.resume('askingChoice')
    expect(await it.card.innerText()).toContain('138••••0000 belongs to another account')

    await it.button('Use another one').click()
    await it.at('askingAccount', 'upgrade')
    await submit(it, 'ada@example.com')
    await it.enterCode()
    await it.signedIn()
    expect(await it.success.innerText()).toBe(success.upgraded)
    expect(await uidNow()).toBe(uid)
    await it.check()
  })

  test('demo upgrade: a guest can sign in to the other account, warned that the data stays behind', async () => {
    const { sub } = await demo.sandbox.addUser({ phone_number: wirePhone })
    const { uidNow, ...it } = await openGuest()
    await submit(it, phone)
    await it.enterCode()
    await it.at('askingChoice')
    await it.resume('askingChoice')
    // The proof is a secret and was lost by the reload.
    await it.button('Sign in to that account').click()
    await it.at('askingAccount', 'upgrade')
    expect(await it.error.innerText()).toBe(textOf('upgrade:code_expired'))
    await submit(it, phone)
    await it.enterCode()
    await it.at('askingChoice')
    await it.button('Sign in to that account').click()
    await it.signedIn()
    expect(await it.success.innerText()).toBe(success.switched)
    expect(await uidNow()).toBe(sub)
    await it.check()
  })

  test('demo upgrade: a guest can sign in to the account that a provider is linked to', async () => {
    const { sub } = await demo.sandbox.addUser({
      identities: [{ provider_id: 'wx_open', account: 'alex' }],
    })
    const { uidNow, ...it } = await openGuest()
    await it.button(weChat).click()
    await consent(it.page, 'alex')
    await it.at('askingChoice')
    expect(await it.card.innerText()).toContain('Your account at WeChat is linked')
    expect(await it.error.count()).toBe(0)
    await it.button('Sign in to that account').click()
    await it.signedIn()
    expect(await it.success.innerText()).toBe(success.switched)
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
  await it.button('Forgot password?').click()
  await it.at('askingContact')
  return it
}

const type = async ({ page }: Driver, field: string, text: string) => {
  await page.locator(field).fill(text)
  await page.keyboard.press('Enter')
}
const verifyContact = async (it: Driver) => {
  await type(it, '#reset-contact', phone)
  await it.enterCode()
  await it.at('askingPassword')
}

describe('demo password reset', () => {
  test('demo password reset: a new password is set after a code and signs in', async () => {
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

  test('demo password reset: a reload before the new password is sent needs another code', async () => {
    await demo.sandbox.addUser({ phone_number: wirePhone })
    const it = await openForgotten()
    await verifyContact(it)
    await it.resume('askingPassword')
    expect(await it.page.locator('#reset-password').inputValue()).toBe('')
    await type(it, '#reset-password', nextPassword)
    await it.at('askingContact')
    expect(await it.error.innerText()).toBe(textOf('resetPassword:code_expired'))
    expect(await it.focus()).toBe('reset-contact')
    await it.button('Back to sign-in').click()
    await it.at('askingAccount')
    await it.check()
  })

  test('demo password reset: only the owner of a contact learns that it has no account', async () => {
    const it = await openForgotten()
    await verifyContact(it)
    await type(it, '#reset-password', nextPassword)
    await it.at('askingContact')
    expect(await it.error.innerText()).toBe(textOf('resetPassword:not_found'))
    expect(demo.sandbox.users()).toEqual([])
    await it.check()
  })

  test('demo password reset: the password is set once, although two requests were lost', async () => {
    await demo.sandbox.addUser({ phone_number: wirePhone, password })
    const it = await openForgotten()
    await verifyContact(it)
    demo.sandbox.faults([drop('reset'), drop('signin')])
    await type(it, '#reset-password', nextPassword)
    expect(await it.error.innerText()).toBe(textOf('unreachable'))
    await it.at('askingPassword')
    await it.primary.click()
    await it.at('askingRetry')
    expect(await it.card.innerText()).toContain(texts.en.retry.leadReset)
    await it.primary.click()
    await it.signedIn()
    expect(it.messages()).toBe(1)
    await it.check({ isOffline: true })
  })
})

describe('demo second factor', () => {
  const user = { username: 'grace', phone_number: wirePhone, password, twoFactor: true }

  test('demo second factor: a code to the phone is sent together with the password', async () => {
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
    // The password is a secret and was lost by the reload.
    await it.resume('askingSecondFactor')
    await type(it, '#factor', phone)
    await it.at('askingAccount')
    expect(await it.error.innerText()).toBe(textOf('signIn:cancelled'))
    await it.submitPassword('grace', password)
    await it.at('askingSecondFactor')
    await type(it, '#factor', phone)
    await it.enterCode()
    await it.signedIn()
    expect(await it.uid()).toBe(sub)
    await it.check()
  })

  test('demo second factor: it is also needed after a password reset', async () => {
    await demo.sandbox.addUser(user)
    const it = await openForgotten()
    await verifyContact(it)
    await type(it, '#reset-password', nextPassword)
    await it.at('askingAccount')
    expect(await it.success.innerText()).toBe(texts.en.success.passwordReset)
    expect(await it.error.count()).toBe(0)
    await it.submitPassword('grace', nextPassword)
    await it.at('askingSecondFactor')
    await it.check()
  })
})
