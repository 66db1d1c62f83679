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

/** Errors in the documents that no client could run. */
export const typos: [sample: string, written: string, meant: string][] = [
  ['匿名登录转正', '...// 传参参考 Auth.signUp接口', '...(await $signUpParams()),'],
  ['匿名登录转正', '...\n// 传参参考 Auth.signUp接口', '...(await $signUpParams()),'],
  ['setCustomSignFunc', 'new Promise((resolve, reject))', 'new Promise($giveTicket)'],
  ['一 Auth.genProviderRedirectUri', 'provider_token: providerToken', 'provider_token'],
  ['一 Auth.getCurrentUser', 'getCurrenUser', 'getCurrentUser'],
  // A verification token is valid once, and sudo uses the first one; neither document says so.
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
  // The sample shows two alternatives one after the other.
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

/** What the reader fills in. */
export const blanks: [written: string, filled: string][] = [
  ['clientId: "xxxx"', 'clientId: "xxxx-yyy"'],
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

export type Needs = 'signedOut' | 'member' | 'anonymous' | 'ticket' | 'bound'

/** The user before a sample runs, and the requests it sends. */
export const runs: Record<string, [needs: Needs, ...calls: string[]]> = {
  'App.auth': ['signedOut'],
  '一 Auth.signUp': ['signedOut', send, verify, ...enter('signup')],
  '三 Auth.signUp': ['signedOut', send, send, verify, ...enter('signup')],
  'Auth.signIn': ['member', ...enter('signin'), ...enter('signin'), ...enter('signin')],
  'Auth.signOut': ['member', 'POST /auth/v1/revoke'],
  'Auth.signInAnonymously': ['signedOut', ...enter('signin/anonymously')],
  'Auth.signInAnonymously 匿名登录转正': [
    'signedOut',
    ...enter('signin/anonymously'),
    send,
    verify,
    ...enter('signup'),
  ],
  'Auth.setCustomSignFunc': ['signedOut'],
  'Auth.signInWithCustomTicket': ['ticket', ...enter('signin/custom')],
  'Auth.signInWithOpenId': ['signedOut', ...silent],
  'Auth.signInWithUnionId': ['signedOut', ...silent],
  'Auth.signInWithPhoneAuth': ['signedOut', ...silent],
  'Auth.signInWithSms': ['signedOut', send, verify, ...enter('signup')],
  'Auth.signInWithEmail': ['signedOut', send, verify, ...enter('signup')],
  'Auth.toDefaultLoginPage': ['signedOut'],
  'Auth.genProviderRedirectUri': ['signedOut', 'GET /auth/v1/provider/uri', ...silent],
  'Auth.grantProviderToken': ['signedOut', 'POST /auth/v1/provider/token'],
  'Auth.signInWithProvider': ['signedOut', ...enter('signin/with/provider')],
  'Auth.unbindProvider': [
    'bound',
    'GET /auth/v1/user/provider',
    'DELETE /auth/v1/user/provider/wx_open',
    me,
  ],
  'Auth.getProviders': ['bound', 'GET /auth/v1/user/provider'],
  'Auth.bindWithProvider': ['member', 'POST /auth/v1/user/provider/bind', me],
  'Auth.verify': ['signedOut', send, verify],
  'Auth.getVerification': ['signedOut', send],
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
    me,
  ],
  '一 Auth.bindEmail': [
    'member',
    send,
    verify,
    'POST /auth/v1/user/sudo',
    send,
    verify,
    'PATCH /auth/v1/user/contact',
    me,
  ],
  '三 Auth.bindPhoneNumber': ['member', send, verify, 'PATCH /auth/v1/user/contact', me],
  '三 Auth.bindEmail': ['member', send, verify, 'PATCH /auth/v1/user/contact', me],
  'Auth.setPassword': ['member', 'PATCH /auth/v1/user/password'],
  'Auth.getUserInfo': ['member', me],
  'Auth.queryUser': ['member', 'GET /auth/v1/user/query'],
  'Auth.resetPassword': ['member', send, verify, 'POST /auth/v1/reset'],
  'Auth.isUsernameRegistered': ['signedOut', 'GET /auth/v1/checkIfUserExist'],
  'Auth.deleteMe': ['member', 'DELETE /auth/v1/user/me', 'POST /auth/v1/revoke'],
  'Auth.loginScope': ['anonymous'],
  'Auth.hasLoginState': ['member'],
  'Auth.getLoginState': ['member'],
  'Auth.onLoginStateChanged': ['member'],
  'User.update': ['member', 'PATCH /auth/v1/user/profile'],
  'User.refresh': ['member', me],
}
