import type { Catalogue } from '../../services/messages/message.ts'

/** A provider's name, or a general word if it is not known which one it was. */
const named = (provider?: string) => provider ?? 'the provider'

/** The texts of a sign-in UI in English. The other languages have the same shape, which their types require. */
export const en = {
  loading: 'Loading…',
  back: 'Back',
  cancel: 'Cancel',
  popupDone: 'Done. Close this window and continue in the other one.',
  popupAlone: 'No other window? Start here.',

  /** By step; where a step has another title in one flow, by flow and step. */
  titles: {
    askingAccount: 'Sign in',
    askingSecondFactor: 'One more step',
    askingCode: 'Enter the code',
    askingResend: 'Get a new code',
    askingRetry: 'Almost there',
    askingProfile: 'Your account is ready',
    askingReturn: 'Continue at the provider',
    askingPopup: 'Continue in the new window',
    askingClick: 'The window didn’t open',
    askingContact: 'Reset your password',
    askingPassword: 'Choose a new password',
    askingChoice: 'Already in use',
    askingEdit: 'Your account',
    askingCodeRequest: 'Confirm it’s you',
    askingProof: 'Confirm it’s you',
    'provider.askingRetry': 'That did not work',
    'hostedLogin.askingRetry': 'That did not work',
    'upgrade.askingAccount': 'Keep your account',
    'account.askingCode': 'Confirm it’s you',
  },

  labels: {
    phone: 'Phone number',
    email: 'E-mail',
    loginName: 'Username, phone or e-mail',
    username: 'Username',
    nickname: 'Nickname',
    password: 'Password',
    newPassword: 'New password',
    code: '6-digit code',
    captcha: 'Characters',
  },

  hints: {
    phone: 'We’ll text you a 6-digit code.',
    email: 'We’ll e-mail you a 6-digit code.',
    loginPassword: 'No password yet? Sign in with a code.',
    ownPassword: 'The password you sign in with.',
    newPassword: 'At least 8 characters. A few words work well.',
    username: 'It can’t contain spaces, + or @.',
    code: 'It can take a moment to arrive.',
    captcha: 'Not case-sensitive.',
  },

  account: {
    lead: 'New here? Signing in with a code creates your account.',
    tabs: 'Sign-in method',
    byCode: 'Code',
    byPassword: 'Password',
    missingPassword: 'Enter your username and your password.',
    forgotten: 'Forgot password?',
    signIn: 'Sign in',
    signingIn: 'Signing in…',
    or: 'or',
    by: (provider: string) => `Continue with ${provider}`,
    opening: (provider: string) => `Opening ${provider}…`,
    asGuest: 'Continue as a guest',
  },

  consent: {
    /** Before, between and after the links to the terms and the privacy policy. */
    text: ['I agree to the ', ' and the ', '.'],
    terms: 'Terms of Service',
    privacy: 'Privacy Policy',
    missing: 'Agree to the terms first.',
  },

  contact: {
    usePhone: 'Use phone',
    useEmail: 'Use e-mail',
    missingPhone: 'Enter your phone number.',
    missingEmail: 'Enter your e-mail address.',
    country: 'Country code',
    send: 'Send code',
    sending: 'Sending…',
  },

  password: {
    show: 'Show password',
    tooShort: 'Use at least 8 characters.',
    missing: 'Enter your password.',
  },

  secondFactor: {
    lead: 'This account uses two-factor authentication. Enter its phone number to get a code.',
  },

  code: {
    headingNew: (isEmail: boolean) =>
      isEmail ? 'Confirm the new e-mail' : 'Confirm the new number',
    sent: (to: string) => `Sent to ${to}.`,
    change: (isEmail: boolean) => (isEmail ? 'Change e-mail' : 'Change number'),
    byPassword: 'Use your password instead',
    missing: 'Enter all 6 digits.',
    verify: 'Continue',
    verifying: 'Checking…',
    signingIn: 'Signing in…',
    signingUp: 'Creating your account…',
    saving: 'Saving…',
    deleting: 'Deleting…',
    resend: 'Send a new code',
    resendIn: (seconds: number) => `Send a new code in ${seconds} s`,
    resending: 'Sending…',
  },

  resend: { lead: (to: string) => `We’ll send it to ${to} again.` },

  retry: {
    lead: 'Your code was correct, but the last step did not reach the server.',
    leadReset: 'Your new password is set, but signing in did not reach the server.',
    retry: 'Try again',
    change: 'Use another account',
  },

  profile: {
    lead: 'What should we call you?',
    optional: 'optional',
    save: 'Save',
    saving: 'Saving…',
    skip: 'Skip for now',
  },

  /** By provider id; a provider that an app names itself needs none. */
  providers: {
    apple: 'Apple',
    facebook: 'Facebook',
    github: 'GitHub',
    google: 'Google',
    wx_open: 'WeChat',
  },

  provider: {
    /** In place of a provider's name, for the sign-in page that CloudBase hosts. */
    hosted: 'the sign-in page',
    waiting: (provider?: string) => `Continue at ${named(provider)}`,
    leadPage: 'Approve the request there. This page is waiting for you.',
    leadWindow: 'Approve the request in the new window. This page is waiting for you.',
    working: 'One moment',
    leadWorking: (provider?: string) => `Finishing up with ${named(provider)}…`,
    leadFailed: (provider?: string) => `You’re not signed in with ${named(provider)} yet.`,
    again: 'Open the page again',
    againWindow: 'Open the window again',
    leadBlocked: 'Your browser opens a window only right after a click. Click once more.',
    openWindow: 'Open the window',
    here: 'Continue in this window',
    leadFactor: (provider?: string) =>
      `This account uses two-factor authentication, so ${named(provider)} alone is not enough. Sign in with a password or a code.`,
    retry: 'Try again',
    leave: 'Sign in another way',
  },

  reset: {
    lead: 'We’ll send a code to confirm that it’s your account.',
    leave: 'Back to sign-in',
    leadNew: 'You’ll be signed in once it’s saved.',
    save: 'Save and sign in',
    saving: 'Saving…',
    change: 'Start over',
  },

  upgrade: {
    lead: 'Add a phone number, an e-mail address or another account to sign in on any device. Your data and user ID stay the same.',
    by: (provider: string) => `Continue with ${provider}`,
    upgrading: 'Saving your account…',
    later: 'Not now',
    again: 'Start over',
  },

  choice: {
    contact: (to: string) => `${to} belongs to another account.`,
    provider: (provider?: string) =>
      `Your account at ${named(provider)} is linked to another user.`,
    loss: 'If you sign in to that account, your guest data won’t come with you.',
    other: 'Use another one',
    switch: 'Sign in to that account',
    switching: 'Signing in…',
  },

  home: {
    heading: (name?: string) => (name ? `Hello, ${name}` : 'You are signed in'),
    headingGuest: 'You are a guest',
    lead: 'You’ll stay signed in on this device.',
    leadGuest:
      'This account exists only in this browser. If you sign out, you may not get it back.',
    uid: 'User ID',
    name: 'Nickname',
    username: 'Username',
    phone: 'Phone',
    email: 'E-mail',
    since: 'Member since',
    none: 'not set',
    keep: 'Keep this account',
    manage: 'Manage account',
    signOut: 'Sign out',
    confirmHeading: 'Sign out and lose this account?',
    confirmLead: 'This account exists only in this browser. Its data can’t be restored.',
    confirm: 'Sign out anyway',
    stay: 'Stay signed in',
  },

  settings: {
    name: 'Name',
    password: 'Password',
    passwordSet: 'set',
    edit: 'Edit',
    change: 'Change',
    add: 'Add',
    set: 'Set',
    /** The accessible name of a short button. */
    of: (action: string, what: string) => `${action}: ${what}`,
    providers: 'Linked providers',
    unbound: 'not linked',
    boundAs: (name?: string) => (name ? `as ${name}` : 'linked'),
    bind: 'Link',
    unbind: 'Unlink',
    unlinked: 'The provider has been unlinked.',
    delete: 'Delete account',
    reload: 'Try again',
  },

  edit: {
    profile: 'Edit your name',
    leadProfile: 'You can also sign in with your username.',
    password: 'Change your password',
    leadPassword: 'This signs you out on your other devices.',
    firstPassword: 'Set a password',
    leadFirstPassword: 'You’ll be able to sign in with it.',
    phone: 'Your phone number',
    leadPhone: (now?: string) =>
      now
        ? `Currently ${now}. We’ll text a code to the new number.`
        : 'You’ll be able to sign in with it.',
    email: 'Your e-mail',
    leadEmail: (now?: string) =>
      now
        ? `Currently ${now}. We’ll send a code to the new address.`
        : 'You’ll be able to sign in with it.',
    save: 'Save',
    next: 'Continue',
    working: 'One moment…',
  },

  delete: {
    heading: 'Delete your account?',
    lead: 'Your profile, sign-in methods and user ID are deleted right away and can’t be restored.',
    understood: 'I understand that this can’t be undone.',
    missing: 'Tick the box first.',
    delete: 'Delete my account',
    keep: 'Keep it',
  },

  elevation: {
    lead: {
      password: 'We need this before you change your password.',
      phone: 'We need this before you change your phone number.',
      email: 'We need this before you change your e-mail.',
      delete: 'We need this before you delete your account.',
      profile: 'We need this before you make changes.',
    },
    codeTo: (to: string) => `We’ll send a code to ${to}.`,
    send: 'Send code',
    byCode: (to: string) => `Send a code to ${to} instead`,
    confirm: 'Continue',
    confirming: 'Checking…',
  },

  success: {
    profile: 'Your name has been saved.',
    password: 'Your new password has been saved.',
    phone: 'Your phone number has been changed.',
    email: 'Your e-mail address has been changed.',
    delete: 'Your account has been deleted.',
    bind: 'The provider has been linked.',
    upgraded: 'Your account has been saved. Your user ID is the same as before.',
    switched: 'You’re signed in to the other account.',
    passwordReset: 'Your new password is set. Sign in with it.',
  },

  captcha: {
    heading: 'Security check',
    lead: 'Type the characters in the picture.',
    leadPage: 'Complete the check in the window below.',
    picture: 'Distorted letters and digits to type below',
    page: 'Security check',
    loading: 'Loading…',
    missing: 'Type the characters first.',
    replace: 'New picture',
    confirm: 'Confirm',
    checking: 'Checking…',
    cancel: 'Cancel',
  },

  /** Sentences that differ from those of `cloudbase-authflow/messages/en`. */
  errors: {
    foreign_callback: 'This response doesn’t belong to a request from this tab. It was ignored.',
    'setPassword:cancelled':
      'For your security, the new password was not kept through the reload. Enter it again.',
    'verify:unreachable': 'The server could not be reached. Check your network, then continue.',
    'openPopup:failed_precondition':
      'The browser blocked the window. Allow it, or continue in this window.',
  } satisfies Catalogue,

  /** Sentences about a contact that is known to be a phone number. */
  phoneErrors: {
    'sendVerification:invalid_argument':
      'Check the phone number. Numbers outside mainland China need their country code.',
    'setContact:failed_precondition':
      'This number belongs to another account. Use another, or sign in to that account.',
    'setContact:already_exists':
      'This number belongs to another account. Use another, or sign in to that account.',
  } satisfies Catalogue,

  /** Sentences about a contact that is known to be an e-mail address. */
  emailErrors: {
    'sendVerification:invalid_argument':
      'Check the e-mail address. It should look like name@example.com.',
    'setContact:failed_precondition':
      'This address belongs to another account. Use another, or sign in to that account.',
    'setContact:already_exists':
      'This address belongs to another account. Use another, or sign in to that account.',
  } satisfies Catalogue,
}

/** The shape of a table of texts. */
type ShapeOf<T> = {
  [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...given: infer A) => string
      ? (...given: A) => string
      : T[K] extends readonly string[]
        ? readonly string[]
        : ShapeOf<T[K]>
}

/** The texts of a sign-in UI in any language. */
export type UiTexts = ShapeOf<typeof en>
