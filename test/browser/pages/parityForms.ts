import type { Tools } from './parity.ts'
import {
  accessKey,
  answered,
  back,
  bound,
  elevated,
  email,
  emailMember,
  guest,
  member,
  newEmail,
  newPassword,
  newPhone,
  password,
  phone,
  type Step,
  step,
  updated,
  username,
} from './paritySteps.ts'

const wrong = 'Wrong-horse-9'
const signIn = { username, password }

/** Runs what a method of SDK 3.x returns as `data.updateUser`. */
const changed = async (
  answer: Promise<{ data: object; error: unknown }>,
  attributes: () => Promise<object> | object,
) => {
  const { data, error } = await answer
  if (error) return { error }
  const { updateUser } = data as { updateUser(params: object): Promise<unknown> }
  return updateUser(await attributes())
}

/** Runs what a method of SDK 3.x returns as `data.verifyOtp`. */
const verified = async (answer: Promise<{ data: object; error: unknown }>, params: object) => {
  const { data, error } = await answer
  if (error) return { error }
  return (data as { verifyOtp(params: object): Promise<unknown> }).verifyOtp(params)
}

/** The methods of SDK 1.x that 3.7.0 still has. */
const legacy: Record<string, Step> = {
  'anonymousAuthProvider().signIn': step({
    run: async ({ auth }) => {
      await auth.anonymousAuthProvider().signIn()
      return auth.loginScope()
    },
  }),
  'customAuthProvider().signIn': step({
    run: async ({ auth }) => {
      await auth.customAuthProvider().signIn(await ticket())
      return auth.hasLoginState() !== null
    },
  }),
  signInWithUsernameAndPassword: step({
    run: async ({ auth }) => nameOf(await auth.signInWithUsernameAndPassword(username, password)),
  }),
  signInWithEmailAndPassword: step({
    run: async ({ auth }) => nameOf(await auth.signInWithEmailAndPassword(email, password)),
  }),
  'signInWithUsernameAndPassword, refused': step({
    run: ({ auth }) => auth.signInWithUsernameAndPassword(username, wrong),
  }),
  'signInWithPhoneCodeOrPassword, by password': step({
    run: async ({ auth }) =>
      nameOf(await auth.signInWithPhoneCodeOrPassword({ phoneNumber: phone, password })),
  }),
  'signInWithPhoneCodeOrPassword, by a code': step({
    before: ({ prove }) => prove({ phone_number: phone }),
    run: async ({ auth }, phoneCode) =>
      nameOf(await auth.signInWithPhoneCodeOrPassword({ phoneNumber: phone, phoneCode })),
  }),
  signInWithUsername: step({
    before: ({ auth }) => auth.getVerification({ email }),
    run: async ({ auth }, verificationInfo) =>
      nameOf(
        await auth.signInWithUsername({
          verificationInfo,
          verificationCode: await codeFor(email),
          username: email,
          loginType: 'email',
        }),
      ),
  }),
  'signUpWithPhoneCode, refused': step({
    run: ({ auth }) => auth.signUpWithPhoneCode(newPhone, '123456'),
  }),
  signUpWithEmailAndPassword: step({
    run: async ({ auth }) =>
      answered(await auth.signUpWithEmailAndPassword(newEmail, password), newEmail),
  }),
  sendPhoneCode: step({ run: ({ auth }) => auth.sendPhoneCode(phone) }),
  sendPasswordResetEmail: step({ run: ({ auth }) => auth.sendPasswordResetEmail(email) }),
  forceResetPwdByPhoneCode: step({
    before: ({ prove }) => prove({ phone_number: phone }),
    run: async ({ auth }, phoneCode) =>
      nameOf(
        await auth.forceResetPwdByPhoneCode({
          phoneNumber: phone,
          phoneCode,
          password: newPassword,
        }),
      ),
  }),
  loginGroups: step({ as: member, run: ({ auth }) => auth.loginGroups() }),
  'loginGroups, signed out': step({ run: ({ auth }) => auth.loginGroups() }),
  refreshTokenForce: step({ as: member, run: ({ auth }) => auth.refreshTokenForce() }),
  'refreshTokenForce, signed out': step({ run: ({ auth }) => auth.refreshTokenForce() }),
  updateUserBasicInfo: step({
    as: member,
    run: ({ auth }) => auth.updateUserBasicInfo({ nickname: 'Ada' }),
  }),
  getAuthHeader: step({ run: ({ auth }) => auth.getAuthHeader() }),
  'User.updatePassword': step({
    as: emailMember,
    async run({ auth }) {
      await auth.currentUser!.updatePassword(newPassword, password)
    },
  }),
  'User.updatePassword, refused': step({
    as: emailMember,
    run: ({ auth }) => auth.currentUser!.updatePassword(newPassword, wrong),
  }),
  'User.updateUsername': step({
    as: member,
    run: ({ auth }) => auth.currentUser!.updateUsername('lovelace'),
  }),
  'User.updateUsername, refused': step({
    as: member,
    run: ({ auth }) => auth.currentUser!.updateUsername('grace'),
  }),
  'User.updateUserBasicInfo': step({
    as: member,
    run: ({ auth }) => auth.currentUser!.updateUserBasicInfo({ nickname: 'Ada' }),
  }),
}

