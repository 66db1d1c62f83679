/** Every documented method, with what it needs; the page is generated from this list. */
import { hostedLoginPage } from 'cloudbase-authflow'
import cloudbase from 'cloudbase-authflow/cloudbase'
import { sendCodeWithPage } from './captchaByPage.ts'
import { inMiniProgram } from './miniProgram.ts'
import {
  addUser,
  auth,
  BIND_ACCOUNT,
  codeFor,
  consent,
  control,
  dataOf,
  env,
  here,
  member,
  newEmail,
  newPassword,
  newPhone,
  prove,
  provider_id,
  providerToken,
  requireCaptcha,
  SIGN_IN_ACCOUNT,
  signInNewUser,
} from './tools.ts'

/** One call of the page. */
export interface MethodCall {
  /** The call as an app writes it, in short. */
  name: string
  /** @param container receives what the call shows */
  run(container: HTMLElement): Promise<unknown>
  /** The code of the error that the call is meant to end with. */
  fails?: string
}

export type Group =
  'codes' | 'signIn' | 'session' | 'user' | 'account' | 'providers' | 'captcha' | 'v3' | 'wechat'

const call = (name: string, run: MethodCall['run'], fails?: string): MethodCall => ({
  name,
  run,
  ...(fails && { fails }),
})

async function sudoToken(password: string): Promise<string> {
  return (await auth.sudo({ password })).sudo_token!
}

async function authorize(type: 'sign_in' | 'bind_identity') {
  const request = {
    provider: provider_id,
    options: { redirectTo: here, skipBrowserRedirect: true, type },
  }
  const { url } = dataOf(await auth.signInWithOAuth(request))
  return consent(url!, type === 'sign_in' ? SIGN_IN_ACCOUNT : BIND_ACCOUNT)
}

async function signInAs(status: 'blocked' | 'pending') {
  const { username, password } = await addUser({ status })
  return auth.signIn({ username, password })
}

/** Binds an identity to a new user, and unbinds it, so that the next user can have it. */
async function bindAndUnbind() {
  await signInNewUser()
  await auth.bindWithProvider({ provider_token: await providerToken(BIND_ACCOUNT) })
  await auth.unbindProvider({ provider_id })
}

