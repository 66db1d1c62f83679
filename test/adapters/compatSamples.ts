import { readFileSync } from 'node:fs'

/**
 * The code samples of the three documents, as they stand there; line breaks that the first document
 * had lost are put back. Only the import line changes, which here is `cloudbase` being given.
 */
export const samples = readFileSync(new URL('compatSamples.txt', import.meta.url), 'utf8')
  .split(/^=== /m)
  .slice(1)
  .map((section) => {
    const end = section.indexOf('\n')
    return { title: section.slice(0, end), code: section.slice(end + 1) }
  })

/** What is wrong in the documents themselves: no client could run it. */
export const typos: [sample: string, written: string, meant: string][] = [
  ['匿名登录转正', '...// 传参参考 Auth.signUp接口', '...(await $signUpParams()),'],
  ['匿名登录转正', '...\n// 传参参考 Auth.signUp接口', '...(await $signUpParams()),'],
  ['setCustomSignFunc', 'new Promise((resolve, reject))', '() => new Promise($giveTicket)'],
  ['一 Auth.genProviderRedirectUri', 'provider_token: providerToken', 'provider_token'],
  ['一 Auth.getCurrentUser', 'getCurrenUser', 'getCurrentUser'],
  // Neither document says so, but a proof is good for one use: sudo has had the first one.
  [
    '一 Auth.bindPhoneNumber',
    'verificationToken.verification_token',
    'await $prove({ phone_number: phoneNumber })',
  ],
  ['一 Auth.bindEmail', 'sudo_token:sudoToken', 'sudo_token,'],
  [
    '一 Auth.bindEmail',
    'verification_token:verificationTokenRes.verification_token',
    'verification_token: await $prove({ email })',
  ],
  [
    'Auth.resetPassword',
    'verificationToken.verificationToken',
    'verificationToken.verification_token',
  ],
  ['二', 'useAdapters(adapter,', 'useAdapters(genAdapter,'],
  // Two ways to do it, written one after the other.
  [
    '三 Auth.sudo',
    'const sudoRes = await auth.sudo({\nverification_token',
    'await auth.sudo({\nverification_token',
  ],
  [
    '三 Auth.bindPhoneNumber',
    'verification_code: verification_code',
    'verification_code: verificationCode',
  ],
  ['三 Auth.bindEmail', 'sudo_token: sudoToken\n', 'sudo_token: sudoToken,\n'],
]

/** What a reader fills in. */
export const blanks: [written: string, filled: string][] = [
  ['= "000000"', '= $newestCode()'],
  ['userInputCode', '$newestCode()'],
  ['"test_sudo_token"', '$sudoToken'],
  ['"your sudo_token"', '$sudoToken'],
  ['"test_provider_token"', '$providerToken'],
  ['"your provider code"', '$providerCode'],
  ['"provider code"', '$providerCode'],
  ['"test_provider_redirect_uri"', '$page'],
  ['"test_sign_out_uri"', '$page'],
  ['"cur page"', '$page'],
  ['{ phoneCode: "xxx" }', '{ phoneCode: "wx-phone-13800000000" }'],
]

const send = 'POST /auth/v1/verification'
const verify = 'POST /auth/v1/verification/verify'
const me = 'GET /auth/v1/user/me'
const enter = (...path: string[]) => [...path.map((each) => `POST /auth/v1/${each}`), me]
const silent = enter('provider/token', 'signin/with/provider')

export type Needs = 'nobody' | 'member' | 'guest' | 'ticket' | 'bound'

/** Who is there before a sample runs, and what it sends. */
export const runs: Record<string, [needs: Needs, ...calls: string[]]> = {
  'App.auth': ['nobody'],
  '一 Auth.signUp': ['nobody', send, verify, ...enter('signup')],
  '三 Auth.signUp': ['nobody', send, send, verify, ...enter('signup')],
  'Auth.signIn': ['member', ...enter('signin'), ...enter('signin'), ...enter('signin')],
  'Auth.signOut': ['member', 'POST /auth/v1/revoke'],
  'Auth.signInAnonymously': ['nobody', ...enter('signin/anonymously')],
  'Auth.signInAnonymously 匿名登录转正': [
    'nobody',
    ...enter('signin/anonymously'),
    send,
    verify,
    ...enter('signup'),
  ],
  'Auth.setCustomSignFunc': ['nobody'],
  'Auth.signInWithCustomTicket': ['ticket', ...enter('signin/custom')],
  'Auth.signInWithOpenId': ['nobody', ...silent],
  'Auth.signInWithUnionId': ['nobody', ...silent],
  'Auth.signInWithPhoneAuth': ['nobody', ...silent],
  'Auth.signInWithSms': ['nobody', send, verify, ...enter('signup')],
  'Auth.signInWithEmail': ['nobody', send, verify, ...enter('signup')],
  'Auth.toDefaultLoginPage': ['nobody'],
  'Auth.genProviderRedirectUri': ['nobody', 'GET /auth/v1/provider/uri', ...silent],
  'Auth.grantProviderToken': ['nobody', 'POST /auth/v1/provider/token'],
  'Auth.signInWithProvider': ['nobody', ...enter('signin/with/provider')],
  'Auth.unbindProvider': [
    'bound',
    'GET /auth/v1/user/provider',
    'DELETE /auth/v1/user/provider/wx_open',
  ],
  'Auth.getProviders': ['bound', 'GET /auth/v1/user/provider'],
  'Auth.bindWithProvider': ['member', 'POST /auth/v1/user/provider/bind'],
  'Auth.verify': ['nobody', send, verify],
  'Auth.getVerification': ['nobody', send],
  '一 Auth.sudo': ['member', 'POST /auth/v1/user/sudo'],
  '三 Auth.sudo': ['member', 'POST /auth/v1/user/sudo', send, verify, 'POST /auth/v1/user/sudo'],
  'Auth.getAccessToken': ['member'],
  'Auth.getCurrentUser': ['member', me],
  '一 Auth.bindPhoneNumber': [
    'member',
    send,
    verify,
    'POST /auth/v1/user/sudo',
    send,
    verify,
    'PATCH /auth/v1/user/contact',
  ],
  '一 Auth.bindEmail': [
    'member',
    send,
    verify,
    'POST /auth/v1/user/sudo',
    send,
    verify,
    'PATCH /auth/v1/user/contact',
  ],
  '三 Auth.bindPhoneNumber': ['member', send, verify, 'PATCH /auth/v1/user/contact'],
  '三 Auth.bindEmail': ['member', send, verify, 'PATCH /auth/v1/user/contact'],
  'Auth.setPassword': ['member', 'PATCH /auth/v1/user/password'],
  'Auth.getUserInfo': ['member', me],
  'Auth.queryUser': ['member', 'GET /auth/v1/user/query'],
  'Auth.resetPassword': ['member', send, verify, 'POST /auth/v1/reset'],
  'Auth.isUsernameRegistered': ['nobody', 'GET /auth/v1/checkIfUserExist'],
  'Auth.deleteMe': ['member', 'DELETE /auth/v1/user/me', 'POST /auth/v1/revoke'],
  'Auth.loginScope': ['guest'],
  'Auth.hasLoginState': ['member'],
  'Auth.getLoginState': ['member'],
  'Auth.onLoginStateChanged': ['member'],
  'User.update': ['member', 'PATCH /auth/v1/user/profile'],
  'User.refresh': ['member', me],
}
