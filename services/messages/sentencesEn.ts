import type { KnownCode } from '../codes.ts'
import type { Operation } from './operation.ts'

/** The same sentence whether the account exists or not, so that it reveals nothing. */
const refused = 'The account or the password is incorrect. Try again, or sign in with a code.'
const noAccess = 'This contact cannot be used to sign in. Sign up, or use another.'
const notLetIn = 'Signing in is not possible at the moment. Contact support.'
const cannotSend = 'No code can be sent to this contact. Check it, or use another.'
const cannotReset = 'The password cannot be reset with this contact. Check it, or use another.'

const badInput = 'Something you entered is not valid. Check it and try again.'
const badContact =
  'This is not a phone number or e-mail address. Check it; numbers abroad begin with +.'
const manyCodes = 'Too many codes were sent. Try again {wait}.'
const wrongCode =
  'The code is incorrect or has expired. Check the latest message, or get a new code.'
const lostPassword = 'Your password was not kept when the page reloaded. Type it once more.'
const spentCode = 'This code is no longer valid. Get a new one.'
const lateProof = 'Your code was verified too long ago. Get a new one.'
const lateElevation = 'You confirmed your identity too long ago. Do it again.'
const takenName = 'This username is taken. Choose another.'
const badProfile = 'Something you entered is not valid. Check it; a username has no spaces, + or @.'
const takenContact =
  'This contact belongs to another account. Use another, or sign in to that account.'
const misread = 'The characters are incorrect. Try the new picture.'
const oldPicture = 'The picture is no longer valid. Try the new one.'
const failedCheck = 'The picture check failed. Try again.'
const unfinished = 'The other service needs your input. Go back and try again.'
const failedServer = 'The server had a problem. Try again {wait}.'
const tooOften = 'You have tried too often. Try again {wait}.'
const lateTicket = 'Your sign-in ticket is no longer valid. Start again.'
const noPicture = 'The picture could not be loaded. Check your network and try again.'
const weak = 'This password is not accepted. Choose a longer one with letters and digits.'
const wrongPassword = 'The password is incorrect. Try again, or use a code.'
const noProfile = 'The other service did not share your identity. Go back and allow it again.'
const lateProvider = 'The authorization has expired. Go back and allow it again.'
const unknownIdentity =
  'This identity is not linked yet. Sign in another way first, then link it to your account.'
const ended = 'Your session has ended. Sign in again.'
const notOffered = 'This sign-in method is not available. Sign in another way.'
const misconfigured = 'Sign-in is not set up correctly. Contact support.'
const down = 'The server is not available. Try again {wait}.'

const byCode = {
  unknown: 'That did not work. Try again {wait}.',

  aborted: 'You have tried too often. Go back to the start and try again {wait}.',
  access_denied: 'You did not allow access. Try again, or sign in another way.',
  account_selection_required: unfinished,
  already_exists: 'This is taken. Choose another.',
  cancelled: 'Cancelled. Start again whenever you like.',
  captcha_expired: oldPicture,
  captcha_invalid: failedCheck,
  captcha_required: 'A picture check is needed. Try again and type its characters.',
  captcha_used: oldPicture,
  code_expired: 'The code has expired. Get a new one.',
  consent_required: unfinished,
  data_loss: failedServer,
  deadline_exceeded: 'The server took too long. Check your network and try again.',
  failed_precondition: 'That is not possible at the moment. Go back and try again.',
  foreign_callback: 'This page belongs to another sign-in. Start again from the sign-in page.',
  interaction_required: unfinished,
  internal: failedServer,
  invalid_argument: badInput,
  invalid_captcha: failedCheck,
  invalid_credentials: refused,
  invalid_grant: ended,
  invalid_password: refused,
  invalid_phone_number: badContact,
  invalid_request: misconfigured,
  invalid_request_object: misconfigured,
  invalid_request_uri: misconfigured,
  invalid_response: 'The server sent an invalid answer. Check your network and try again.',
  invalid_scope: misconfigured,
  invalid_status: 'Too many wrong passwords. Try again {wait}, or sign in with a code.',
  invalid_two_factor:
    'The second code is incorrect or has expired. Type it again, or get a new one.',
  invalid_two_factor_recovery: 'The recovery code is incorrect. Check it and type it again.',
  invalid_username_or_password: refused,
  invalid_verification_code: wrongCode,
  local: 'That did not work on this device. Try again {wait}.',
  login_method_disabled: notOffered,
  login_required: ended,
  login_type_disabled: notOffered,
  mfa_phone_required: 'One more step: get a code by phone and enter it to sign in.',
  not_found: 'It was not found. Check it and try again.',
  origin_not_allowed: 'Sign-in is not possible on this website. Contact support.',
  out_of_range: badInput,
  password_not_set: refused,
  permission_denied: 'Your session has expired. Go back and try again.',
  provider_error: 'The other service had a problem. Try again {wait}, or sign in another way.',
  provider_not_enabled: notOffered,
  rate_limit_exceeded: tooOften,
  registration_not_supported: 'This way of signing up is not available. Sign in another way.',
  request_not_supported: misconfigured,
  request_uri_not_supported: misconfigured,
  resource_exhausted: tooOften,
  server_error: failedServer,
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
} satisfies Record<KnownCode, string>

