/** The texts of the page around the elements, in English. */
export const en = {
  title: 'Sign in',
  product: 'authflow',
  demo: 'demo',
  otherLanguage: '中文',
  /** Marks the name of a provider that the sandbox simulates. */
  sandboxed: 'sandbox',

  home: {
    again: 'Call getUser again',
    calling: 'Calling…',
    called: (time: string) => `getUser answered at ${time}`,
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
}

/** The shape of a table of texts. */
type ShapeOf<T> = {
  [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...given: infer A) => string
      ? (...given: A) => string
      : ShapeOf<T[K]>
}

export type PageTexts = ShapeOf<typeof en>
