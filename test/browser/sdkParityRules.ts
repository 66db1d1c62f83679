/** One thing that is not the same: in the calls of a step, or at a path in its result. */
export interface Difference {
  step: string
  path: string
  ours: unknown
  official: unknown
}

/** A difference that is meant, and why. */
export interface Rule {
  what: string
  why: string
  isMeant(difference: Difference): boolean
}

const isOursOnly = ({ official }: Difference) => official === undefined
const ends = ({ path }: Difference, ...names: string[]) =>
  names.includes(path.split('.').at(-1) ?? '')
const isCallOf = ({ step, path }: Difference, ...steps: string[]) =>
  path === 'calls' && steps.includes(step)

export const rules: Rule[] = [
  {
    what: 'An error is a real `Error` that carries `error`, `error_description` and `requestId`.',
    why: 'A plain object has no stack, is no `instanceof Error`, and prints as `[object Object]`.',
    isMeant: ({ step, path }) => step === 'a refusal' && /^an? (Error|plain object)$/.test(path),
  },
  {
    what: '`user` has `emailVerified`, `phoneNumber`, `groups` and `providers[].providerUserId`.',
    why: 'The documents name them so; the names of the wire are there as well.',
    isMeant: (it) =>
      isOursOnly(it) && ends(it, 'emailVerified', 'phoneNumber', 'groups', 'providerUserId'),
  },
  {
    what: '`user.loginType` is `CUSTOM` after a ticket.',
    why: '`queryUser` is not for these users, and says so before it asks the server.',
    isMeant: (it) => isOursOnly(it) && ends(it, 'loginType'),
  },
  {
    what: '`session.version` is always there.',
    why: 'A session is renewed with the version of the API that it began with.',
    isMeant: (it) => ends(it, 'version'),
  },
  {
    what: '`user.email_confirmed_at` is missing until the address is proven.',
    why: 'The official client gives the day the account was made, proven or not.',
    isMeant: (it) => it.ours === undefined && ends(it, 'email_confirmed_at'),
  },
  {
    what: 'What is documented as `Promise<void>` answers nothing.',
    why: 'The official client hands through whatever the server says.',
    isMeant: ({ path, ours }) => path === '' && ours === 'undefined',
  },
  {
    what: 'The first bound provider is spread over the answer of `getProviders`.',
    why: 'The documents read it from there: `const { id } = await auth.getProviders()`.',
    isMeant: (it) => it.step === 'getProviders' && isOursOnly(it),
  },
  {
    what: '`getSession` while signed out answers `session: null` and no error.',
    why: 'Nobody being signed in is a state, not a failure.',
    isMeant: ({ step }) => step === 'getSession, signed out',
  },
  {
    what: '`verifyOAuth` names the provider after a sign-in, too.',
    why: 'It does so after a binding already.',
    isMeant: (it) => it.step === 'verifyOAuth' && isOursOnly(it) && ends(it, 'provider'),
  },
  {
    what: 'Whenever a session begins its user is read: after `verify` with `v2`, `setCredentials`, `setSession`.',
    why: 'Somebody else may be signed in now; listeners hear of it, and `currentUser` is right.',
    isMeant: (it) => isCallOf(it, 'verify, v2', 'setCredentials', 'setSession'),
  },
  {
    what: 'The user is read from `/auth/v1/user/me` in sessions of either version.',
    why: 'The official client does so itself on every later read.',
    isMeant: (it) => isCallOf(it, 'signIn, v2', 'signInWithPassword, encrypted'),
  },
  {
    what: '`signOut` with an address revokes the token as well.',
    why: 'A failed `user/signout` is passed over; the session has to end on the server all the same.',
    isMeant: (it) => isCallOf(it, 'signOut, with an address'),
  },
  {
    what: '`deleteMe` and `deleteUser` end the session: the token is revoked, `sign_out` is heard.',
    why: 'The official client keeps the dead session and goes on with it.',
    isMeant: (it) => isCallOf(it, 'deleteMe', 'deleteUser'),
  },
]

/** What no single call shows: how it is here, and at the official client. */
export const behaviours: [here: string, there: string][] = [
  [
    'A documented limit is checked before anything is sent, and the error names the parameter.',
    'The server is asked.',
  ],
  [
    '`signInAnonymously`, `signInWithCustomTicket`, `signInWithOpenId`, `signInWithPhoneAuth` and `toDefaultLoginPage` reject when they fail, as documented. When they succeed, `data` and `error: null` are there as well.',
    'Since 3.0 they resolve with `error` and never reject.',
  ],
  [
    '`onLoginStateChanged` resolves to a function that unsubscribes.',
    'There is no way to unsubscribe.',
  ],
  ['A cached user who is not the session’s is not shown.', 'So it was reported of older builds.'],
  [
    'Tokens in a login state can be read, and are not printed, copied or stored with it.',
    'They are a field like any other, as the documents have it.',
  ],
  [
    'Encrypted sign-in splits text by bytes.',
    'It splits by letters: Chinese text can become undecryptable.',
  ],
  [
    '`sudo_token` may be the whole answer of `auth.sudo`, as a sample of the documents passes it.',
    'The server refuses it.',
  ],
  [
    '`region`, if given, picks that region’s host.',
    'It is ignored since 3.0, unless `endPointMode` is `CLOUD_API`.',
  ],
]
