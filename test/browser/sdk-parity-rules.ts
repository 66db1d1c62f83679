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
export const behaviours: [what: string, official: string][] = [
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
  [
    '`credentials_error` is heard once, and only when the server has refused the session.',
    'It is heard twice per failure, for 503, offline and plain signed-out use as well.',
  ],
  [
    'A failed refresh ends no session but by `invalid_grant` and its kin; it is one failure for all who wait.',
    'An HTTP 500 without `error` wipes the session; every waiting call tries again, one after the other.',
  ],
  [
    'A sign-in succeeds when only `user/me` failed.',
    'It rejects, with the session stored and no event.',
  ],
  ['Signing out works offline, and never fails.', 'The session stays.'],
  ['Of sign-ins at once the last called stays.', 'The last answered stays.'],
  [
    'If `is_user` has changed since the code was sent, the other of sign-in and sign-up is taken.',
    '`failed_precondition`, and the code is spent.',
  ],
  [
    'One captcha question at a time, with a way to cancel; a spent token is not used again; it goes out URL-encoded.',
    'A dialog per call, without a way out; a used token is sent until it expires.',
  ],
  ['What sends a message or spends a code goes out once.', 'It is sent up to three times.'],
  [
    'A request without an answer is given up after 15 s, or `init({ timeout })`.',
    'It is waited for for ever.',
  ],
  [
    'In Node, PATCH and DELETE work: password, contact, profile, providers, deletion.',
    '`invalid 【patch】 request method`.',
  ],
  [
    '`+852` and `+1` numbers keep their calling code, in every method that takes a phone.',
    '`+85212345678` becomes `+85 212345678`; some methods send what is typed.',
  ],
  [
    'A session that a ticket began without a refresh token lasts as long as its token; then nobody is signed in.',
    'It fails with `no refresh token found in credentials`.',
  ],
  [
    'A cached user who is not the session’s is not shown.',
    'After a change of users the previous one may be.',
  ],
  [
    '`verifyOAuth` checks the state before it uses the code; the state is 128 random bits; a return taken up twice is one.',
    'The code is spent first; an unknown state is a `TypeError`.',
  ],
  [
    'Tokens in a login state can be read, and are not printed, copied or stored with it.',
    'They are in every object that is logged.',
  ],
  [
    'Encrypted sign-in splits text by bytes.',
    'It splits by letters: Chinese text can become undecryptable.',
  ],
  [
    '`anonymous_token` and `sudo_token` may be the whole answer they come in, as the documents’ samples pass them.',
    'The server refuses them.',
  ],
  ['`region`, if given, picks that region’s host.', 'It is ignored since 3.0.'],
]
