/** What users do in the example apps. All examples have the same names for labels and buttons. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Sandbox } from '../../sandbox/index.ts'
import { axeViolations } from './axe.ts'

/** An example in a browser, and its sandbox. */
export interface ExampleWorld {
  page: Page
  sandbox: Sandbox
  /** The origin of the app. */
  url: string
  /** What precedes a path of the app, such as `/#`. */
  prefix: string
}

const phone = '13800000000'
const wirePhone = '+86 13800000000'
const otherPhone = '13900000000'
const wireOtherPhone = '+86 13900000000'
const password = 'Correct-horse-7'

const on = (page: Page) => ({
  heading: (name: string) => page.getByRole('heading', { name, exact: true }).waitFor(),
  click: (name: string) => page.getByRole('button', { name, exact: true }).click(),
  fill: (label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text),
  alert: async () => {
    const alert = page.getByRole('alert').filter({ hasText: /./ })
    await alert.waitFor()
    return alert.innerText()
  },
})

/** Drives one tab of an example. */
function drive({ page, sandbox, url, prefix }: ExampleWorld) {
  const at = on(page)
  const newestCode = () => sandbox.inbox()[0]!.code
  return {
    ...at,
    newestCode,
    wrongCode: () => (newestCode() === '000000' ? '111111' : '000000'),
    /** The paths of the API that the app has called. */
    calls: (path: string) => sandbox.requests().filter((call) => call.path.endsWith(path)).length,
    go: (path: string) => page.goto(`${url}${prefix}${path}`),
    signedIn: () => page.getByText('You are signed in.').waitFor(),
    link: (name: string) => page.getByRole('link', { name, exact: true }).click(),

    async askForCode(contact: string, label = 'Phone or e-mail') {
      await at.fill(label, contact)
      await at.click('Send code')
      await at.heading('Enter the code')
    },
    async submitCode(code = newestCode()) {
      await at.fill('Code', code)
      await at.click('Continue')
    },
    async signInByPassword(username = 'ada', text = password) {
      await at.click('Use a password')
      await at.fill('User name, phone or e-mail', username)
      await at.fill('Password', text)
      await at.click('Sign in')
    },
    /** Checks the screen for what keeps people with a disability out. */
    async isAccessible() {
      expect(await axeViolations(page)).toEqual([])
    },
    /** Reloads and checks that the same form is there, and that nothing is sent again. */
    async reload(heading: string) {
      const before = sandbox.inbox().length
      await page.reload()
      await at.heading(heading)
      expect(sandbox.inbox().length).toBe(before)
    },
    /** Resolves to the text of the next captcha picture, which the server has drawn meanwhile. */
    async nextPicture() {
      let resolve: (text: string) => void
      const text = new Promise<string>((done) => (resolve = done))
      await page.route(
        ({ pathname }) => pathname.endsWith('/captcha/data'),
        async (route) => {
          const response = await route.fetch()
          const { token } = (await response.json()) as { token: string }
          resolve(sandbox.captchaAnswer(token)!)
          await route.fulfill({ response })
        },
        { times: 1 },
      )
      return { text }
    },
    async openPopup(name: string) {
      const [popup] = await Promise.all([page.context().waitForEvent('page'), at.click(name)])
      await popup.locator('[name=account]').first().waitFor()
      return popup
    },
  }
}

