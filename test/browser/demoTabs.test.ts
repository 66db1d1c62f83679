import { expect, test } from 'vitest'
import { startDemo } from './demo-driver.ts'

const phone = '13800000000'
const wirePhone = '+86 13800000000'

const { demo, open } = startDemo()

/** Two tabs of one browser. */
const openTwo = async () => {
  const one = await open()
  const other = await one.openTab()
  await other.page.goto(demo.url)
  return { one, other }
}

test('who signs in or out in one tab does so in the other', async () => {
  await demo.sandbox.addUser({ phone_number: wirePhone })
  const { one, other } = await openTwo()
  await other.at('askingAccount')
  await one.signUpTo('signedIn', phone)
  await other.signedIn()
  expect(await other.uid()).toBe(await one.uid())
  await other.signOut()
  await one.at('askingAccount')
  expect(await one.page.evaluate(() => localStorage.getItem('credentials_demo'))).toBeNull()
  expect(one.requests().filter((line) => line === 'POST revoke')).toHaveLength(1)

  // In the middle of another way in, too.
  await other.askForCode('ada@example.com')
  await one.signUpTo('signedIn', phone)
  await other.signedIn()
  expect(await other.uid()).toBe(await one.uid())
  await one.check()
  await other.check()
})

test('who signs out in one tab leaves the account in the other, in the middle of an edit', async () => {
  await demo.sandbox.addUser({ phone_number: wirePhone })
  const { one, other } = await openTwo()
  await one.signUpTo('signedIn', phone)
  await other.manage()
  await other.button('Change: Password').click()
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

test('a guest who keeps the account in one tab has kept it in the other', async () => {
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
  await other.check()
})
