import type { OperationName } from '../http/operation.ts'

/** What can fail: every endpoint, and the waits that are none. */
export type Operation =
  OperationName | 'captcha' | 'destinationOf' | 'openPopup' | 'readCallback' | 'login'

/** The same whether there is such an account or not: a stranger learns nothing from it. */
const refused = 'The account or the password is not right. Try again, or sign in with a code.'
const noAccess = 'You cannot be signed in with this contact. Sign up, or use another.'
const notLetIn = 'You cannot be signed in. Contact support.'
const cannotSend = 'No code can be sent there. Check it, or use another phone number or e-mail.'
const cannotReset = 'The password cannot be reset with this contact. Check it, or use another.'

const badContact =
  'That is no phone number or e-mail address. Check it; a phone abroad begins with +.'
const manyCodes = 'Too many codes were sent. Try again {wait}.'
const wrongCode =
  'That is not the code, or it has expired. Check the latest message, or get a new code.'
const lostPassword = 'Your password was not kept when the page was reloaded. Type it once more.'
const spentCode = 'This code is no longer good. Get a new one.'
const lateProof = 'Your code was checked too long ago. Get a new one.'
const lateElevation = 'It is too long ago that you proved who you are. Do it again.'
const takenName = 'That username is taken. Choose another.'
const badProfile = 'Something typed here is not right. Check it; a username has no spaces, + or @.'
const takenContact = 'This contact belongs to another account. Use another, or sign in to that one.'
const misread = 'Those were not the characters. Try the new picture.'
const noPicture = 'The picture could not be loaded. Check your network and try again.'
const weak = 'This password is not accepted. Choose a longer one with letters and digits.'
const wrongPassword = 'The password is not right. Try again, or use a code.'
const noProfile = 'The other service did not say who you are. Go back and allow it again.'
const lateProvider = 'That took too long. Go back and allow it again.'
const unknownIdentity =
  'Nobody signs in with this yet. Sign in another way first, then link it to your account.'
const ended = 'Your session has ended. Sign in again.'
const notOffered = 'This way of signing in is not available. Sign in another way.'
const misconfigured = 'Signing in is not set up right here. Contact support.'
const down = 'The server is not available. Try again {wait}.'

const byCode = {
  unknown: 'That did not work. Try again {wait}.',

  aborted: 'You have tried too often. Go back to the start and try again {wait}.',
  access_denied: 'You did not allow it. Try again, or sign in another way.',
  account_selection_required: 'Choose an account there first, then try again.',
  already_exists: 'That is taken. Choose another.',
  cancelled: 'Cancelled. Start again whenever you like.',
  captcha_expired: 'The picture has expired. Try the new one.',
  captcha_invalid: 'The picture check did not go through. Try again.',
  captcha_required: 'A picture check is needed. Try again and type its characters.',
  captcha_used: 'The picture was used before. Try the new one.',
  code_expired: 'The code has expired. Get a new one.',
  consent_required: 'Your consent is needed. Go back and allow it.',
  data_loss: 'The server had a problem. Try again {wait}.',
  deadline_exceeded: 'The server took too long. Check your network and try again.',
  failed_precondition: 'That is not possible at the moment. Go back and try again.',
  foreign_callback: 'This page belongs to another sign-in. Start again from the sign-in page.',
  interaction_required: 'Something is left to do there. Go back and try again.',
  internal: 'The server had a problem. Try again {wait}.',
  invalid_argument: 'Something typed here is not right. Check it and try again.',
  invalid_captcha: 'The picture check did not go through. Try again.',
  invalid_credentials: refused,
  invalid_grant: ended,
  invalid_password: refused,
  invalid_phone_number: badContact,
  invalid_request: misconfigured,
  invalid_request_object: misconfigured,
  invalid_request_uri: misconfigured,
  invalid_response: 'The server’s answer made no sense. Check your network and try again.',
  invalid_scope: misconfigured,
  invalid_status: 'Too many wrong passwords. Try again {wait}, or sign in with a code.',
  invalid_two_factor:
    'The second code is not right or has expired. Type it again, or get a new one.',
  invalid_two_factor_recovery: 'That is not the recovery code. Check it and type it again.',
  invalid_username_or_password: refused,
  invalid_verification_code: wrongCode,
  local: 'That did not work on this device. Try again {wait}.',
  login_method_disabled: notOffered,
  login_required: ended,
  login_type_disabled: notOffered,
  mfa_phone_required: 'One more step: get a code by phone and enter it to sign in.',
  not_found: 'That was not found. Check it and try again.',
  out_of_range: 'That is not in range. Check it and try again.',
  password_not_set: refused,
  permission_denied: 'Your session has expired. Go back and try again.',
  provider_error: 'The other service had a problem. Try again {wait}, or sign in another way.',
  provider_not_enabled: notOffered,
  rate_limit_exceeded: 'You have tried too often. Try again {wait}.',
  registration_not_supported: 'You cannot sign up this way. Sign in another way.',
  request_not_supported: misconfigured,
  request_uri_not_supported: misconfigured,
  resource_exhausted: 'You have tried too often. Try again {wait}.',
  server_error: 'The server had a problem. Try again {wait}.',
  temporarily_unavailable: down,
  two_factor_required: 'One more step: enter the second code to sign in.',
  unauthenticated: ended,
  unauthorized_client: misconfigured,
  unavailable: down,
  under_review: 'This is under review. Try again {wait}, or contact support.',
  unimplemented: 'This is not possible here. Try another way.',
  unreachable: 'The network is down. Check your connection and try again.',
  unsupported_response_type: misconfigured,
  user_blocked: 'This account is blocked. Contact support.',
  user_not_found: refused,
  user_pending: 'This account is not active yet. Contact support.',
  weak_password: weak,
  wrong_password: refused,
}

