/** The page objects of the demo, by role and label alone. */
import type { Locator, Page } from '@playwright/test'
import type { Model } from '../../adapters/testing/index.ts'
import type { Input, Screens } from '../../adapters/testing/playwright/index.ts'

/** Finds a button by its name. */
export const button = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name })
const heading = (name: string) => (page: Page) =>
  page.getByRole('heading', { name, exact: true, level: 1 })
const label = (name: string) => (page: Page) => page.getByRole('textbox', { name, exact: true })

/** Fills in a field and submits its form. */
const submit = (name: string) => ({
  find: label(name),
  async use(field: Locator, input: Input) {
    await field.fill(input[fields[name]!]!)
    await field.press('Enter')
  },
})

/** The fields of the payloads, by label. */
const fields: Record<string, string> = {
  'Phone number': 'phone_number',
  'E-mail': 'email',
  '6-digit code': 'code',
  Characters: 'text',
  Nickname: 'name',
  Password: 'password',
  'New password': 'password',
}

const typeCode = {
  find: label('6-digit code'),
  /** The last digit submits it. */
  use: (field: Locator, input: Input) => field.fill(input.code),
}
const change = { find: button(/^Change (number|e-mail)$/) }
const resend = { find: button(/^Send a new code/) }

/** An error is beside its field; one region of the page reads it out. */
const findError = (page: Page) =>
  page.locator('[part~=error], [part~=notice]').filter({ hasText: /\S/ })

function withErrors(screens: Screens): Screens {
  const entries = Object.entries(screens).map(([name, screen]) => [name, { findError, ...screen }])
  return Object.fromEntries(entries) as Screens
}

/** What the flow `signIn` shows. */
export const signInScreens: Screens = withErrors({
  askingAccount: {
    find: heading('Sign in'),
    events: {
      'contact.submit': {
        find: (page) => page.getByRole('tab', { name: 'Code' }),
        async use(tab, input, page) {
          await tab.click()
          const { find, use } = submit('Phone number')
          await use(find(page), input)
        },
      },
      'password.submit': {
        find: (page) => page.getByRole('tab', { name: 'Password' }),
        async use(tab, { username, password }, page) {
          await tab.click()
          await page.getByLabel('Username, phone or e-mail').fill(username)
          await label('Password')(page).fill(password)
          await page.keyboard.press('Enter')
        },
      },
      'guest.enter': { find: button('Continue as a guest') },
    },
  },
  askingSecondFactor: {
    find: heading('One more step'),
    // The screen itself says that a second factor is needed.
    silent: ['mfa_phone_required'],
    events: {
      'contact.submit': submit('Phone number'),
      'contact.change': { find: button('Back') },
    },
  },
  askingCode: {
    find: heading('Enter the code'),
    events: { 'code.submit': typeCode, 'code.resend': resend, 'contact.change': change },
  },
  askingResend: {
    find: heading('Get a new code'),
    events: { 'code.resend': resend, 'contact.change': change },
  },
  askingRetry: {
    find: heading('Almost there'),
    events: {
      'signIn.retry': { find: button('Try again') },
      'contact.change': { find: button('Use another account') },
    },
  },
  askingProfile: {
    find: heading('Your account is ready'),
    events: {
      'profile.submit': submit('Nickname'),
      'profile.skip': { find: button('Skip for now') },
    },
  },
  captcha: {
    find: (page) => page.getByRole('dialog'),
    events: {
      'captcha.answer': submit('Characters'),
      'captcha.replace': { find: button('New picture') },
      'captcha.cancel': { find: (page) => page.getByRole('dialog').getByText('Cancel') },
    },
  },
  signedIn: { find: button('Sign out') },
  anonymous: { find: heading('You are a guest') },
})

/** What the flow `provider` shows. */
export const providerScreens: Screens = withErrors({
  signedOut: {
    find: heading('Sign in'),
    events: { 'flow.start': { find: button('Continue with Demo IdP') } },
  },
  askingPopup: {
    find: heading('Continue at Demo IdP'),
    events: { 'provider.retry': { find: button('Open the window again') } },
  },
  askingClick: {
    find: heading('The window didn’t open'),
    events: { 'provider.retry': { find: button('Open the window') } },
  },
  askingRetry: {
    find: heading('That did not work'),
    events: { 'provider.retry': { find: button('Try again') } },
  },
  signedIn: { find: button('Sign out') },
})

const back = button('Back')
const overview = heading('Your account')

/** Goes back from a form of the account page, which stays open when the server has rejected what was entered. */
async function showOverview(page: Page) {
  if (!(await overview(page).isVisible())) await back(page).click()
}

/** Opens a form of the account page unless it is open, fills it in and saves it. */
const edit = (name: string | RegExp, field: string) => ({
  find: (page: Page) => button(name)(page).or(back(page)),
  async use(_control: Locator, input: Input, page: Page) {
    const { find, use } = submit(field)
    const target = find(page).filter({ visible: true })
    if (!(await target.isVisible())) {
      await showOverview(page)
      await button(name)(page).click()
    }
    await use(target, input)
  },
})
const cancel = { find: button('Cancel') }

/** What the flow `account` shows. */
export const accountScreens: Screens = withErrors({
  signedIn: {
    find: button('Sign out'),
    events: { 'flow.start': { find: button('Manage account') } },
  },
  signedOut: { find: heading('Sign in') },
  askingEdit: {
    find: back,
    events: {
      'account.close': {
        find: back,
        async use(control, _input, page) {
          await showOverview(page)
          await control.click()
        },
      },
      'profile.submit': edit('Edit: Name', 'Nickname'),
      'password.change': edit(/^(Set|Change): Password$/, 'New password'),
      'contact.replace': edit(/^(Add|Change): E-mail$/, 'E-mail'),
      'account.delete': {
        find: (page) => button('Delete account')(page).or(back(page)),
        async use(_control, _input, page) {
          await showOverview(page)
          await button('Delete account')(page).click()
          await page.getByRole('checkbox', { name: /^I understand/ }).check()
          await button('Delete my account')(page).click()
        },
      },
    },
  },
  askingCodeRequest: {
    find: button('Send code'),
    events: { 'code.request': { find: button('Send code') }, 'edit.cancel': cancel },
  },
  askingProof: {
    find: label('Password'),
    events: {
      'password.submit': submit('Password'),
      'code.request': { find: button(/^Send a code to/) },
      'edit.cancel': cancel,
    },
  },
  askingCode: {
    find: label('6-digit code'),
    events: { 'code.submit': typeCode, 'code.resend': resend, 'edit.cancel': cancel },
  },
  askingResend: {
    find: heading('Get a new code'),
    events: { 'code.resend': resend, 'edit.cancel': cancel },
  },
})

/** Leaves out the controls of events that the model never sends. */
export const screensFor = (screens: Screens, { events }: Model): Screens =>
  Object.fromEntries(
    Object.entries(screens).map(([name, screen]) => {
      const sent = Object.entries(screen.events ?? {}).filter(([event]) => events[event] !== false)
      return [name, { ...screen, events: Object.fromEntries(sent) }]
    }),
  )
