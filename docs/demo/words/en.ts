/** Every word on the page in English; the shape of it is what the other languages must fill. */
import type { Catalogue } from '../../../services/messages/en.ts'

/** What a provider is called where nobody remembers which one it was. */
const named = (provider?: string) => provider ?? 'the provider'

export const en = {
  title: 'Sign in',
  product: 'authflow',
  demo: 'demo',
  otherLanguage: '中文',
  loading: 'Loading…',
  back: 'Back',
  cancel: 'Cancel',
  visited: 'Done. You can close this window and go on in the other one.',
  visitedAlone: 'There is no other window? Start here.',

  account: {
    heading: 'Sign in',
    lead: 'New here? A code creates your account.',
    ways: 'How to sign in',
    byCode: 'Code',
    byPassword: 'Password',
    username: 'Username, phone or e-mail',
    passwordHint: 'No password yet? Sign in with a code.',
    missingPassword: 'Enter both your account and your password.',
    forgotten: 'Forgot it?',
    signIn: 'Sign in',
    signingIn: 'Signing in…',
    or: 'or continue with',
    by: (provider: string) => `Continue with ${provider} (sandbox)`,
    opening: (provider: string) => `Opening ${provider}…`,
    asGuest: 'Continue as a guest',
    entering: 'One moment…',
  },

  contact: {
    phone: 'Phone number',
    email: 'E-mail',
    usePhone: 'Use a phone',
    useEmail: 'Use e-mail',
    phoneHint:
      'You get a 6-digit code. Outside mainland China, begin with the country code: +852 …',
    emailHint: 'You get a 6-digit code by e-mail.',
    missing: 'Enter your phone number or e-mail address first.',
    send: 'Send code',
    sending: 'Sending…',
  },

  password: {
    label: 'Password',
    new: 'New password',
    show: 'Show password',
    hint: 'At least 8 characters. A few words make a good one.',
    tooShort: 'At least 8 characters, please.',
    missing: 'Enter your password first.',
  },

  secondFactor: {
    heading: 'One more step',
    lead: 'This account wants more than a password. A code to its phone signs you in.',
  },

  code: {
    heading: 'Enter the code',
    headingSelf: 'Confirm that it is you',
    headingNew: (isEmail: boolean) =>
      isEmail ? 'Confirm the new e-mail' : 'Confirm the new number',
    sent: (to: string) => `Sent to ${to}.`,
    change: (isEmail: boolean) => (isEmail ? 'Change e-mail' : 'Change number'),
    byPassword: 'Use your password instead',
    label: '6-digit code',
    hint: 'It may take a moment to arrive.',
    missing: 'The code has 6 digits.',
    verify: 'Continue',
    verifying: 'Checking…',
    signingIn: 'Signing in…',
    signingUp: 'Making your account…',
    saving: 'Saving…',
    deleting: 'Deleting…',
    resend: 'Send a new code',
    resendIn: (seconds: number) => `Send a new code in ${seconds} s`,
    resending: 'Sending…',
  },

  resend: {
    heading: 'Get a new code',
    lead: (to: string) => `It goes to ${to}, as before.`,
  },

  retry: {
    heading: 'Almost there',
    lead: 'You have proven who you are. Only the last step did not get through.',
    leadReset: 'Your new password is set. Only signing in with it did not get through.',
    retry: 'Try again',
    change: 'Use another account',
  },

  profile: {
    heading: 'Welcome!',
    lead: 'Your account is ready. What should we call you?',
    nickname: 'Nickname',
    username: 'Username',
    hint: 'A username has no spaces, + or @.',
    optional: 'optional',
    save: 'Save',
    saving: 'Saving…',
    skip: 'Skip for now',
  },

  providers: { wx_open: 'WeChat', demo_idp: 'Demo IdP' },
  /** Beside the name of a provider that is not the real one. */
  sandboxed: 'sandbox',

  provider: {
    waiting: (provider?: string) => `Over to ${named(provider)}`,
    leadPage: 'You are asked there whether you agree. This page waits for the answer.',
    leadWindow:
      'You are asked in its own window whether you agree. This page waits for the answer.',
    working: 'One moment',
    leadWorking: (provider?: string) =>
      `You are back from ${named(provider)}. The last step is being done.`,
    failed: 'That did not work out',
    leadFailed: (provider?: string) => `You are not signed in by ${named(provider)} yet.`,
    again: 'Go there again',
    againWindow: 'Open the window again',
    blocked: 'The window is not open',
    leadBlocked: 'A browser opens one only right after a click. One more click will do.',
    openWindow: 'Open the window',
    here: 'Go on in this window',
    leadFactor: (provider?: string) =>
      `This account wants more than ${named(provider)}. Sign in with its password or by a code.`,
    retry: 'Try again',
    leave: 'Sign in another way',
  },

  reset: {
    heading: 'Reset your password',
    lead: 'A code shows that the account is yours.',
    leave: 'Back to signing in',
    headingNew: 'Choose a new password',
    leadNew: 'You are signed in with it at once.',
    save: 'Save and sign in',
    saving: 'Saving…',
    change: 'Start again',
  },

  upgrade: {
    heading: 'Keep your account',
    lead: 'With a phone, an e-mail or a provider you get back in anywhere. Your data and ID stay.',
    upgrading: 'Keeping your account…',
    later: 'Not now',
    again: 'Start again',
  },

  choice: {
    heading: 'This is taken',
    contact: (to: string) => `${to} belongs to an account that is there already.`,
    provider: (provider?: string) =>
      `Your identity at ${named(provider)} belongs to an account that is there already.`,
    loss: 'If you sign in to that account, what you did as a guest stays behind.',
    other: 'Use another one',
    switch: 'Sign in to that account',
    switching: 'Signing in…',
  },

  home: {
    heading: (name?: string) => (name ? `Hello, ${name}` : 'You are signed in'),
    headingGuest: 'You are a guest',
    lead: 'This session stays through a reload.',
    leadGuest: 'Only this browser knows you. Sign out or lose it, and you may not get back in.',
    uid: 'User ID',
    name: 'Nickname',
    username: 'Username',
    phone: 'Phone',
    email: 'E-mail',
    since: 'Joined',
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
    /** What a screen reader adds to the short button. */
    of: (action: string, what: string) => `${action}: ${what}`,
    providers: 'Ways in by a provider',
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
    leadProfile: 'A username is another name to sign in with.',
    password: 'Change your password',
    leadPassword: 'Other devices are signed out by it.',
    phone: 'Your phone number',
    leadPhone: (now?: string) =>
      now ? `Now ${now}. A code goes to the new one.` : 'A code goes there first.',
    email: 'Your e-mail',
    leadEmail: (now?: string) =>
      now ? `Now ${now}. A code goes to the new one.` : 'A code goes there first.',
    save: 'Save',
    next: 'Continue',
    working: 'One moment…',
  },

  delete: {
    heading: 'Delete your account?',
    lead: 'Your profile, your ways in and your ID are gone at once and for good. Nobody can bring them back.',
    understood: 'I understand that this cannot be undone.',
    missing: 'Tick the box first.',
    delete: 'Delete my account',
    keep: 'Keep it',
  },

  elevation: {
    heading: 'Confirm that it is you',
    lead: {
      password: 'Before your password is changed.',
      phone: 'Before your phone number is changed.',
      email: 'Before your e-mail is changed.',
      delete: 'Before your account is deleted.',
      profile: 'Before anything is changed.',
    },
    codeTo: (to: string) => `A code goes to ${to}.`,
    send: 'Send code',
    byCode: (to: string) => `Send a code to ${to} instead`,
    hint: 'The one you sign in with.',
    confirm: 'Continue',
    confirming: 'Checking…',
  },

  news: {
    profile: 'Your name is saved.',
    password: 'Your password is changed.',
    phone: 'Your phone number is changed.',
    email: 'Your e-mail is changed.',
    delete: 'Your account is deleted.',
    bind: 'The provider is linked.',
    upgraded: 'The account is yours now, with the same ID as before.',
    switched: 'You are signed in to the account that was there already.',
    passwordReset: 'Your new password is set. Sign in with it.',
  },

  captcha: {
    heading: 'A quick check',
    lead: 'Type the characters in the picture.',
    picture: 'A few distorted letters and digits to type in below',
    loading: 'Loading the picture…',
    label: 'Characters',
    hint: 'Capital or small letters: either is fine.',
    missing: 'Type the characters first.',
    replace: 'New picture',
    confirm: 'Confirm',
    checking: 'Checking…',
    cancel: 'Cancel',
  },

  sandbox: {
    heading: 'Sandbox',
    lead: 'The other side of the demo: no real message is ever sent.',
    inbox: 'SMS and e-mail inbox',
    empty: 'Codes arrive here.',
    fill: 'Fill in',
    copy: 'Copy',
    copied: (code: string) => `${code} copied.`,
    notCopied: 'The browser did not allow copying.',
    silent: 'The sandbox does not answer. Is npm start still running?',
    tryThis: 'Try this',
    captcha: 'Ask for a captcha',
    captchaHint: 'before the next code is sent',
    captchaDone: 'The next code will ask for a captcha.',
    cut: 'Break the line once',
    cutHint: 'the next request gets no answer',
    cutDone: 'The next request will get no answer.',
    expire: 'Expire the access token',
    expireHint: 'the next call renews it unseen',
    expireDone: 'The next getUser finds an expired token. It will succeed all the same.',
    user: 'Make a password user',
    userHint: 'and fill in its name and password',
    userDone: (name: string, password: string) => `${name} / ${password}`,
    factor: 'Make a two-factor user',
    factorHint: 'who needs a code beside the password',
    factorDone: (name: string, password: string, phone: string) =>
      `${name} / ${password} / ${phone}`,
    popup: 'Visit providers in a window',
    popupHint: 'of their own, instead of leaving this page',
    popupOn: 'Providers open in a window of their own.',
    popupOff: 'Providers open in this window.',
    reset: 'Clear everything',
    resetHint: 'users, sessions, messages',
    resetDone: 'As on the first day.',
    armed: 'ready',
    on: 'on',
  },

  strip: { heading: 'Machine', none: '–', busy: 'busy' },

  inspector: {
    open: 'Open the Stately inspector',
    hint: 'A window of stately.ai, an external page that needs the network. Only redacted events go there: no password, code or token, and contacts masked.',
    opening: 'Waiting for stately.ai. Nothing comes? Check your network, then try again.',
    connected: 'Connected. The window shows the machines at work.',
    blocked: 'The browser blocked the window. Allow it for this page, then try again.',
    failed: 'It could not be loaded. Is npm start still running?',
  },

  /** What this page says in words of its own; all else is said by the library. */
  errors: {
    foreign_callback:
      'An answer arrived that belongs to no journey of this tab. Nothing was done with it.',
    'setPassword:cancelled': 'The new password was not kept through the reload. Type it once more.',
    'verify:unreachable': 'The server could not be reached. Check your network, then continue.',
    'openPopup:failed_precondition':
      'The browser blocked the window. Allow it, or go on in this window.',
  } satisfies Catalogue,
}

/** The shape of a table of texts, without its words. */
type Worded<T> = {
  [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...given: infer A) => string
      ? (...given: A) => string
      : Worded<T[K]>
}

export type Texts = Worded<typeof en>
