import type { MessageKey } from './sentencesEn.ts'

/** 无论账号是否存在，措辞都相同，以免泄露哪些账号存在。 */
const refused = '账号或密码不正确。请重试，或改用验证码登录。'
const noAccess = '无法使用该手机号或邮箱登录，请先注册，或更换后重试。'
const notLetIn = '暂时无法登录，请联系客服。'
const cannotSend = '无法向该手机号或邮箱发送验证码，请检查后重试或更换。'
const cannotReset = '无法重置该手机号或邮箱的密码，请检查后重试或更换。'

const badInput = '输入有误，请检查后重试。'
const badContact = '手机号或邮箱格式不正确，请检查；中国大陆以外的手机号请以 + 开头。'
const manyCodes = '验证码发送过于频繁，请{wait}重试。'
const wrongCode = '验证码不正确或已过期，请核对最新消息，或重新获取验证码。'
const lostPassword = '页面刷新后不保留密码，请重新输入。'
const spentCode = '验证码已失效，请重新获取。'
const lateProof = '验证已超时，请重新获取验证码。'
const lateElevation = '身份验证已超时，请重新验证身份。'
const takenName = '该用户名已被占用，请换一个。'
const badProfile = '输入有误，请检查；用户名不能包含空格、+ 或 @。'
const takenContact = '该手机号或邮箱已绑定其他账号，请更换，或改用该账号登录。'
const misread = '字符不正确，请按新图片重新输入。'
const oldPicture = '图片已失效，请按新图片重新输入。'
const failedCheck = '图形验证码不正确，请重试。'
const unfinished = '授权尚未完成，请返回重试。'
const tooOften = '操作过于频繁，请{wait}重试。'
const lateTicket = '登录凭据已失效，请重新开始。'
const noPicture = '图片加载失败，请检查网络后重试。'
const weak = '该密码不符合要求，请换一个更长且包含字母和数字的密码。'
const wrongPassword = '密码不正确，请重试，或改用验证码验证。'
const noProfile = '从第三方获取用户信息失败，请返回重新授权。'
const lateProvider = '授权已超时，请返回重新授权。'
const unknownIdentity = '该第三方账号尚未绑定用户，请先用其他方式登录，再进行绑定。'
const ended = '登录已失效，请重新登录。'
const notOffered = '暂不支持该登录方式，请换一种方式登录。'
const misconfigured = '登录配置有误，请联系客服。'
const serverError = '服务器出错，请{wait}重试。'
const down = '服务暂不可用，请{wait}重试。'
const registered = '该手机号或邮箱已被注册，请直接登录，或更换其他手机号或邮箱。'