const nameOf = ({ user }: { user: { username?: string } }) => ({ username: user.username })

/** Every form in which SDK 3.x signs in, as its documents teach it. */
const forms: Record<string, Step> = {
  'signInWithPassword, by username': step({ run: ({ auth }) => auth.signInWithPassword(signIn) }),
  'signInWithPassword, by phone': step({
    run: ({ auth }) => auth.signInWithPassword({ phone: '13800000000', password }),
  }),
  'signInWithOtp, by phone': step({
    run: async ({ auth }) => answered(await auth.signInWithOtp({ phone: '13800000000' }), phone),
  }),
  'signInWithOtp, with a link': step({
    run: async ({ auth }) =>
      answered(await auth.signInWithOtp({ email, options: { emailRedirectTo: back() } }), email),
  }),
  'signUp, by phone': step({
    run: async ({ auth }) =>
      answered(
        await auth.signUp({ phone: '13900000000', name: 'Ada', password, username: 'lovelace' }),
        newPhone,
      ),
  }),
  'signUp, of a user': step({
    run: async ({ auth }) => answered(await auth.signUp({ email }), email),
  }),
  'signUp, of an anonymous user': step({
    as: guest,
    run: async ({ auth }) => {
      const { accessToken: anonymous_token } = await auth.getAccessToken()
      return answered(await auth.signUp({ email: newEmail, anonymous_token }), newEmail)
    },
  }),
  'signUp, by username and password': step({
    run: ({ auth }) => auth.signUp({ username: 'lovelace', password }),
  }),
  'verifyOtp, of a changed address': step({
    as: member,
    before: ({ auth }) => auth.getVerification({ email: newEmail }),
    run: async ({ auth }, { verification_id }) =>
      auth.verifyOtp({
        type: 'email_change',
        email: newEmail,
        token: await codeFor(newEmail),
        messageId: verification_id,
      }),
  }),
  'getSession, of an anonymous user': step({ as: guest, run: ({ auth }) => auth.getSession() }),
  'getSession, with an accessKey alone': step({
    init: { accessKey },
    run: ({ auth }) => auth.getSession(),
  }),
  'getUser, with an accessKey alone': step({
    init: { accessKey },
    run: ({ auth }) => auth.getUser(),
  }),
  'getAccessToken, with an accessKey alone': step({
    init: { accessKey },
    run: ({ auth }) => auth.getAccessToken(),
  }),
  'getUser, while the server is down': step({
    as: member,
    before: () => refuse('/auth/v1/user/me', 'unavailable'),
    run: ({ auth }) => auth.getUser(),
  }),
  'setSession, without an access token': step({
    as: member,
    before: ({ auth }) => auth.getCredentials(),
    run: ({ auth }, { refresh_token }) => auth.setSession({ refresh_token: refresh_token! }),
  }),
  'refreshSession, with a refresh token': step({
    as: member,
    before: ({ auth }) => auth.getCredentials(),
    run: ({ auth }, { refresh_token }) => auth.refreshSession(refresh_token!),
  }),
  'updateUser, another phone number': step({
    as: member,
    run: async ({ auth }) => answered(await auth.updateUser({ phone: newPhone }), newPhone),
  }),
  'updateUser, a name and another e-mail address': step({
    as: member,
    run: async ({ auth }) =>
      answered(await auth.updateUser({ nickname: 'Ada', email: newEmail }), newEmail),
  }),
  'resetPasswordForEmail, by phone': step({
    run: async ({ auth }) => updated(await auth.resetPasswordForEmail(phone), phone),
  }),
  'reauthenticate, without a password': step({
    as: member,
    run: ({ auth }) =>
      changed(auth.reauthenticate(), async () => ({ nonce: await codeFor(email) })),
  }),
  'getVerification, with a captcha': step({
    run: ({ auth }) => auth.getVerification({ phone_number: phone }, { withCaptcha: true }),
  }),
  'signOut, signed out': step({ run: ({ auth }) => auth.signOut() }),
  'setCredentials, null': step({
    as: member,
    run: async ({ auth }) => {
      await auth.setCredentials(null)
      return auth.hasLoginState()
    },
  }),
}

