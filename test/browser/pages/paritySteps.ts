import type { Tools } from './parity.ts'

export const phone = '+86 13800000000'
export const email = 'ada@example.com'
export const username = 'ada'
export const password = 'Correct-horse-7'
export const accessKey = 'publishable-key'
export const newEmail = 'lovelace@example.com'
export const newPhone = '+86 13900000000'
export const newPassword = 'Even-better-horse-8'

export interface Step<Prepared = never> {
  /** More options of `init`. */
  init?: { accessKey?: string }
  /** Signs in before the step. */
  as?: (tools: Tools) => Promise<unknown>
  /** Prepares the step; its requests are not compared. */
  before?: (tools: Tools) => Promise<Prepared>
  run(tools: Tools, prepared: Prepared): unknown
}

/** Declares a step. */
export const step = <Prepared>(it: Step<Prepared>): Step => it as unknown as Step

export const member = ({ auth }: Tools) => auth.signIn({ username, password })
export const emailMember = ({ auth }: Tools) => auth.signIn({ username: 'grace', password })
export const guest = ({ auth }: Tools) => auth.signInAnonymously()
export const elevated = async ({ auth, prove }: Tools) => {
  const verification_token = await prove({ phone_number: phone })
  return (await auth.sudo({ verification_token })).sudo_token
}
export const bound = async (tools: Tools) => {
  await member(tools)
  await tools.auth.bindWithProvider({ provider_token: await tools.providerToken() })
}
const customised = async ({ auth }: Tools) => auth.setCustomSignFunc(() => globalThis.ticket())
export const answered = async <T extends { verifyOtp?: unknown }>(
  { data, error }: { data: T; error: unknown },
  to: string,
) => {
  if (error) throw error as Error
  const token = await codeFor(to)
  return (data.verifyOtp as (params: object) => Promise<unknown>)({ token })
}
export const updated = async ({ data, error }: { data: object; error: unknown }, to: string) => {
  if (error) throw error as Error
  const nonce = await codeFor(to)
  const { updateUser } = data as { updateUser(params: object): Promise<unknown> }
  return updateUser({ nonce, password: newPassword })
}
/** The redirect URI: this page, as the official SDK requires. */
export const back = () => location.origin + location.pathname
export const authorize = async ({ auth }: Tools, type: 'sign_in' | 'bind_identity' = 'sign_in') => {
  const options = { redirectTo: back(), skipBrowserRedirect: true, type }
  const { data } = await auth.signInWithOAuth({ provider: 'demo_idp', options })
  return Object.fromEntries(new URL(await consent(data.url!)).searchParams)
}