/** The stories by their names. Each begins on the sign-in page, and codes can follow each other at once. */
export const stories: Record<string, (world: ExampleWorld) => Promise<void>> = {
  async 'signs up by code'(world) {
    const it = drive(world)
    await it.isAccessible()
    await it.askForCode(phone)
    await it.isAccessible()
    await it.submitCode()
    await it.heading('Your profile')
    await it.fill('Name', 'Ada')
    await it.click('Save')
    await it.signedIn()
    await it.isAccessible()
    expect(world.sandbox.users()).toMatchObject([{ phone_number: wirePhone, name: 'Ada' }])
  },

  async 'corrects a wrong code'(world) {
    await world.sandbox.addUser({ phone_number: wirePhone })
    const it = drive(world)
    await it.askForCode(phone)
    await it.submitCode(it.wrongCode())
    expect(await it.alert()).toMatch(/code/i)
    await expect.poll(() => world.page.locator('input:focus').count()).toBe(1)
    await it.submitCode()
    await it.signedIn()
  },

  async 'sends another code after the countdown'(world) {
    const { page, sandbox } = world
    sandbox.config({ resendSeconds: 60 })
    await sandbox.addUser({ phone_number: wirePhone })
    const it = drive(world)
    await page.clock.install()
    await page.reload()
    await it.askForCode(phone)
    const button = page.getByRole('button', { name: /^Send another code/ })
    await expect.poll(() => button.innerText()).toMatch(/in \d+ s$/)
    expect(await button.isDisabled()).toBe(true)
    await page.clock.fastForward(61_000)
    sandbox.advance(61)
    await expect.poll(() => button.isEnabled()).toBe(true)
    await it.click('Send another code')
    await expect.poll(() => sandbox.inbox().length).toBe(2)
    await it.submitCode()
    await it.signedIn()
  },

  async 'answers a captcha wrong, then right'(world) {
    world.sandbox.config({ sendsBeforeCaptcha: 0 })
    const it = drive(world)
    const first = await it.nextPicture()
    await it.fill('Phone or e-mail', phone)
    await it.click('Send code')
    await it.heading('Are you human?')
    await first.text
    const second = await it.nextPicture()
    await it.fill('Characters in the picture', 'no')
    await it.click('Confirm')
    expect(await it.alert()).toMatch(/picture|character/i)
    await it.isAccessible()
    await it.fill('Characters in the picture', await second.text)
    await it.click('Confirm')
    await it.heading('Enter the code')
    expect(world.sandbox.inbox().length).toBe(1)
  },

  async 'signs in by password'(world) {
    await world.sandbox.addUser({ username: 'ada', password })
    const it = drive(world)
    await it.signInByPassword('ada', 'a guess')
    await it.alert()
    await it.fill('Password', password)
    await it.click('Sign in')
    await it.signedIn()
    await it.click('Sign out')
    await it.heading('Sign in')
  },

  async 'signs out and in again'(world) {
    await world.sandbox.addUser({ phone_number: wirePhone })
    const it = drive(world)
    await it.askForCode(phone)
    await it.submitCode()
    await it.signedIn()
    await it.click('Sign out')
    await it.heading('Sign in')
    await it.askForCode(phone)
    await it.submitCode()
    await it.signedIn()
  },

  async 'signs in by two factors'(world) {
    await world.sandbox.addUser({
      username: 'ada',
      password,
      phone_number: wirePhone,
      twoFactor: true,
    })
    const it = drive(world)
    await it.signInByPassword()
    await it.heading('One more step')
    await it.askForCode(phone, 'Phone of your account')
    await it.submitCode()
    await it.signedIn()
  },

  async 'resets the password'(world) {
    await world.sandbox.addUser({
      username: 'ada',
      phone_number: wirePhone,
      password: 'Forgotten-1',
    })
    const it = drive(world)
    await it.click('Use a password')
    await it.click('Forgot your password?')
    await it.heading('Reset your password')
    await it.askForCode(phone)
    await it.submitCode()
    await it.heading('Set a new password')
    await it.fill('New password', password)
    await it.click('Save')
    await it.signedIn()
  },

  async 'upgrades a guest, whose phone belongs to an account at first'(world) {
    await world.sandbox.addUser({ phone_number: wirePhone })
    const it = drive(world)
    await it.click('Continue as a guest')
    await world.page.getByText('You are here as a guest.').waitFor()
    const guest = await world.page.locator('code').innerText()
    await it.link('Keep your data')
    await it.heading('Keep your data')
    await it.askForCode(phone)
    await it.submitCode()
    await it.heading('This account exists already')
    await it.click('Use another phone or e-mail')
    await it.askForCode(otherPhone)
    await it.submitCode()
    await it.signedIn()
    expect(await world.page.locator('code').innerText()).toBe(guest)
  },

  async 'changes the phone behind a proof'(world) {
    await world.sandbox.addUser({ username: 'ada', password, phone_number: wirePhone })
    const it = drive(world)
    await it.signInByPassword()
    await it.signedIn()
    await it.link('Account')
    await it.heading('Your account')
    await world.page.getByText(wirePhone).waitFor()
    await it.isAccessible()
    await it.click('Change phone or e-mail')
    await it.fill('New phone or e-mail', otherPhone)
    await it.click('Change')
    await it.heading('Confirm that it is you')
    await it.click('Send code')
    await it.heading('Enter the code')
    await it.submitCode()
    await world.page.getByText(`We sent it to ${wireOtherPhone}.`).waitFor()
    await it.submitCode()
    await it.heading('Your account')
    await world.page.getByText(wireOtherPhone).waitFor()
    expect(world.sandbox.users()).toMatchObject([{ phone_number: wireOtherPhone }])
  },

  async 'goes on when the provider was denied'(world) {
    const it = drive(world)
    const denied = await it.openPopup('Continue with WeChat')
    await it.heading('Continue in the window of WeChat')
    await denied.locator('[value=deny]').click()
    await it.heading('That did not work')
    await it.alert()
    const popup = await it.openPopup('Try again')
    await popup.locator('#account-alex').check()
    await popup.locator('[value=allow]').click()
    await it.signedIn()
  },

  async 'goes on after a reload wherever the user is asked'(world) {
    const { sandbox } = world
    await sandbox.addUser({ username: 'ada', password, phone_number: wirePhone, twoFactor: true })
    const it = drive(world)
    await it.signInByPassword()
    await it.heading('One more step')
    await it.reload('One more step')
    await it.click('Use another phone or e-mail')
    await it.askForCode(otherPhone)
    await it.reload('Enter the code')
    await it.submitCode()
    await it.heading('Your profile')
    await it.reload('Your profile')
    await it.click('Skip')
    await it.signedIn()
    await it.link('Account')
    await it.click('Change password')
    await it.fill('New password', password)
    await it.click('Change')
    await it.heading('Confirm that it is you')
    await it.reload('Confirm that it is you')
    await it.click('Cancel')
    await it.heading('Your account')
    await it.reload('Your account')
  },

  async 'follows another tab'(world) {
    await world.sandbox.addUser({ username: 'ada', password })
    const it = drive(world)
    const page = await world.page.context().newPage()
    const other = drive({ ...world, page })
    await other.go('/account')
    await other.heading('Sign in')
    await it.signInByPassword()
    await it.signedIn()
    await other.heading('Your account')
    await other.click('Sign out')
    await it.heading('Sign in')
  },

  async 'goes on when the network is back'(world) {
    await world.sandbox.addUser({ phone_number: wirePhone })
    const it = drive(world)
    await it.askForCode(phone)
    const context = world.page.context()
    await context.setOffline(true)
    await it.submitCode()
    await world.page.locator('[aria-busy=true], [role=alert]').first().waitFor()
    await context.setOffline(false)
    const again = world.page.getByRole('button', { name: /^(Continue|Try again)$/ })
    const signedIn = world.page.getByText('You are signed in.')
    await expect
      .poll(async () => {
        if (await signedIn.isVisible()) return true
        if ((await again.count()) && (await again.isEnabled())) {
          const field = world.page.getByLabel('Code', { exact: true })
          if (await field.count()) await field.fill(it.newestCode())
          await again.click()
        }
        return false
      })
      .toBe(true)
    expect(it.calls('/signin')).toBeGreaterThan(0)
    expect(world.sandbox.inbox().length).toBe(1)
  },
}

/** The stories of an app that signs in by code only. */
export const storiesByCode = [
  'signs up by code',
  'corrects a wrong code',
  'answers a captcha wrong, then right',
  'signs out and in again',
  'goes on when the network is back',
]
