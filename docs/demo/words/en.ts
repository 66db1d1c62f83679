/** The texts of the page in English. Their shape is what the other languages must fill. */
import type { Catalogue } from 'cloudbase-authflow/messages/en'

/** A provider's name, or a general word if the page does not know which one it was. */
const named = (provider?: string) => provider ?? 'the provider'

export const en = {
  title: 'Sign in',
  product: 'authflow',
  demo: 'demo',
  otherLanguage: '中文',
  loading: 'Loading…',
  back: 'Back',
  cancel: 'Cancel',
  popupDone: 'Done. Close this window and continue in the other one.',
  popupAlone: 'No other window? Start here.',

  account: {
    heading: 'Sign in',
    lead: 'New here? Signing in with a code creates your account.',
    tabs: 'Sign-in method',
    byCode: 'Code',
    byPassword: 'Password',
    username: 'Username, phone or e-mail',
    passwordHint: 'No password yet? Sign in with a code.',
    missingPassword: 'Enter your username and your password.',
    forgotten: 'Forgot password?',
    signIn: 'Sign in',
    signingIn: 'Signing in…',
    or: 'or continue with',
    by: (provider: string) => `Continue with ${provider} (sandbox)`,
    opening: (provider: string) => `Opening ${provider}…`,
    asGuest: 'Continue as a guest',
    signingInAsGuest: 'Signing in…',
  },

  contact: {
    phone: 'Phone number',
    email: 'E-mail',
    usePhone: 'Use phone',
    useEmail: 'Use e-mail',
    phoneHint: 'We send you a 6-digit code. Outside mainland China, start with the country code.',
    emailHint: 'We e-mail you a 6-digit code.',
    missing: 'Enter your phone number or e-mail address.',
    send: 'Send code',
    sending: 'Sending…',
  },

  password: {
    label: 'Password',
    new: 'New password',
    show: 'Show password',
    hint: 'At least 8 characters. A few words work well.',
    tooShort: 'Use at least 8 characters.',
    missing: 'Enter your password.',
  },

  secondFactor: {
    heading: 'One more step',
    lead: 'This account uses two-factor authentication. Enter its phone number to get a code.',
  },

  code: {
    heading: 'Enter the code',
    headingSelf: 'Confirm it’s you',
    headingNew: (isEmail: boolean) =>
      isEmail ? 'Confirm the new e-mail' : 'Confirm the new number',
    sent: (to: string) => `Sent to ${to}.`,
    change: (isEmail: boolean) => (isEmail ? 'Change e-mail' : 'Change number'),
    byPassword: 'Use your password instead',
    label: '6-digit code',
    hint: 'It can take a moment to arrive.',
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

  resend: {
    heading: 'Get a new code',
    lead: (to: string) => `We will send it to ${to} again.`,
  },

  retry: {
    heading: 'Almost there',
    lead: 'Your code was correct, but the last step did not reach the server.',
    leadReset: 'Your new password is set, but signing in did not reach the server.',
    retry: 'Try again',
    change: 'Use another account',
  },

  profile: {
    heading: 'Your account is ready',
    lead: 'What should we call you?',
    nickname: 'Nickname',
    username: 'Username',
    hint: 'A username has no spaces, + or @.',
    optional: 'optional',
    save: 'Save',
    saving: 'Saving…',
    skip: 'Skip for now',
  },

  providers: { wx_open: 'WeChat', demo_idp: 'Demo IdP' },
  /** Marks the name of a provider that the sandbox simulates. */
  sandboxed: 'sandbox',

  provider: {
    waiting: (provider?: string) => `Continue at ${named(provider)}`,
    leadPage: 'You are asked for your consent there. This page waits for the answer.',
    leadWindow: 'You are asked for your consent in a new window. This page waits for the answer.',
    working: 'One moment',
    leadWorking: (provider?: string) => `You are back from ${named(provider)}. Almost done.`,
    failed: 'That did not work',
    leadFailed: (provider?: string) => `You are not signed in with ${named(provider)} yet.`,
    again: 'Go there again',
    againWindow: 'Open the window again',
    blocked: 'The window is not open',
    leadBlocked: 'Browsers open a window only right after a click. Click once more.',
    openWindow: 'Open the window',
    here: 'Continue in this window',
    leadFactor: (provider?: string) =>
      `This account uses two-factor authentication, so ${named(provider)} alone is not enough. Sign in with a password or a code.`,
    retry: 'Try again',
    leave: 'Sign in another way',
  },

  reset: {
    heading: 'Reset your password',
    lead: 'A code confirms that the account is yours.',
    leave: 'Back to sign-in',
    headingNew: 'Choose a new password',
    leadNew: 'Saving it signs you in.',
    save: 'Save and sign in',
    saving: 'Saving…',
    change: 'Start over',
  },

  upgrade: {
    heading: 'Keep your account',
    lead: 'Add a phone, an e-mail or a provider, and you can sign in anywhere. Your data and user ID stay the same.',
    upgrading: 'Saving your account…',
    later: 'Not now',
    again: 'Start over',
  },

  choice: {
    heading: 'Already in use',
    contact: (to: string) => `${to} belongs to another account.`,
    provider: (provider?: string) =>
      `Your account at ${named(provider)} is linked to another user.`,
    loss: 'If you sign in to that account, your data as a guest stays behind.',
    other: 'Use another one',
    switch: 'Sign in to that account',
    switching: 'Signing in…',
  },

  home: {
    heading: (name?: string) => (name ? `Hello, ${name}` : 'You are signed in'),
    headingGuest: 'You are a guest',
    lead: 'You stay signed in after a reload.',
    leadGuest: 'Only this browser knows you. If you sign out, you may not be able to come back.',
    uid: 'User ID',
    name: 'Nickname',
    username: 'Username',
    phone: 'Phone',
    email: 'E-mail',
    since: 'Member since',
    none: 'not set',
    again: 'Call getUser again',
    calling: 'Calling…',
    called: (time: string) => `getUser answered at ${time}`,
    keep: 'Keep this account',
    manage: 'Manage account',
    signOut: 'Sign out',
  },

  settings: {
    heading: 'Your account',
    name: 'Name',
    password: 'Password',
    passwordValue: 'never shown',
    edit: 'Edit',
    change: 'Change',
    add: 'Add',
    /** The accessible name of a short button. */
    of: (action: string, what: string) => `${action}: ${what}`,
    providers: 'Linked providers',
    unbound: 'not linked',
    boundAs: (name?: string) => (name ? `as ${name}` : 'linked'),
    bind: 'Link',
    unbind: 'Unlink',
    unlinked: 'The provider is unlinked.',
    delete: 'Delete account',
    reload: 'Try again',
  },

  edit: {
    profile: 'Edit your name',
    leadProfile: 'You can also sign in with your username.',
    password: 'Change your password',
    leadPassword: 'This signs you out on other devices.',
    phone: 'Your phone number',
    leadPhone: (now?: string) =>
      now ? `Currently ${now}. We send a code to the new number.` : 'You can sign in with it.',
    email: 'Your e-mail',
    leadEmail: (now?: string) =>
      now ? `Currently ${now}. We send a code to the new address.` : 'You can sign in with it.',
    save: 'Save',
    next: 'Continue',
    working: 'One moment…',
  },

  delete: {
    heading: 'Delete your account?',
    lead: 'Your profile, your sign-in methods and your user ID are deleted at once and cannot be restored.',
    understood: 'I understand that this cannot be undone.',
    missing: 'Tick the box first.',
    delete: 'Delete my account',
    keep: 'Keep it',
  },

  elevation: {
    heading: 'Confirm it’s you',
    lead: {
      password: 'We need this before you change your password.',
      phone: 'We need this before you change your phone number.',
      email: 'We need this before you change your e-mail.',
      delete: 'We need this before you delete your account.',
      profile: 'We need this before you make changes.',
    },
    codeTo: (to: string) => `We will send a code to ${to}.`,
    send: 'Send code',
    byCode: (to: string) => `Send a code to ${to} instead`,
    hint: 'The password you sign in with.',
    confirm: 'Continue',
    confirming: 'Checking…',
  },

  success: {
    profile: 'Your name is saved.',
    password: 'Your password is changed.',
    phone: 'Your phone number is changed.',
    email: 'Your e-mail is changed.',
    delete: 'Your account is deleted.',
    bind: 'The provider is linked.',
    upgraded: 'Your account is saved, with the same user ID as before.',
    switched: 'You are signed in to the other account.',
    passwordReset: 'Your new password is set. Sign in with it.',
  },

  captcha: {
    heading: 'Security check',
    lead: 'Type the characters in the picture.',
    picture: 'Distorted letters and digits to type below',
    loading: 'Loading the picture…',
    label: 'Characters',
    hint: 'Upper or lower case does not matter.',
    missing: 'Type the characters first.',
    replace: 'New picture',
    confirm: 'Confirm',
    checking: 'Checking…',
    cancel: 'Cancel',
  },

  sandbox: {
    heading: 'Sandbox',
    lead: 'The server of this demo. It sends no real messages.',
    inbox: 'SMS and e-mail inbox',
    empty: 'Codes arrive here.',
    fill: 'Fill in',
    copy: 'Copy',
    copied: (code: string) => `${code} copied.`,
    notCopied: 'The browser did not allow copying.',
    unreachable: 'The sandbox does not answer. Is npm start still running?',
    tryThis: 'Try this',
    captcha: 'Require a captcha',
    captchaHint: 'before the next code is sent',
    captchaDone: 'The next code needs a captcha first.',
    disconnect: 'Drop one connection',
    disconnectHint: 'the next request gets no answer',
    disconnectDone: 'The next request will get no answer.',
    expire: 'Expire the access token',
    expireHint: 'the next call refreshes it',
    expireDone: 'The next getUser finds an expired token, and succeeds all the same.',
    user: 'Create a password user',
    userHint: 'and fill in the form',
    userDone: (name: string, password: string) => `${name} / ${password}`,
    factor: 'Create a two-factor user',
    factorHint: 'who needs a password and a code',
    factorDone: (name: string, password: string, phone: string) =>
      `${name} / ${password} / ${phone}`,
    popup: 'Open providers in a popup',
    popupHint: 'instead of leaving this page',
    popupOn: 'Providers open in a popup.',
    popupOff: 'Providers open in this window.',
    reset: 'Clear everything',
    resetHint: 'users, sessions, messages',
    resetDone: 'The sandbox is empty again.',
    planned: 'ready',
    on: 'on',
  },

  machine: { heading: 'Machine', none: '–', busy: 'busy' },

  inspector: {
    panel: 'Inspector',
    show: 'Show the charts',
    hide: 'Hide the charts',
    window: 'Charts in a window',
    about: 'Every machine while it runs, also back in time. It works offline and shows no secrets.',
    open: 'Open the Stately inspector',
    hint: 'Opens stately.ai in a new window; this needs a network connection. It receives redacted events only: no passwords, codes or tokens, and masked contacts.',
    opening: 'Waiting for stately.ai. If nothing happens, check your network and try again.',
    connected: 'Connected. The window shows the running machines.',
    blocked: 'The browser blocked the window. Allow popups for this page and try again.',
    failed: 'The inspector could not be loaded. Is npm start still running?',
  },

  /** The sentences that differ from the library's. */
  errors: {
    foreign_callback: 'This response does not belong to a request of this tab. It was ignored.',
    'setPassword:cancelled':
      'For your security, the new password was not kept through the reload. Enter it again.',
    'verify:unreachable': 'The server could not be reached. Check your network, then continue.',
    'openPopup:failed_precondition':
      'The browser blocked the window. Allow it, or continue in this window.',
  } satisfies Catalogue,
}

/** The shape of a table of texts. */
type ShapeOf<T> = {
  [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...given: infer A) => string
      ? (...given: A) => string
      : ShapeOf<T[K]>
}

export type Texts = ShapeOf<typeof en>