export const calls: Record<Group, MethodCall[]> = {
  codes: [
    call('getVerification', () => auth.getVerification({ phone_number: newPhone() })),
    call('verify', () => prove({ email: newEmail() })),
    call('isUsernameRegistered', async () => auth.isUsernameRegistered((await addUser()).username)),
  ],
  signIn: [
    call('signUp', async () => {
      const phone_number = newPhone()
      const verification_token = await prove({ phone_number })
      return auth.signUp({ phone_number, verification_token, name: 'Ada' })
    }),
    call('signIn({ username, password })', async () => {
      const { username, password } = await addUser()
      return auth.signIn({ username, password })
    }),
    call('signIn({ isEncrypt: true })', async () => {
      const { username, password } = await addUser()
      return auth.signIn({ username, password, isEncrypt: true })
    }),
    call('signIn({ verification_token })', async () => {
      const { email } = await addUser()
      return auth.signIn({ username: email, verification_token: await prove({ email }) })
    }),
    call('signInWithSms', async () => {
      const phone = newPhone()
      const verificationInfo = await auth.getVerification({ phone_number: phone })
      const verificationCode = await codeFor(phone)
      return auth.signInWithSms({ verificationInfo, verificationCode, phoneNum: phone })
    }),
    call('signInWithEmail', async () => {
      const email = newEmail()
      const verificationInfo = await auth.getVerification({ email })
      const verificationCode = await codeFor(email)
      return auth.signInWithEmail({ verificationInfo, verificationCode, email })
    }),
    call('signInAnonymously', () => auth.signInAnonymously()),
    call('signInWithCustomTicket', async () => {
      auth.setCustomSignFunc(async () => {
        const { ticket } = await control<{ ticket: string }>('tickets', { uid: 'employee-7' })
        return ticket
      })
      return auth.signInWithCustomTicket()
    }),
    call('signIn, blocked', () => signInAs('blocked'), 'user_blocked'),
    call('signIn, pending', () => signInAs('pending'), 'user_pending'),
  ],
  session: [
    call('getLoginState', async () => (await member()) && auth.getLoginState()),
    call('hasLoginState', async () => (await member()) && auth.hasLoginState()),
    call('getAccessToken', async () => (await member()) && auth.getAccessToken()),
    call('getCredentials', async () => (await member()) && auth.getCredentials()),
    call('setCredentials', async () => {
      await member()
      return auth.setCredentials(await auth.getCredentials())
    }),
    call('loginScope', async () => (await member()) && auth.loginScope()),
    call('onLoginStateChanged', async () => {
      const events: string[] = []
      const stop = await auth.onLoginStateChanged((state) => {
        if (state?.data) events.push(state.data.eventType)
      })
      await signInNewUser()
      await auth.signOut()
      stop()
      return events
    }),
    call('signOut', async () => (await member()) && auth.signOut()),
    call('signOut({ redirect_uri })', async () => {
      await member()
      return auth.signOut({ redirect_uri: here, state: 'bye' })
    }),
  ],
  user: [
    call('currentUser', async () => (await member()) && auth.currentUser),
    call('getCurrentUser', async () => (await member()) && auth.getCurrentUser()),
    call('getUserInfo', async () => (await member()) && auth.getUserInfo()),
    call('User.update', async () => {
      await signInNewUser()
      return auth.currentUser!.update({ name: 'Ada', gender: 'FEMALE' })
    }),
    call('User.refresh', async () => (await member()) && auth.currentUser!.refresh()),
    call('queryUser', async () => {
      const { username } = await member()
      return auth.queryUser({ username })
    }),
  ],
  account: [
    call('sudo', async () => auth.sudo({ password: (await member()).password })),
    call('bindPhoneNumber', async () => {
      const { password } = await signInNewUser()
      const phone_number = newPhone()
      const verification_token = await prove({ phone_number })
      const sudo_token = await sudoToken(password)
      return auth.bindPhoneNumber({ phone_number, sudo_token, verification_token })
    }),
    call('bindEmail', async () => {
      const { password } = await signInNewUser()
      const email = newEmail()
      const verification_token = await prove({ email })
      return auth.bindEmail({ email, sudo_token: await sudoToken(password), verification_token })
    }),
    call('setPassword', async () => {
      const { password } = await signInNewUser()
      const sudo_token = await sudoToken(password)
      return auth.setPassword({ new_password: newPassword(), sudo_token })
    }),
    call('resetPassword', async () => {
      const { email } = await addUser()
      const verification_token = await prove({ email })
      return auth.resetPassword({ email, new_password: newPassword(), verification_token })
    }),
    call('deleteMe', async () => {
      const { password } = await signInNewUser()
      return auth.deleteMe({ sudo_token: await sudoToken(password) })
    }),
  ],
  providers: [
    call('genProviderRedirectUri', () =>
      auth.genProviderRedirectUri({ provider_id, provider_redirect_uri: here, state: 'state' }),
    ),
    call('grantProviderToken', () => providerToken()),
    call('patchProviderToken', async () => {
      const wechat = { provider_id: 'wx1234567890abcdef' }
      const { provider_token } = await auth.grantProviderToken({
        ...wechat,
        provider_code: 'wx-code-alex',
      })
      const provider_params = { code: 'wx-phone-13800000000' }
      return auth.patchProviderToken({ ...wechat, provider_token, provider_params })
    }),
    call('signInWithProvider', async () =>
      auth.signInWithProvider({ provider_token: await providerToken() }),
    ),
    call('bindWithProvider, unbindProvider', () => bindAndUnbind()),
    call('getProviders', async () => (await member()) && auth.getProviders()),
    call('toDefaultLoginPage', () => auth.toDefaultLoginPage({ redirect_uri: here })),
    call('hostedLoginPage', async () => hostedLoginPage({ env, redirect_uri: here })),
  ],
  captcha: [
    call('createCaptchaData', () => auth.createCaptchaData({ state: 'POST:/v1/signin' })),
    call('verifyCaptchaData', async () => {
      const { token } = await auth.createCaptchaData({ state: 'POST:/v1/signin' })
      const { answer } = await control<{ answer: string }>(`captcha/${token}`)
      return auth.verifyCaptchaData({ token, key: answer })
    }),
    call('parseCaptcha', async () =>
      cloudbase.parseCaptcha('data:image/gif;base64,R0lG?state=s&token=t'),
    ),
    call('openURIWithCallback, event bus', async () => {
      await requireCaptcha('/auth/v1/verification')
      return auth.getVerification({ phone_number: newPhone() })
    }),
    call('captchaPage, captchaFrame', (container) => sendCodeWithPage(container)),
  ],
  v3: [
    call('signInWithPassword', async () => {
      const { email, password } = await addUser()
      return auth.signInWithPassword({ email, password })
    }),
    call('signInWithPassword({ is_encrypt: true })', async () => {
      const { username, password } = await addUser()
      return auth.signInWithPassword({ username, password, is_encrypt: true })
    }),
    call('signInWithOtp, verifyOtp', async () => {
      const email = newEmail()
      const { verifyOtp } = dataOf(await auth.signInWithOtp({ email }))
      return verifyOtp!({ token: await codeFor(email) })
    }),
    call('resend', () => auth.resend({ email: newEmail(), type: 'signup' })),
    call('signInWithOAuth, verifyOAuth', async () => auth.verifyOAuth(await authorize('sign_in'))),
    call('signInWithIdToken', async () => auth.signInWithIdToken({ token: await providerToken() })),
    call('linkIdentity, unlinkIdentity', async () => {
      await signInNewUser()
      dataOf(await auth.verifyOAuth(await authorize('bind_identity')))
      return auth.unlinkIdentity({ provider: provider_id })
    }),
    call('getUserIdentities', async () => (await member()) && auth.getUserIdentities()),
    call('getSession', async () => (await member()) && auth.getSession()),
    call('setSession', async () => {
      await signInNewUser()
      const { access_token, refresh_token } = await auth.getCredentials()
      return auth.setSession({ access_token: access_token!, refresh_token: refresh_token! })
    }),
    call('refreshSession', async () => (await signInNewUser()) && auth.refreshSession()),
    call('onAuthStateChange', async () => {
      const events: string[] = []
      const { data } = auth.onAuthStateChange((event) => events.push(event))
      await signInNewUser()
      data.subscription.unsubscribe()
      return events
    }),
    call('getUser', async () => (await member()) && auth.getUser()),
    call('refreshUser', async () => (await member()) && auth.refreshUser()),
    call('updateUser', async () => {
      await signInNewUser()
      return auth.updateUser({ nickname: 'Ada' })
    }),
    call('getClaims', async () => (await member()) && auth.getClaims()),
    call('reauthenticate', async () => {
      const { email } = await signInNewUser()
      const { updateUser } = dataOf(await auth.reauthenticate())
      return updateUser!({ nonce: await codeFor(email), password: newPassword() })
    }),
    call('resetPasswordForEmail', async () => {
      const { email } = await addUser()
      const { updateUser } = dataOf(await auth.resetPasswordForEmail(email))
      return updateUser!({ nonce: await codeFor(email), password: newPassword() })
    }),
    call('resetPasswordForOld', async () => {
      const { password } = await signInNewUser()
      return auth.resetPasswordForOld({ old_password: password, new_password: newPassword() })
    }),
    call('deleteUser', async () => {
      const { password } = await signInNewUser()
      return auth.deleteUser({ password })
    }),
  ],
  wechat: [
    call('signInWithOpenId', () => inMiniProgram((mini) => mini.signInWithOpenId())),
    call('signInWithOpenId({ useWxCloud: false })', () =>
      inMiniProgram((mini) => mini.signInWithOpenId({ useWxCloud: false })),
    ),
    call('signInWithUnionId', () => inMiniProgram((mini) => mini.signInWithUnionId())),
    call('signInWithPhoneAuth', () =>
      inMiniProgram((mini) => mini.signInWithPhoneAuth({ phoneCode: 'wx-phone-13800000000' })),
    ),
  ],
}
