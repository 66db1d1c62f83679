/** One difference: in the calls of a step, or at a path in its result. */
export interface Difference {
  step: string
  path: string
  ours: unknown
  official: unknown
}

/** An intended difference, and its reason. */
export interface Rule {
  what: string
  why: string
  isIntended(difference: Difference): boolean
}

const isOursOnly = ({ official }: Difference) => official === undefined
const ends = ({ path }: Difference, ...names: string[]) =>
  names.includes(path.split('.').at(-1) ?? '')
const isCallOf = ({ step, path }: Difference, ...steps: string[]) =>
  path === 'calls' && steps.includes(step)

/** The intended differences. */
export const rules: Rule[] = [
  {
    what: 'An error is a real `Error` that carries `error`, `error_description` and `requestId`.',
    why: 'The plain object of the official SDK has no stack, is not an `instanceof Error`, and prints as `[object Object]`.',
    isIntended: ({ step, path }) =>
      step === 'a rejected call' && /^an? (Error|plain object)$/.test(path),
  },
  {
    what: '`user` has `emailVerified`, `phoneNumber`, `groups` and `providers[].providerUserId`.',
    why: 'The documents name them so; the names of the HTTP API are there as well.',
    isIntended: (it) =>
      isOursOnly(it) && ends(it, 'emailVerified', 'phoneNumber', 'groups', 'providerUserId'),
  },
  {
    what: '`user` has no `password: "SET"`; `hasPassword` says so where it is known.',
    why: 'It is the documented name, and a field `password` reads as if it held one.',
    isIntended: (it) =>
      (it.ours === undefined && ends(it, 'password')) ||
      (isOursOnly(it) && ends(it, 'hasPassword')),
  },
  {
    what: '`user.loginType` is `CUSTOM` after a ticket.',
    why: '`queryUser` rejects these users before it sends a request.',
    isIntended: (it) => isOursOnly(it) && ends(it, 'loginType'),
  },
  {
    what: '`session.version` is always set.',
    why: 'A session is refreshed with the version of the API that issued it.',
    isIntended: (it) => ends(it, 'version'),
  },
  {
    what: '`user.email_confirmed_at` is missing until the address is verified.',
    why: 'The official SDK gives the day the account was created, verified or not.',
    isIntended: (it) => it.ours === undefined && ends(it, 'email_confirmed_at'),
  },
  {
    what: 'Methods documented as `Promise<void>` resolve to nothing.',
    why: 'The official SDK resolves to the answer of the server.',
    isIntended: ({ path, ours }) => path === '' && ours === 'undefined',
  },
  {
    what: 'The answer of `getProviders` has the fields of the first bound provider as well.',
    why: 'The documents read them from there: `const { id } = await auth.getProviders()`.',
    isIntended: (it) => it.step === 'getProviders' && isOursOnly(it),
  },
  {
    what: '`getSession` while signed out resolves to `session: null` without an error.',
    why: 'Being signed out is a state, not a failure.',
    isIntended: ({ step }) => step === 'getSession, signed out',
  },
  {
    what: '`verifyOAuth` returns the provider after a sign-in as well.',
    why: 'The official SDK returns it only after a binding.',
    isIntended: (it) => it.step === 'verifyOAuth' && isOursOnly(it) && ends(it, 'provider'),
  },
  {
    what: 'The user is read whenever a session begins, also after `verify` with `v2`, `setCredentials` and `setSession`.',
    why: 'The new session may be that of another user; listeners are notified, and `currentUser` is correct.',
    isIntended: (it) => isCallOf(it, 'verify, v2', 'setCredentials', 'setSession'),
  },
  {
    what: 'The user is read from `/auth/v1/user/me` in sessions of either version.',
    why: 'The official SDK does so itself on every later read.',
    isIntended: (it) => isCallOf(it, 'signIn, v2', 'signInWithPassword, encrypted'),
  },
  {
    what: '`signOut` with a `redirect_uri` revokes the token as well.',
    why: 'The session ends on the server even if `user/signout` fails.',
    isIntended: (it) => isCallOf(it, 'signOut, with an address'),
  },
  {
    what: '`deleteMe` and `deleteUser` end the session: the token is revoked, and listeners receive `sign_out`.',
    why: 'The official SDK keeps using the session of the deleted user.',
    isIntended: (it) => isCallOf(it, 'deleteMe', 'deleteUser'),
  },
]

/** Differences that no single call shows: the behaviour here, and that of the official SDK. */
export const behaviours: [here: string, there: string][] = [
  [
    'A documented limit is checked before anything is sent, and the error names the parameter.',
    'The request is sent.',
  ],
  [
    '`signInAnonymously`, `signInWithCustomTicket`, `signInWithOpenId`, `signInWithPhoneAuth` and `toDefaultLoginPage` reject when they fail, as documented. When they succeed, `data` and `error: null` are there as well.',
    'Since 3.0 they resolve with `error` and never reject.',
  ],
  [
    '`onLoginStateChanged` resolves to a function that unsubscribes.',
    'There is no way to unsubscribe.',
  ],
  [
    'A cached profile of another user than the session’s is ignored.',
    'Earlier builds were reported to show it.',
  ],
  [
    'The tokens of a login state can be read, but are not printed, copied or stored with it.',
    'They are an ordinary field, as documented.',
  ],
  [
    'Encrypted sign-in splits text by bytes.',
    'It splits by characters: Chinese text can become undecryptable.',
  ],
  [
    '`sudo_token` may be the whole answer of `auth.sudo`, as a sample of the documents passes it.',
    'The server rejects it.',
  ],
  [
    '`region`, if given, selects the host of that region.',
    'It is ignored since 3.0, unless `endPointMode` is `CLOUD_API`.',
  ],
]