/** A code that has a sentence of its own. */
export type Code = keyof typeof byCode

const byOperation = {
  'bindProvider:already_exists': 'This is linked to another account. Unlink it there first.',
  'bindProvider:failed_precondition':
    'This is linked already, to this account or another. Unlink that one first.',
  'bindProvider:permission_denied': lateProvider,
  'captcha:cancelled': 'You closed the check, so nothing was done. Try again whenever you like.',
  'createCaptcha:deadline_exceeded': noPicture,
  'createCaptcha:unreachable': noPicture,
  'deleteUser:permission_denied': lateElevation,
  'destinationOf:invalid_argument': misconfigured,
  'editUser:already_exists': takenName,
  'editUser:failed_precondition': takenContact,
  'editUser:invalid_argument': badProfile,
  'editUser:invalid_password': wrongPassword,
  'editUser:permission_denied': lateElevation,
  'editUser:wrong_password': wrongPassword,
  'getProviderUri:not_found': notOffered,
  'grantProviderToken:failed_precondition': noProfile,
  'grantProviderToken:invalid_argument': noProfile,
  'grantProviderToken:permission_denied': lateProvider,
  'initCaptcha:deadline_exceeded': noPicture,
  'initCaptcha:unreachable': noPicture,
  'isUsernameRegistered:invalid_argument': badProfile,
  'login:deadline_exceeded': 'WeChat took too long. Check your network and try again.',
  'login:failed_precondition': 'WeChat did not let you in. Try again, or sign in another way.',
  'patchProviderToken:failed_precondition': noProfile,
  'patchProviderToken:invalid_argument': noProfile,
  'patchProviderToken:permission_denied': lateProvider,
  'queryUsers:not_found': 'Nobody was found. Check what you typed and try again.',
  'queryUsers:permission_denied': 'Guests cannot look people up. Sign in first.',
  'resetPassword:failed_precondition': cannotReset,
  'resetPassword:invalid_argument': weak,
  'resetPassword:not_found': cannotReset,
  'resetPassword:permission_denied': lateProof,
  'resetPassword:user_blocked': cannotReset,
  'resetPassword:user_not_found': cannotReset,
  'resetPassword:user_pending': cannotReset,
  'sendVerification:aborted': manyCodes,
  'sendVerification:already_exists': cannotSend,
  'sendVerification:failed_precondition': cannotSend,
  'sendVerification:invalid_argument': badContact,
  'sendVerification:not_found': cannotSend,
  'sendVerification:rate_limit_exceeded': manyCodes,
  'sendVerification:resource_exhausted': manyCodes,
  'sendVerification:user_blocked': cannotSend,
  'sendVerification:user_not_found': cannotSend,
  'sendVerification:user_pending': cannotSend,
  'setContact:failed_precondition': takenContact,
  'setContact:already_exists': takenContact,
  'setContact:invalid_argument': badContact,
  'setContact:permission_denied': lateElevation,
  'setPassword:cancelled': lostPassword,
  'setPassword:invalid_argument': weak,
  'setPassword:invalid_password': wrongPassword,
  'setPassword:permission_denied': lateElevation,
  'setPassword:wrong_password': wrongPassword,
  'signIn:cancelled': lostPassword,
  'signIn:code_expired': spentCode,
  'signIn:invalid_argument': 'Something typed here is not right. Check your account and try again.',
  'signIn:not_found': refused,
  'signIn:permission_denied': lateProof,
  'signIn:user_blocked': notLetIn,
  'signIn:user_pending': notLetIn,
  'signInAnonymously:permission_denied': 'Guests are not let in here. Sign in instead.',
  'signInV2:invalid_argument':
    'Something typed here is not right. Check your account and try again.',
  'signInV2:not_found': refused,
  'signInV2:permission_denied': lateProof,
  'signInV2:user_blocked': notLetIn,
  'signInV2:user_pending': notLetIn,
  'signInWithCustomTicket:failed_precondition': 'You cannot be let in like this. Start again.',
  'signInWithCustomTicket:invalid_argument': 'Your pass is not good any more. Start again.',
  'signInWithCustomTicket:permission_denied': 'Your pass is not good any more. Start again.',
  'signInWithProvider:failed_precondition': noProfile,
  'signInWithProvider:not_found': unknownIdentity,
  'signInWithProvider:permission_denied': lateProvider,
  'signInWithProviderV2:failed_precondition': noProfile,
  'signInWithProviderV2:not_found': unknownIdentity,
  'signInWithProviderV2:permission_denied': lateProvider,
  'signUp:already_exists': takenName,
  'signUp:code_expired': spentCode,
  'signUp:failed_precondition':
    'This phone number or e-mail is registered already. Sign in with it, or use another.',
  'signUp:invalid_argument': badProfile,
  'signUp:permission_denied': lateProof,
  'sudo:failed_precondition': 'A password is not enough here. Get a code by phone instead.',
  'sudo:invalid_password': wrongPassword,
  'sudo:password_not_set': 'You have no password. Get a code instead.',
  'sudo:permission_denied': lateProof,
  'sudo:wrong_password': wrongPassword,
  'unbindProvider:failed_precondition':
    'You would have no way left to sign in. Add a phone number, e-mail or password first.',
  'unbindProvider:not_found': 'This is not linked to your account. Go back and look again.',
  'updateProfile:already_exists': takenName,
  'updateProfile:invalid_argument': badProfile,
  'upgrade:aborted': 'That did not work, and you are still a guest. Start again.',
  'upgrade:already_exists': takenName,
  'upgrade:code_expired': spentCode,
  'upgrade:failed_precondition':
    'This phone number or e-mail is registered already. Sign in with it, or use another.',
  'upgrade:invalid_argument': badProfile,
  'upgrade:permission_denied': lateProof,
  'verify:aborted': 'Too many wrong codes. Get a new one.',
  'verify:failed_precondition': spentCode,
  'verify:invalid_argument': wrongCode,
  'verify:not_found': spentCode,
  'verify:permission_denied': 'Your session has expired. Get a new code.',
  'verifyV2:aborted': 'Too many wrong codes. Get a new one.',
  'verifyV2:failed_precondition': spentCode,
  'verifyV2:invalid_argument': wrongCode,
  'verifyV2:not_found': noAccess,
  'verifyV2:permission_denied': 'Your session has expired. Get a new code.',
  'verifyV2:user_blocked': notLetIn,
  'verifyV2:user_not_found': noAccess,
  'verifyV2:user_pending': notLetIn,
  'verifyCaptcha:captcha_expired': misread,
  'verifyCaptcha:captcha_invalid': misread,
  'verifyCaptcha:invalid_argument': misread,
  'verifyCaptcha:invalid_captcha': misread,
  'verifyCaptcha:not_found': misread,
  'openPopup:cancelled': 'You closed the window, so nothing was done. Try again whenever you like.',
  'openPopup:deadline_exceeded': 'The window was open too long. Try again.',
  'openPopup:failed_precondition':
    'The window was blocked. Allow it in your browser and try again.',
  'openPopup:unimplemented': 'No window can be opened here. Use another way, or contact support.',
} satisfies Partial<Record<`${Operation}:${Code}`, string>>

/** A key that one language lacks is a type error in the other. */
export const en = { ...byCode, ...byOperation }

/** A code, or what it means on one operation: `not_found`, `signIn:not_found`. */
export type MessageKey = keyof typeof en
