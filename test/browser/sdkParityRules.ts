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
const isEventOf = ({ step, path }: Difference, ...steps: string[]) =>
  path === 'events' && steps.includes(step)
const isErrorOf = (it: Difference, ...steps: string[]) =>
  /^(error|rejected)(\.|$)/.test(it.path) && steps.includes(it.step)
const isSignedOut = ({ step }: Difference) => step.endsWith(', signed out')

/** The events without the losses of credentials. */
const withoutLosses = (events: unknown) =>
  JSON.stringify((events as string[]).filter((event) => event !== 'credentials_error'))

/** The steps in which the official SDK refuses a call on its own, before anything is sent. */
const REFUSED_LOCALLY = [
  'updateUser, nothing',
  'updateUser, a password',
  'verifyOAuth, without a response',
  'verifyOAuth, an unknown state',
  'signInWithCustomTicket, without a function',
]

/** The steps in which a session begins that is not the answer to a sign-in. */
const TAKEN_OVER = [
  'verify, v2',
  'setCredentials',
  'setSession',
  'refreshSession, with a refresh token',
]

const LEGACY_SIGN_INS = [
  'signInWithUsernameAndPassword',
  'signInWithEmailAndPassword',
  'signInWithPhoneCodeOrPassword, by password',
  'signInWithPhoneCodeOrPassword, by a code',
  'forceResetPwdByPhoneCode',
]

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
    what: 'The user is read and listeners are notified whenever a session begins, also after `verify` with `v2`, `setCredentials`, `setSession` and `refreshSession(refresh_token)`.',
    why: 'The new session may be that of another user, and `currentUser` is correct.',
    isIntended: (it) => isCallOf(it, ...TAKEN_OVER) || isEventOf(it, ...TAKEN_OVER),
  },
  {
    what: 'The user is read after a contact or a provider was bound or unbound.',
    why: '`currentUser` shows the change.',
    isIntended: (it) =>
      isCallOf(
        it,
        'bindWithProvider',
        'unbindProvider',
        'bindPhoneNumber',
        'bindEmail',
        'linkIdentity, and back',
        'unlinkIdentity',
      ),
  },
  {
    what: '`credentials_error` is sent once, when the server has rejected the session, and `SIGNED_OUT` with it.',
    why: 'The official SDK sends it to users who were never signed in, and no `SIGNED_OUT` for a session that is over.',
    isIntended: ({ step, path, ours, official }) =>
      path === 'events' &&
      (withoutLosses(ours) === withoutLosses(official) ||
        ['refreshTokenForce, refused', 'refreshSession, refused'].includes(step)),
  },
  {
    what: 'A method that needs a session fails with `unauthenticated` while signed out, and says so in the same words.',
    why: 'Of the methods of the official SDK some fail with a TypeError then, and `updateUser` succeeds.',
    isIntended: (it) =>
      isSignedOut(it) &&
      isErrorOf(
        it,
        'refreshUser, signed out',
        'refreshSession, signed out',
        'updateUser, signed out',
        'reauthenticate, signed out',
      ),
  },
  {
    what: '`updateUser` notifies no listener while signed out.',
    why: 'Nothing has changed.',
    isIntended: (it) => isEventOf(it, 'updateUser, signed out'),
  },
  {
    what: '`signOut` while signed out is no error.',
    why: 'It ends sign-ins that are under way.',
    isIntended: (it) => isErrorOf(it, 'signOut, signed out'),
  },
  {
    what: 'An error has its documented number and the id of its request wherever they are known.',
    why: 'The official SDK has them for some errors only.',
    isIntended: (it) =>
      isOursOnly(it) && ends(it, 'errorCode', 'error_code', 'requestId', 'loginMethodHint'),
  },
  {
    what: 'A call that is refused before it is sent fails with `invalid_argument`, or with `permission_denied` for a foreign `state`, in other words.',
    why: 'The official SDK gives these errors no code.',
    isIntended: (it) => isErrorOf(it, ...REFUSED_LOCALLY),
  },
  {
    what: '`signUp({ username, password })` asks the server.',
    why: 'Some environments allow it; the official SDK refuses it itself.',
    isIntended: ({ step }) => step === 'signUp, by username and password',
  },
  {
    what: '`setSession` needs no access token.',
    why: 'Only the refresh token is used.',
    isIntended: ({ step }) => step === 'setSession, without an access token',
  },
  {
    what: '`reauthenticate` signs in again when `updateUser` gets a code without a password.',
    why: 'The official SDK sends a request without a username, which the server refuses.',
    isIntended: ({ step }) => step === 'reauthenticate, without a password',
  },
  {
    what: '`updateUser` sends what has changed once.',
    why: 'The official SDK sends the profile again with the verified contact.',
    isIntended: (it) => isCallOf(it, 'updateUser, a name and another e-mail address'),
  },
  {
    what: '`linkIdentity` resolves with the error of the server.',
    why: 'The official SDK drops it, and the page stays without a reason.',
    isIntended: ({ step }) => step === 'linkIdentity, an unknown provider',
  },
  {
    what: '`verifyOAuth` sends `BIND_IDENTITY` after a binding.',
    why: 'The official SDK does so with `detectSessionInUrl` only.',
    isIntended: (it) => isEventOf(it, 'linkIdentity, and back'),
  },
  {
    what: 'The legacy sign-ins read the user and notify listeners once.',
    why: 'The official SDK does both twice.',
    isIntended: (it) => isCallOf(it, ...LEGACY_SIGN_INS) || isEventOf(it, ...LEGACY_SIGN_INS),
  },
  {
    what: '`setCredentials(null)` signs out: the token is revoked, and listeners receive `sign_out`.',
    why: 'The official SDK leaves the session valid at the server and notifies no listener.',
    isIntended: ({ step }) => step === 'setCredentials, null',
  },
  {
    what: 'The user is read from `/auth/v1/user/me` in sessions of either version.',
    why: 'The official SDK does so itself on every later read.',
    isIntended: (it) => isCallOf(it, 'signIn, v2', 'signInWithPassword, encrypted'),
  },
  {
    what: '`deleteMe` and `deleteUser` end the session: the token is revoked, and listeners receive `sign_out`.',
    why: 'The official SDK keeps using the session of the deleted user.',
    isIntended: (it) =>
      isCallOf(it, 'deleteMe', 'deleteUser') || isEventOf(it, 'deleteMe', 'deleteUser'),
  },
]

