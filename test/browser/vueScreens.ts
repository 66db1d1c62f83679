/** The page objects of the small app in Vue, by role and label alone. */
import type { Page } from '@playwright/test'
import type { Control, Input, Screens } from '../../adapters/testing/playwright/index.ts'

const button = (name: string): Control => ({
  find: (page) => page.getByRole('button', { name, exact: true }),
})
const heading = (name: string) => (page: Page) => page.getByRole('heading', { name, exact: true })

/** Fills in fields, given by label and name in the payload, and presses the button. */
const form = (name: string, ...fields: [label: string, field: keyof Input][]): Control => ({
  ...button(name),
  async use(control, input, page) {
    for (const [label, field] of fields) {
      await page.getByLabel(label, { exact: true }).fill(input[field]!)
    }
    await control.click()
  },
})

const changeContact = button('Back')
const cancel = button('Cancel')

export const vueScreens: Screens = {
  askingAccount: {
    find: heading('Sign in'),
    events: {
      'contact.submit': form('Send code', ['Phone number', 'phone_number']),
      'password.submit': form('Sign in', ['Username', 'username'], ['Password', 'password']),
      'guest.enter': button('Continue as a guest'),
    },
  },
  askingCode: {
    find: heading('Enter the code'),
    events: {
      'code.submit': form('Continue', ['Code', 'code']),
      'code.resend': button('Send again'),
      'contact.change': changeContact,
      'edit.cancel': cancel,
    },
  },
  askingResend: {
    find: heading('Get a new code'),
    events: {
      'code.resend': button('Send again'),
      'contact.change': changeContact,
      'edit.cancel': cancel,
    },
  },
  askingSecondFactor: {
    find: heading('One more step'),
    events: {
      'contact.submit': form('Send code', ['Phone number', 'phone_number']),
      'contact.change': changeContact,
    },
  },
  askingProfile: {
    find: heading('What is your name?'),
    events: { 'profile.submit': form('Save', ['Name', 'name']), 'profile.skip': button('Skip') },
  },
  captcha: {
    find: (page) => page.getByRole('dialog'),
    events: {
      'captcha.answer': form('Confirm', ['Characters', 'text']),
      'captcha.replace': button('New picture'),
      'captcha.cancel': cancel,
    },
  },
  askingEdit: {
    find: heading('Your account'),
    events: {
      'profile.submit': form('Save name', ['Name', 'name']),
      'password.change': form('Save password', ['New password', 'password']),
      'contact.replace': form('Save e-mail', ['E-mail', 'email']),
      'account.delete': button('Delete account'),
      'account.close': button('Close'),
    },
  },
  askingProof: {
    find: heading('Confirm that it is you'),
    events: {
      'password.submit': form('Continue', ['Password', 'password']),
      'code.request': button('Send a code instead'),
      'edit.cancel': cancel,
    },
  },
  askingCodeRequest: {
    find: heading('Confirm by a code'),
    events: { 'code.request': button('Send code'), 'edit.cancel': cancel },
  },
  signedIn: { find: heading('You are signed in'), events: { 'flow.start': button('Account') } },
  anonymous: { find: heading('You are a guest') },
  // The sign-in begins at once, and shows nothing of the session that has ended.
  signedOut: { find: heading('Sign in'), silent: ['invalid_grant'] },
}