/** Every documented method of SDK 2.x and 3.x. */
export const steps: Record<string, Step> = {
  getVerification: step({ run: ({ auth }) => auth.getVerification({ phone_number: phone }) }),
  'getVerification, signed in': step({
    as: member,
    run: ({ auth }) => auth.getVerification({ email, target: 'CUR_USER', usage: 'test' }),
  }),
  verify: step({
    before: ({ auth }) => auth.getVerification({ email: newEmail }),
    run: async ({ auth }, { verification_id }) =>
      auth.verify({ verification_id, verification_code: await codeFor(newEmail) }),
  }),
  'verify, v2': step({
    before: ({ auth }) => auth.getVerification({ email }),
    run: async ({ auth }, { verification_id }) =>
      auth.verify({ verification_id, verification_code: await codeFor(email), version: 'v2' }),
  }),
  signUp: step({
    before: ({ prove }) => prove({ phone_number: newPhone }),
    run: ({ auth }, verification_token) =>
      auth.signUp({ phone_number: newPhone, verification_token, name: 'Ada', password }),
  }),
  'signUp, from an anonymous user': step({
    as: guest,
    before: ({ prove }) => prove({ email: newEmail }),
    run: async ({ auth }, verification_token) => {
      const { accessToken } = await auth.getAccessToken()
      return auth.signUp({ email: newEmail, verification_token, anonymous_token: accessToken })
    },
  }),
  signIn: step({ run: ({ auth }) => auth.signIn({ username, password }) }),
  'signIn, by a code': step({
    before: ({ prove }) => prove({ email }),
    run: ({ auth }, verification_token) => auth.signIn({ username: email, verification_token }),
  }),
  'signIn, v2': step({ run: ({ auth }) => auth.signIn({ username, password, version: 'v2' }) }),
  'signIn, encrypted': step({
    run: ({ auth }) => auth.signIn({ username, password, isEncrypt: true }),
  }),
  signInAnonymously: step({ run: ({ auth }) => auth.signInAnonymously() }),
  signInWithCustomTicket: step({
    before: customised,
    run: ({ auth }) => auth.signInWithCustomTicket(),
  }),
  signInWithSms: step({
    before: ({ auth }) => auth.getVerification({ phone_number: newPhone }),
    run: async ({ auth }, verificationInfo) =>
      auth.signInWithSms({
        verificationInfo,
        verificationCode: await codeFor(newPhone),
        phoneNum: newPhone,
      }),
  }),
  signInWithEmail: step({
    before: ({ auth }) => auth.getVerification({ email }),
    run: async ({ auth }, verificationInfo) =>
      auth.signInWithEmail({ verificationInfo, verificationCode: await codeFor(email), email }),
  }),
  signOut: step({ as: member, run: ({ auth }) => auth.signOut() }),
  'signOut, with an address': step({
    as: member,
    run: ({ auth }) => auth.signOut({ redirect_uri: back(), state: 'bye' }),
  }),
  genProviderRedirectUri: step({
    run: ({ auth }) =>
      auth.genProviderRedirectUri({
        provider_id: 'demo_idp',
        provider_redirect_uri: back(),
        state: 'state',
        other_params: { sign_out_uri: back() },
      }),
  }),
  grantProviderToken: step({
    before: async (tools) => (await authorize(tools)).code,
    run: ({ auth }, provider_code) =>
      auth.grantProviderToken({
        provider_id: 'demo_idp',
        provider_redirect_uri: back(),
        provider_code,
      }),
  }),
  patchProviderToken: step({
    before: ({ auth }) =>
      auth.grantProviderToken({
        provider_id: 'wx1234567890abcdef',
        provider_code: 'wx-code-alex',
      }),
    run: ({ auth }, { provider_token }) =>
      auth.patchProviderToken({
        provider_token,
        provider_id: 'wx1234567890abcdef',
        provider_params: { code: 'wx-phone-13800000000' },
      }),
  }),
  signInWithProvider: step({
    before: ({ providerToken }) => providerToken(),
    run: ({ auth }, provider_token) => auth.signInWithProvider({ provider_token }),
  }),
  bindWithProvider: step({
    as: member,
    before: ({ providerToken }) => providerToken(),
    run: ({ auth }, provider_token) => auth.bindWithProvider({ provider_token }),
  }),
  getProviders: step({ as: bound, run: ({ auth }) => auth.getProviders() }),
  unbindProvider: step({
    as: bound,
    run: ({ auth }) => auth.unbindProvider({ provider_id: 'demo_idp' }),
  }),
  sudo: step({
    as: member,
    before: ({ prove }) => prove({ phone_number: phone }),
    run: ({ auth }, verification_token) => auth.sudo({ verification_token }),
  }),
  'sudo, by password': step({ as: emailMember, run: ({ auth }) => auth.sudo({ password }) }),
  bindPhoneNumber: step({
    as: member,
    before: async (tools) => ({
      sudo_token: await elevated(tools),
      verification_token: await tools.prove({ phone_number: newPhone }),
    }),
    run: ({ auth }, tokens) => auth.bindPhoneNumber({ phone_number: newPhone, ...tokens }),
  }),
  bindEmail: step({
    as: member,
    before: async (tools) => ({
      sudo_token: await elevated(tools),
      verification_token: await tools.prove({ email: newEmail }),
    }),
    run: ({ auth }, tokens) => auth.bindEmail({ email: newEmail, ...tokens }),
  }),
  setPassword: step({
    as: member,
    before: elevated,
    run: ({ auth }, sudo_token) => auth.setPassword({ new_password: newPassword, sudo_token }),
  }),
  resetPassword: step({
    before: ({ prove }) => prove({ phone_number: phone }),
    run: ({ auth }, verification_token) =>
      auth.resetPassword({ phone_number: phone, new_password: newPassword, verification_token }),
  }),
  deleteMe: step({
    as: member,
    before: elevated,
    run: ({ auth }, sudo_token) => auth.deleteMe({ sudo_token }),
  }),
  getAccessToken: step({ as: member, run: ({ auth }) => auth.getAccessToken() }),
  'getAccessToken, signed out': step({ run: ({ auth }) => auth.getAccessToken() }),
  getCredentials: step({ as: member, run: ({ auth }) => auth.getCredentials() }),
  setCredentials: step({
    as: member,
    before: ({ auth }) => auth.getCredentials(),
    run: ({ auth }, credentials) => auth.setCredentials(credentials),
  }),
  loginScope: step({ as: guest, run: ({ auth }) => auth.loginScope() }),
  hasLoginState: step({ as: member, run: ({ auth }) => auth.hasLoginState() }),
  'hasLoginState, signed out': step({ run: ({ auth }) => auth.hasLoginState() }),
  getLoginState: step({ as: member, run: ({ auth }) => auth.getLoginState() }),
  'getLoginState, signed out': step({ run: ({ auth }) => auth.getLoginState() }),
  onLoginStateChanged: step({
    run: async ({ auth }) => {
      const events: unknown[] = []
      await auth.onLoginStateChanged((params) => events.push(params?.data?.eventType ?? params))
      await auth.signIn({ username, password })
      await auth.signOut()
      await new Promise((resolve) => setTimeout(resolve, 50))
      return { events: events.map(String).join(' ') === 'null sign_in sign_out' }
    },
  }),
  currentUser: step({ as: member, run: ({ auth }) => auth.currentUser }),
  getCurrentUser: step({ as: member, run: ({ auth }) => auth.getCurrentUser() }),
  getUserInfo: step({ as: member, run: ({ auth }) => auth.getUserInfo() }),
  'User.update': step({
    as: member,
    run: ({ auth }) => auth.currentUser!.update({ name: 'Ada', gender: 'FEMALE' }),
  }),
  'User.refresh': step({ as: member, run: ({ auth }) => auth.currentUser!.refresh() }),
  queryUser: step({ as: member, run: ({ auth }) => auth.queryUser({ username }) }),
  'queryUser, by ids': step({
    as: member,
    run: ({ auth }) => auth.queryUser({ id: ['u1', 'u2'] }),
  }),
  isUsernameRegistered: step({ run: ({ auth }) => auth.isUsernameRegistered(username) }),
  createCaptchaData: step({
    run: ({ auth }) => auth.createCaptchaData({ state: 'POST:/v1/signin' }),
  }),
  verifyCaptchaData: step({
    before: ({ auth }) => auth.createCaptchaData({ state: 'POST:/v1/signin' }),
    run: async ({ auth }, { token }) =>
      auth.verifyCaptchaData({ token, key: await readPicture(token) }),
  }),
  parseCaptcha: step({
    run: ({ cloudbase }) => [
      cloudbase.parseCaptcha('data:image/gif;base64,R0lG?state=s&token=t'),
      cloudbase.parseCaptcha('data:image/gif;base64,R0lG'),
    ],
  }),
  toDefaultLoginPage: step({
    run: ({ auth }) =>
      auth.toDefaultLoginPage({
        config_version: 'env',
        app_id: 'app-1',
        redirect_uri: `${back()}?keep=1`,
        query: { a: '1' },
      }),
  }),
  'a captcha on the way': step({
    before: async ({ auth }) => {
      const wrong = { username, password: 'wrong' }
      for (let attempt = 0; attempt < 5; attempt++) await auth.signIn(wrong).catch(() => undefined)
    },
    run: ({ auth }) => auth.signIn({ username, password }),
  }),
  'a rejected call': step({
    run: ({ auth }) =>
      auth.signIn({ username, password: 'wrong' }).catch((thrown: Record<string, unknown>) => ({
        [thrown instanceof Error ? 'an Error' : 'a plain object']: {
          error: thrown['error'],
          error_description: thrown['error_description'],
          requestId: thrown['requestId'],
        },
      })),
  }),

  signInWithPassword: step({ run: ({ auth }) => auth.signInWithPassword({ email, password }) }),
  'signInWithPassword, encrypted': step({
    run: ({ auth }) => auth.signInWithPassword({ username, password, is_encrypt: true }),
  }),
  signInWithOtp: step({
    run: async ({ auth }) => answered(await auth.signInWithOtp({ email }), email),
  }),
  'signInWithOtp, for users only': step({
    run: async ({ auth }) =>
      answered(await auth.signInWithOtp({ email, options: { shouldCreateUser: false } }), email),
  }),
  'signUp, without a proof': step({
    run: async ({ auth }) =>
      answered(await auth.signUp({ email: newEmail, name: 'Ada' }), newEmail),
  }),
  verifyOtp: step({
    before: ({ auth }) => auth.resend({ email }),
    run: async ({ auth }, { data }) =>
      auth.verifyOtp({ email, token: await codeFor(email), messageId: data.messageId! }),
  }),
  resend: step({ run: ({ auth }) => auth.resend({ email, type: 'signup' }) }),
  getSession: step({ as: member, run: ({ auth }) => auth.getSession() }),
  'getSession, signed out': step({ run: ({ auth }) => auth.getSession() }),
  refreshSession: step({ as: member, run: ({ auth }) => auth.refreshSession() }),
  setSession: step({
    as: member,
    before: ({ auth }) => auth.getCredentials(),
    run: ({ auth }, { access_token, refresh_token }) =>
      auth.setSession({ access_token: access_token!, refresh_token: refresh_token! }),
  }),
  onAuthStateChange: step({ run: ({ auth }) => auth.onAuthStateChange(() => undefined) }),
  getUser: step({ as: member, run: ({ auth }) => auth.getUser() }),
  refreshUser: step({ as: member, run: ({ auth }) => auth.refreshUser() }),
  updateUser: step({ as: member, run: ({ auth }) => auth.updateUser({ nickname: 'Ada' }) }),
  'updateUser, another e-mail address': step({
    as: member,
    run: async ({ auth }) => answered(await auth.updateUser({ email: newEmail }), newEmail),
  }),
  resetPasswordForEmail: step({
    run: async ({ auth }) => updated(await auth.resetPasswordForEmail(email), email),
  }),
  resetPasswordForOld: step({
    as: emailMember,
    run: ({ auth }) =>
      auth.resetPasswordForOld({ old_password: password, new_password: newPassword }),
  }),
  reauthenticate: step({
    as: member,
    run: async ({ auth }) => updated(await auth.reauthenticate(), email),
  }),
  deleteUser: step({ as: emailMember, run: ({ auth }) => auth.deleteUser({ password }) }),
  getClaims: step({ as: member, run: ({ auth }) => auth.getClaims() }),
  signInWithOAuth: step({
    run: ({ auth }) =>
      auth.signInWithOAuth({
        provider: 'demo_idp',
        options: { redirectTo: back(), skipBrowserRedirect: true },
      }),
  }),
  verifyOAuth: step({
    before: (tools) => authorize(tools),
    run: ({ auth }, returned) => auth.verifyOAuth(returned),
  }),
  signInWithIdToken: step({
    before: ({ providerToken }) => providerToken(),
    run: ({ auth }, token) => auth.signInWithIdToken({ token }),
  }),
  'linkIdentity, and back': step({
    as: member,
    before: (tools) => authorize(tools, 'bind_identity'),
    run: ({ auth }, returned) => auth.verifyOAuth(returned),
  }),
  unlinkIdentity: step({
    as: bound,
    run: ({ auth }) => auth.unlinkIdentity({ provider: 'demo_idp' }),
  }),
  getUserIdentities: step({ as: bound, run: ({ auth }) => auth.getUserIdentities() }),
}

/** The methods that only a mini-program has. */
const inMiniProgram: Record<string, Step> = {
  signInWithOpenId: step({ run: ({ auth }) => auth.signInWithOpenId() }),
  'signInWithOpenId, over HTTP': step({
    run: ({ auth }) => auth.signInWithOpenId({ useWxCloud: false }),
  }),
  signInWithUnionId: step({ run: ({ auth }) => auth.signInWithUnionId() }),
  signInWithPhoneAuth: step({
    run: ({ auth }) => auth.signInWithPhoneAuth({ phoneCode: 'wx-phone-13800000000' }),
  }),
}
export const wxSteps = Object.keys(inMiniProgram)
export const pageSteps = Object.keys(steps)
Object.assign(steps, inMiniProgram)