/** Differences that no single call shows: the behaviour here, and that of the official SDK. */
export const behaviours: [here: string, there: string][] = [
  [
    'A documented limit is checked before anything is sent, and the error names the parameter.',
    'The request is sent.',
  ],
  [
    '`anonymousAuthProvider().signIn()` and `customAuthProvider().signIn()` reject when they fail.',
    'They resolve, also when the sign-in failed.',
  ],
  [
    'An anonymous user whose session the server has rejected signs in anonymously again, unless `init` has `auth: { reenterAnonymously: false }`; a network failure keeps the session.',
    'Any failure of a refresh signs in anonymously again, also one of the network. `anonymousSignInFunc` replaces it.',
  ],
  [
    'A sign-in waits two seconds for the record of its user, and is then done; `USER_UPDATED` is sent when the record comes.',
    'It waits as long as the server takes, and rejects when the record cannot be read.',
  ],
  [
    '`onAuthStateChange` sends `INITIAL_SESSION` to every listener, with `null` when signed out.',
    'A listener that comes late, or in a page that is signed out, receives nothing.',
  ],
  [
    'A return that `detectSessionInUrl` finishes also sends `sign_in` and `SIGNED_IN`, or `BIND_IDENTITY`; it exchanges the code once and takes a denial out of the address.',
    'It sends only `INITIAL_SESSION`, exchanges the code twice, and leaves a denial in the address.',
  ],
  [
    '`signOut` cancels sign-ins under way, which reject with `cancelled`.',
    'They sign in afterwards.',
  ],
  [
    'A captcha that the app leaves unanswered is asked again with the next call, and ends with its picture.',
    'Every call asks for a captcha of its own, and waits forever.',
  ],
  [
    '`setCustomSignFunc` and `signInWithCustomTicket` take the promise of a ticket as well, as a sample of the documents passes it.',
    'A TypeError.',
  ],
  [
    '`User.update` refuses `phone_number` and `email` and names the method that changes them.',
    'They are sent, and the server ignores them.',
  ],
  [
    'Off the web, `appSign` and `appSecret` sign every request (`X-TCB-App-Source`), as in SDK 1.x; in a web page `init` refuses an `appSecret`.',
    'They are ignored since 2.0.',
  ],
  [
    "`persistence: 'session'` and `'none'` are warned about, and so are codes for phones of an environment outside of ap-shanghai.",
    'The persistence is ignored, or the session is lost with the page; the code does not arrive.',
  ],
  [
    '`init` with the same environment and client id returns the same app; another client id is another app.',
    'Every `init` returns another app, and all of one environment share its stored user.',
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