/** 中文提示语。 */
export const sentences: Record<MessageKey, string> = {
  unknown: '操作未成功，请{wait}重试。',

  aborted: '尝试次数过多，请返回重新开始，并{wait}重试。',
  access_denied: '您未同意授权。请重试，或换一种方式登录。',
  account_selection_required: unfinished,
  already_exists: '已被占用，请换一个。',
  cancelled: '已取消，您可以随时重新开始。',
  captcha_expired: oldPicture,
  captcha_invalid: failedCheck,
  captcha_required: '需要输入图形验证码，请重试并输入图中字符。',
  captcha_used: oldPicture,
  code_expired: '验证码已过期，请重新获取。',
  consent_required: unfinished,
  data_loss: serverError,
  deadline_exceeded: '服务器响应超时，请检查网络后重试。',
  failed_precondition: '当前无法进行此操作，请返回重试。',
  foreign_callback: '此页面属于另一次登录，请从登录页重新开始。',
  interaction_required: unfinished,
  internal: serverError,
  invalid_argument: badInput,
  invalid_captcha: failedCheck,
  invalid_credentials: refused,
  invalid_grant: ended,
  invalid_password: refused,
  invalid_phone_number: badContact,
  invalid_request: misconfigured,
  invalid_request_object: misconfigured,
  invalid_request_uri: misconfigured,
  invalid_response: '服务器响应异常，请检查网络后重试。',
  invalid_scope: misconfigured,
  invalid_status: '密码错误次数过多，请{wait}重试，或改用验证码登录。',
  invalid_two_factor: '二次验证码不正确或已过期，请重新输入，或重新获取。',
  invalid_two_factor_recovery: '恢复码不正确，请核对后重新输入。',
  invalid_username_or_password: refused,
  invalid_verification_code: wrongCode,
  local: '设备上的操作未成功，请{wait}重试。',
  login_method_disabled: notOffered,
  login_required: ended,
  login_type_disabled: notOffered,
  mfa_phone_required: '还差一步：请获取并输入手机验证码，完成登录。',
  not_found: '未找到，请检查后重试。',
  origin_not_allowed: '本网站未获准使用此登录服务，请联系客服。',
  out_of_range: badInput,
  password_not_set: refused,
  permission_denied: '会话已过期，请返回重试。',
  provider_error: '第三方服务出错，请{wait}重试，或换一种方式登录。',
  provider_not_enabled: notOffered,
  rate_limit_exceeded: tooOften,
  registration_not_supported: '无法以此方式注册，请换一种方式登录。',
  request_not_supported: misconfigured,
  request_uri_not_supported: misconfigured,
  resource_exhausted: tooOften,
  server_error: serverError,
  temporarily_unavailable: down,
  two_factor_required: '还差一步：请输入二次验证码，完成登录。',
  unauthenticated: ended,
  unauthorized_client: misconfigured,
  unavailable: down,
  under_review: '正在审核中，请{wait}重试，或联系客服。',
  unimplemented: '此处不支持该操作，请换一种方式。',
  unreachable: '网络连接失败，请检查网络后重试。',
  unsupported_response_type: misconfigured,
  user_blocked: '该账号已被停用，请联系客服。',
  user_not_found: refused,
  user_pending: '该账号尚未激活，请联系客服。',
  weak_password: weak,
  wrong_password: refused,

  'bindProvider:already_exists': '该第三方账号已绑定其他账号，请先登录该账号解除绑定。',
  'bindProvider:failed_precondition': '已存在绑定关系，请先解除原有绑定，再重新绑定。',
  'bindProvider:permission_denied': lateProvider,
  'captcha:captcha_expired': '安全验证已超时，操作未进行，请重试。',
  'captcha:cancelled': '您已关闭安全验证，操作未进行，可随时重试。',
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
  'login:deadline_exceeded': '微信响应超时，请检查网络后重试。',
  'login:failed_precondition': '微信登录未成功。请重试，或换一种方式登录。',
  'queryUsers:not_found': '未找到该用户，请检查后重试。',
  'queryUsers:permission_denied': '访客无法查询用户，请先登录。',
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
  'setContact:already_exists': takenContact,
  'setContact:failed_precondition': takenContact,
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
  'signInAnonymously:permission_denied': '此处不支持访客访问，请登录后使用。',
  'signInWithCustomTicket:failed_precondition': lateTicket,
  'signInWithCustomTicket:invalid_argument': lateTicket,
  'signInWithCustomTicket:permission_denied': lateTicket,
  'signInWithProvider:failed_precondition': noProfile,
  'signInWithProvider:not_found': unknownIdentity,
  'signInWithProvider:permission_denied': lateProvider,
  'signUp:already_exists': takenName,
  'signUp:code_expired': spentCode,
  'signUp:failed_precondition': registered,
  'signUp:invalid_argument': badProfile,
  'signUp:permission_denied': lateProof,
  'sudo:failed_precondition': '仅凭密码无法完成验证，请改用手机验证码。',
  'sudo:invalid_password': wrongPassword,
  'sudo:password_not_set': '当前用户未设置密码，请使用验证码验证。',
  'sudo:permission_denied': lateProof,
  'sudo:wrong_password': wrongPassword,
  'unbindProvider:failed_precondition': '解除后您将无法登录，请先绑定手机号、邮箱或设置密码。',
  'unbindProvider:not_found': '您的账号未绑定该第三方账号，请返回查看。',
  'updateProfile:already_exists': takenName,
  'updateProfile:invalid_argument': badProfile,
  'upgrade:aborted': '操作未成功，您仍是访客，请重新开始。',
  'verify:aborted': '验证码错误次数过多，请重新获取。',
  'verify:failed_precondition': spentCode,
  'verify:invalid_argument': wrongCode,
  'verify:not_found': spentCode,
  'verify:permission_denied': '会话已过期，请重新获取验证码。',
  'verifyCaptcha:captcha_expired': misread,
  'verifyCaptcha:captcha_invalid': misread,
  'verifyCaptcha:invalid_argument': misread,
  'verifyCaptcha:invalid_captcha': misread,
  'verifyCaptcha:not_found': misread,
  'verifyV2:not_found': noAccess,
  'verifyV2:user_blocked': notLetIn,
  'verifyV2:user_not_found': noAccess,
  'verifyV2:user_pending': notLetIn,
  'openPopup:cancelled': '您已关闭窗口，操作未进行，可随时重试。',
  'openPopup:deadline_exceeded': '窗口打开的时间过长，请重试。',
  'openPopup:failed_precondition': '窗口被拦截，请在浏览器中允许后重试。',
  'openPopup:unimplemented': '此处无法打开窗口，请换一种方式，或联系客服。',
}