const byOperation = {
  'bindProvider:already_exists': 'This is linked to another account. Unlink it there first.',
  'bindProvider:failed_precondition':
    'This is already linked, to this account or another. Unlink it first.',
  'bindProvider:permission_denied': lateProvider,
  'captcha:captcha_expired': 'The check has expired. Try again.',
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
  'isUsernameRegistered:invalid_argument': badProfile,
  'login:deadline_exceeded': 'WeChat took too long. Check your network and try again.',
  'login:failed_precondition': 'WeChat sign-in failed. Try again, or sign in another way.',
  'queryUsers:not_found': 'No user was found. Check your entry and try again.',
  'queryUsers:permission_denied': 'Guests cannot search for users. Sign in first.',
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
  'signIn:not_found': refused,
  'signIn:permission_denied': lateProof,
  'signIn:user_blocked': notLetIn,
  'signIn:user_pending': notLetIn,
  'signInAnonymously:permission_denied': 'Guest access is not available. Sign in instead.',
  'signInWithCustomTicket:failed_precondition': lateTicket,
  'signInWithCustomTicket:invalid_argument': lateTicket,
  'signInWithCustomTicket:permission_denied': lateTicket,
  'signInWithProvider:failed_precondition': noProfile,
  'signInWithProvider:not_found': unknownIdentity,
  'signInWithProvider:permission_denied': lateProvider,
  'signUp:already_exists': takenName,
  'signUp:code_expired': spentCode,
  'signUp:failed_precondition':
    'This phone number or e-mail is already registered. Sign in with it, or use another.',
  'signUp:invalid_argument': badProfile,
  'signUp:permission_denied': lateProof,
  'sudo:failed_precondition': 'A password is not enough here. Get a code by phone instead.',
  'sudo:invalid_password': wrongPassword,
  'sudo:password_not_set': 'You have no password. Get a code instead.',
  'sudo:permission_denied': lateProof,
  'sudo:wrong_password': wrongPassword,
  'unbindProvider:failed_precondition':
    'You would have no way left to sign in. Add a phone number, e-mail or password first.',
  'unbindProvider:not_found': 'This is not linked to your account. Go back and check again.',
  'updateProfile:already_exists': takenName,
  'updateProfile:invalid_argument': badProfile,
  'upgrade:aborted': 'That did not work, and you are still a guest. Start again.',
  'verify:aborted': 'Too many wrong codes. Get a new one.',
  'verify:failed_precondition': spentCode,
  'verify:invalid_argument': wrongCode,
  'verify:not_found': spentCode,
  'verify:permission_denied': 'Your session has expired. Get a new code.',
  'verifyV2:not_found': noAccess,
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
} satisfies Partial<Record<`${Operation}:${KnownCode}`, string>>

/** The English sentences. The other languages have the same keys, which their types require. */
export const sentences = { ...byCode, ...byOperation }

/** A code, or a code on one operation: `not_found`, `signIn:not_found`. */
export type MessageKey = keyof typeof sentences