const refusedWith = (path: string, error: string, more?: object) => (): Promise<void> =>
  refuse(path, error, more)

const signedOut: [string, (tools: Tools) => unknown][] = [
  ['loginScope', ({ auth }) => auth.loginScope()],
  ['getCredentials', ({ auth }) => auth.getCredentials()],
  ['getCurrentUser', ({ auth }) => auth.getCurrentUser()],
  ['getUserInfo', ({ auth }) => auth.getUserInfo()],
  ['getProviders', ({ auth }) => auth.getProviders()],
  ['sudo', ({ auth }) => auth.sudo({ password })],
  ['getUser', ({ auth }) => auth.getUser()],
  ['refreshUser', ({ auth }) => auth.refreshUser()],
  ['refreshSession', ({ auth }) => auth.refreshSession()],
  ['updateUser', ({ auth }) => auth.updateUser({ nickname: 'Ada' })],
  ['reauthenticate', ({ auth }) => auth.reauthenticate()],
  ['getClaims', ({ auth }) => auth.getClaims()],
  ['deleteUser', ({ auth }) => auth.deleteUser({ password })],
  ['unlinkIdentity', ({ auth }) => auth.unlinkIdentity({ provider: 'demo_idp' })],
  ['getUserIdentities', ({ auth }) => auth.getUserIdentities()],
]

