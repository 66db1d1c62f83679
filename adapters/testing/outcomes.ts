import type { AuthErrorCode } from '../../services/error.ts'

/** One way in which the server can answer an operation. */
export interface Outcome {
  /** Unique among the outcomes of the operation, such as `ok, a new contact`. */
  name: string
  /** The answer as it is on the wire. `serial` is a number that no call before has had. */
  output?: object | ((call: { input: object; serial: number }) => object)
  /** The code of the error that is the answer. */
  error?: AuthErrorCode
  /** Seconds that the server asks to wait, with an `error`. */
  retryAfter?: number
  /** Whether it counts as a fault. Default: whether it is an error. */
  isFault?: boolean
  /** Whether the operation gives no other such answer in the rest of a story. */
  isLasting?: boolean
  /** Whether the server can give this answer to this input. Default: always. */
  when?(input: object): boolean
}

const ok = (output: object, name = 'ok'): Outcome => ({ name, output })
const lasting = (output: object, name: string): Outcome => ({ name, output, isLasting: true })
const errors = (...codes: string[]): Outcome[] => codes.map((error) => ({ name: error, error }))

/** Every pair differs from those before, because equal pairs count as the same session. */
const tokens = (owner: { sub?: string; scope?: string }, name = 'ok'): Outcome => ({
  name,
  output: ({ serial }: { serial: number }) => ({
    access_token: `access ${serial}`,
    refresh_token: `refresh ${serial}`,
    expires_in: 7200,
    ...owner,
  }),
})

/** Who can be signed in. */
export const owners: Record<'anonymous' | 'signedIn' | 'another', { sub: string; scope: string }> =
  {
    anonymous: { sub: 'guest', scope: 'anonymous' },
    signedIn: { sub: 'user', scope: 'user' },
    another: { sub: 'another', scope: 'user' },
  }
const user = tokens(owners.signedIn)

const verification = (is_user: boolean) => ({ verification_id: '1', expires_in: 600, is_user })
const targetOf = (input: object) => (input as { target?: string }).target

/** How the server can answer each operation: what goes well, and the failures of the protocol. */
export const outcomes: Record<string, readonly Outcome[]> = {
  sendVerification: [
    ok(verification(true), 'ok, a user'),
    // A code that proves a known user is never sent to a contact without an account.
    {
      ...ok(verification(false), 'ok, a new contact'),
      when: (input) => targetOf(input) === 'ANY',
    },
    ...errors('resource_exhausted'),
  ],
  verify: [ok({ verification_token: 'proof' }), ...errors('invalid_argument', 'aborted')],
  signIn: [user, ...errors('not_found', 'invalid_password', 'mfa_phone_required')],
  signUp: [user, ...errors('failed_precondition')],
  signInAnonymously: [tokens(owners.anonymous), ...errors('permission_denied')],
  signInWithCustomTicket: [user, ...errors('permission_denied')],
  signInWithProvider: [user, ...errors('not_found')],
  upgrade: [
    tokens({ sub: 'guest', scope: 'user' }),
    { ...tokens(owners.another, 'ok, another user'), isFault: true },
    ...errors('failed_precondition'),
  ],
  resetPassword: [ok({}), ...errors('invalid_argument')],
  refresh: [tokens({}), ...errors('invalid_grant', 'unavailable')],
  revoke: [ok({})],
  signOut: [ok({})],
  createCaptcha: [ok({ data: 'data:image/gif;base64,', token: 'picture', expires_in: 300 })],
  verifyCaptcha: [ok({ captcha_token: 'captcha', expires_in: 600 }), ...errors('captcha_invalid')],
  getUser: [
    lasting({ sub: 'user', phone_number: '+86 13800000000' }, 'ok, with a phone'),
    lasting({ sub: 'user', email: 'ada@example.com' }, 'ok, with an e-mail'),
    lasting({ sub: 'user' }, 'ok, without a contact'),
  ],
  updateProfile: [ok({ sub: 'user' }), ...errors('invalid_argument')],
  sudo: [ok({ sudo_token: 'sudo', expires_in: 900 }), ...errors('invalid_password')],
  setPassword: [ok({}), ...errors('permission_denied', 'invalid_argument')],
  setContact: [ok({}), ...errors('permission_denied', 'failed_precondition')],
  deleteUser: [ok({}), ...errors('permission_denied')],
  bindProvider: [ok({}), ...errors('failed_precondition')],
  unbindProvider: [ok({}), ...errors('failed_precondition')],
  getProviderUri: [ok({ uri: 'https://provider.example/authorize' }), ...errors('not_found')],
  grantProviderToken: [ok({ provider_token: 'provider token' }), ...errors('permission_denied')],
}

/** What any call can meet. */
export const hostileErrors: readonly Outcome[] = errors(
  'captcha_required',
  'captcha_invalid',
  'unreachable',
  'internal',
  'unauthenticated',
  'permission_denied',
  'not_found',
  'failed_precondition',
  'invalid_grant',
  'user_blocked',
)