/** Every kind of failure of every method. */
const failures: Record<string, Step> = {
  ...Object.fromEntries(signedOut.map(([name, run]) => [`${name}, signed out`, step({ run })])),

  'signIn, an unknown user': step({
    run: ({ auth }) => auth.signIn({ username: 'unknown', password }),
  }),
  'signIn, a wrong password': step({
    run: ({ auth }) => auth.signIn({ username, password: wrong }),
  }),
  'verify, a wrong code': step({
    before: ({ auth }) => auth.getVerification({ email }),
    run: ({ auth }, { verification_id }) =>
      auth.verify({ verification_id, verification_code: '000000' }),
  }),
  'signUp, of a user who exists': step({
    before: ({ prove }) => prove({ phone_number: phone }),
    run: ({ auth }, verification_token) => auth.signUp({ phone_number: phone, verification_token }),
  }),
  'signInWithSms, a wrong code': step({
    before: ({ auth }) => auth.getVerification({ phone_number: phone }),
    run: ({ auth }, verificationInfo) =>
      auth.signInWithSms({ verificationInfo, verificationCode: '000000', phoneNum: phone }),
  }),
  'getVerification, too often': step({
    before: refusedWith('/auth/v1/verification', 'resource_exhausted', {
      error_code: 8,
      retry_after: 42,
    }),
    run: ({ auth }) => auth.getVerification({ phone_number: phone }),
  }),
  'signInAnonymously, not enabled': step({
    before: refusedWith('/auth/v1/signin/anonymously', 'permission_denied', { error_code: 7 }),
    run: ({ auth }) => auth.signInAnonymously(),
  }),
  'signInWithCustomTicket, without a function': step({
    run: ({ auth }) => auth.signInWithCustomTicket(),
  }),
  'signInWithCustomTicket, a foreign ticket': step({
    run: ({ auth }) => auth.signInWithCustomTicket(async () => 'foreign'),
  }),
  'genProviderRedirectUri, an unknown provider': step({
    run: ({ auth }) =>
      auth.genProviderRedirectUri({ provider_id: 'nope', provider_redirect_uri: back() }),
  }),
  'grantProviderToken, a wrong code': step({
    run: ({ auth }) =>
      auth.grantProviderToken({
        provider_id: 'demo_idp',
        provider_redirect_uri: back(),
        provider_code: 'foreign',
      }),
  }),
  'signInWithProvider, a wrong token': step({
    run: ({ auth }) => auth.signInWithProvider({ provider_token: 'foreign' }),
  }),
  'bindWithProvider, a wrong token': step({
    as: member,
    run: ({ auth }) => auth.bindWithProvider({ provider_token: 'foreign' }),
  }),
  'unbindProvider, not bound': step({
    as: member,
    run: ({ auth }) => auth.unbindProvider({ provider_id: 'demo_idp' }),
  }),
  'sudo, a wrong password': step({
    as: emailMember,
    run: ({ auth }) => auth.sudo({ password: wrong }),
  }),
  'setPassword, a wrong sudo token': step({
    as: member,
    run: ({ auth }) => auth.setPassword({ new_password: newPassword, sudo_token: 'foreign' }),
  }),
  'bindEmail, a wrong verification token': step({
    as: member,
    before: elevated,
    run: ({ auth }, sudo_token) =>
      auth.bindEmail({ email: newEmail, sudo_token, verification_token: 'foreign' }),
  }),
  'resetPassword, a wrong verification token': step({
    run: ({ auth }) =>
      auth.resetPassword({
        phone_number: phone,
        new_password: newPassword,
        verification_token: 'foreign',
      }),
  }),
  'deleteMe, a wrong sudo token': step({
    as: member,
    run: ({ auth }) => auth.deleteMe({ sudo_token: 'foreign' }),
  }),
  'refreshTokenForce, refused': step({
    as: member,
    before: refusedWith('/auth/v1/token', 'invalid_grant'),
    run: async ({ auth }) => auth.refreshTokenForce(),
  }),

  'signInWithPassword, an unknown user': step({
    run: ({ auth }) => auth.signInWithPassword({ username: 'unknown', password }),
  }),
  'signInWithPassword, a wrong password': step({
    run: ({ auth }) => auth.signInWithPassword({ username, password: wrong }),
  }),
  ...Object.fromEntries(
    (
      [
        ['user_blocked'],
        ['user_pending'],
        ['invalid_status'],
        ['password_not_set'],
        ['mfa_phone_required', { error_code: 4042 }],
        ['login_type_disabled', { error_code: 4045 }],
        ['provider_not_enabled'],
        ['failed_precondition', { error_code: 9 }],
        ['failed_precondition', { error_code: 9, error_description: 'the user is not found' }],
        ['permission_denied', { error_code: 7 }],
        ['internal', { error_code: 13 }],
        ['unavailable', { error_code: 14 }],
        ['already_exists'],
        ['aborted', { error_code: 10 }],
        ['unimplemented', { error_code: 12 }],
        ['invalid_argument', { error_code: 3, error_description: 'the token expired' }],
        ['resource_exhausted', { error_code: 8, retry_after: 42 }],
      ] as [string, object?][]
    ).map(([error, more]) => [
      `signInWithPassword, ${[error, (more as { error_description?: string })?.error_description].filter(Boolean).join(': ')}`,
      step({
        before: refusedWith('/auth/v1/signin', error, more),
        run: ({ auth }) => auth.signInWithPassword(signIn),
      }),
    ]),
  ),
  'signInWithOtp, an unknown user': step({
    run: ({ auth }) =>
      auth.signInWithOtp({ email: newEmail, options: { shouldCreateUser: false } }),
  }),
  'signInWithOtp, too often': step({
    before: refusedWith('/auth/v1/verification', 'resource_exhausted', {
      error_code: 8,
      retry_after: 42,
    }),
    run: ({ auth }) => auth.signInWithOtp({ email }),
  }),
  'signInWithOtp, a wrong code': step({
    run: ({ auth }) => verified(auth.signInWithOtp({ email }), { token: '000000' }),
  }),
  'signUp, a wrong code': step({
    run: ({ auth }) => verified(auth.signUp({ email: newEmail }), { token: '000000' }),
  }),
  'verifyOtp, a wrong code': step({
    before: ({ auth }) => auth.resend({ email }),
    run: ({ auth }, { data }) =>
      auth.verifyOtp({ email, token: '000000', messageId: data.messageId! }),
  }),
  'resend, an unknown user': step({ run: ({ auth }) => auth.resend({ email: newEmail }) }),
  'setSession, a wrong token': step({
    run: ({ auth }) => auth.setSession({ access_token: 'a', refresh_token: 'foreign' }),
  }),
  'refreshSession, refused': step({
    as: member,
    before: refusedWith('/auth/v1/token', 'invalid_grant'),
    run: ({ auth }) => auth.refreshSession(),
  }),
  'updateUser, nothing': step({ as: member, run: ({ auth }) => auth.updateUser({}) }),
  'updateUser, a password': step({
    as: member,
    run: ({ auth }) => auth.updateUser({ password: newPassword } as never),
  }),
  'updateUser, a name that is taken': step({
    as: member,
    run: ({ auth }) => auth.updateUser({ username: 'grace' }),
  }),
  'updateUser, a wrong code': step({
    as: member,
    run: ({ auth }) => verified(auth.updateUser({ email: newEmail }), { token: '000000' }),
  }),
  'resetPasswordForEmail, an unknown user': step({
    run: ({ auth }) => auth.resetPasswordForEmail(newEmail),
  }),
  'resetPasswordForEmail, a wrong code': step({
    run: ({ auth }) =>
      changed(auth.resetPasswordForEmail(email), () => ({
        nonce: '000000',
        password: newPassword,
      })),
  }),
  'resetPasswordForOld, a wrong password': step({
    as: emailMember,
    run: ({ auth }) => auth.resetPasswordForOld({ old_password: wrong, new_password: newPassword }),
  }),
  'reauthenticate, a wrong code': step({
    as: member,
    run: ({ auth }) =>
      changed(auth.reauthenticate(), () => ({ nonce: '000000', password: newPassword })),
  }),
  'deleteUser, a wrong password': step({
    as: emailMember,
    run: ({ auth }) => auth.deleteUser({ password: wrong }),
  }),
  'signInWithOAuth, an unknown provider': step({
    run: ({ auth }) => auth.signInWithOAuth({ provider: 'nope' }),
  }),
  'linkIdentity, an unknown provider': step({
    as: member,
    run: ({ auth }) => auth.linkIdentity({ provider: 'nope' }),
  }),
  'verifyOAuth, without a response': step({ run: ({ auth }) => auth.verifyOAuth() }),
  'verifyOAuth, an unknown state': step({
    run: ({ auth }) => auth.verifyOAuth({ code: 'x', state: 'unknown' }),
  }),
  'signInWithIdToken, a wrong token': step({
    run: ({ auth }) => auth.signInWithIdToken({ token: 'foreign' }),
  }),
  'unlinkIdentity, not bound': step({
    as: member,
    run: ({ auth }) => auth.unlinkIdentity({ provider: 'demo_idp' }),
  }),
  'getUserIdentities, refused': step({
    as: bound,
    before: refusedWith('/auth/v1/user/provider', 'internal', { error_code: 13 }),
    run: ({ auth }) => auth.getUserIdentities(),
  }),
}

/** The legacy methods, the forms of SDK 3.x, and the failures. */
export const moreSteps: Record<string, Step> = { ...legacy, ...forms, ...failures }
