/** Every word on the page, in English and in Chinese. A text that one language lacks is a type error. */
import type { AuthError, OperationName } from 'cloudbase-authflow'

export type Language = 'en' | 'zh'

/** One error of one operation; `captcha` is the dialog as a whole. */
type Named = Partial<
  Record<`${OperationName | 'captcha'}:${string}`, string | ((wait?: string) => string)>
>

/** The same for an unknown account and a wrong password: a stranger learns nothing from it. */
const refusedEn = 'The account or the password is not right. Try again, or sign in with a code.'
const refusedZh = '账号或密码不正确。请重试，或改用验证码登录。'

const misreadEn = 'Those were not the characters. Here is a new picture.'
const misreadZh = '字符不正确，已换一张新图片。'

const en = {
  title: 'Sign in',
  product: 'authflow',
  demo: 'demo',
  otherLanguage: '中文',
  loading: 'Loading…',

  account: {
    heading: 'Sign in',
    lead: 'New here? A code creates your account.',
    ways: 'How to sign in',
    byCode: 'Code',
    byPassword: 'Password',
    phone: 'Phone number',
    email: 'E-mail',
    usePhone: 'Use a phone instead',
    useEmail: 'Use e-mail instead',
    phoneHint:
      'You get a 6-digit code. Outside mainland China, begin with the country code: +852 …',
    emailHint: 'You get a 6-digit code by e-mail.',
    missing: 'Enter your phone number or e-mail address first.',
    send: 'Send code',
    sending: 'Sending…',
    username: 'Username, phone or e-mail',
    password: 'Password',
    show: 'Show password',
    passwordHint: 'No password yet? Sign in with a code.',
    missingPassword: 'Enter both your account and your password.',
    signIn: 'Sign in',
    signingIn: 'Signing in…',
  },

  code: {
    heading: 'Enter the code',
    sent: (to: string) => `Sent to ${to}.`,
    change: (isEmail: boolean) => (isEmail ? 'Change e-mail' : 'Change number'),
    label: '6-digit code',
    hint: 'It may take a moment to arrive.',
    missing: 'The code has 6 digits.',
    verify: 'Continue',
    verifying: 'Checking…',
    signingIn: 'Signing in…',
    signingUp: 'Making your account…',
    resend: 'Send a new code',
    resendIn: (seconds: number) => `Send a new code in ${seconds} s`,
    resending: 'Sending…',
  },

  resend: {
    heading: 'Get a new code',
    lead: (to: string) => `It goes to ${to}, as before.`,
  },

  retry: {
    heading: 'Almost there',
    lead: 'Your code was right. Only the last step did not get through.',
    retry: 'Try again',
    change: 'Use another account',
  },

  profile: {
    heading: 'Welcome!',
    lead: 'Your account is ready. What should we call you?',
    nickname: 'Nickname',
    username: 'Username',
    hint: 'A username has no spaces, + or @.',
    optional: 'optional',
    save: 'Save',
    saving: 'Saving…',
    skip: 'Skip for now',
  },

  home: {
    heading: (name?: string) => (name ? `Hello, ${name}` : 'You are signed in'),
    lead: 'This session stays through a reload.',
    uid: 'User ID',
    name: 'Nickname',
    username: 'Username',
    phone: 'Phone',
    email: 'E-mail',
    since: 'Joined',
    none: 'not set',
    again: 'Call getUser again',
    calling: 'Calling…',
    called: (time: string) => `getUser answered at ${time}`,
    signOut: 'Sign out',
  },

  captcha: {
    heading: 'A quick check',
    lead: 'Type the characters in the picture.',
    picture: 'A few distorted letters and digits to type in below',
    loading: 'Loading the picture…',
    label: 'Characters',
    hint: 'Capital or small letters: either is fine.',
    missing: 'Type the characters first.',
    replace: 'New picture',
    confirm: 'Confirm',
    checking: 'Checking…',
    cancel: 'Cancel',
  },

  sandbox: {
    heading: 'Sandbox',
    lead: 'The other side of the demo: no real message is ever sent.',
    inbox: 'SMS and e-mail inbox',
    empty: 'Codes arrive here.',
    fill: 'Fill in',
    copy: 'Copy',
    copied: (code: string) => `${code} copied.`,
    notCopied: 'The browser did not allow copying.',
    silent: 'The sandbox does not answer. Is npm start still running?',
    tryThis: 'Try this',
    captcha: 'Ask for a captcha',
    captchaHint: 'before the next code is sent',
    captchaDone: 'The next code will ask for a captcha.',
    cut: 'Break the line once',
    cutHint: 'the next request gets no answer',
    cutDone: 'The next request will get no answer.',
    expire: 'Expire the access token',
    expireHint: 'the next call renews it unseen',
    expireDone: 'The next getUser finds an expired token. It will succeed all the same.',
    user: 'Make a password user',
    userHint: 'and fill in its name and password',
    userDone: (name: string, password: string) => `${name} / ${password}`,
    reset: 'Clear everything',
    resetHint: 'users, sessions, messages',
    resetDone: 'As on the first day.',
    armed: 'ready',
  },

  strip: { heading: 'Machine', none: '–', busy: 'busy' },

  errors: {
    unknown: 'That did not work. Try again in a moment.',

    aborted: 'That was interrupted. Start again.',
    already_exists: 'That is taken. Choose another.',
    cancelled: 'Cancelled. Start again whenever you like.',
    captcha_invalid: 'The picture check did not go through. Try again.',
    captcha_required: 'A picture check is needed. Try again.',
    code_expired: 'The code has expired. Get a new one.',
    deadline_exceeded: 'The server took too long. Try again.',
    failed_precondition: 'That is not possible at the moment. Reload the page and try again.',
    internal: 'The server had a problem. Try again in a moment.',
    invalid_argument: 'Something typed here is not right. Check it and try again.',
    invalid_grant: 'Your session has ended. Sign in again.',
    invalid_response: 'The server’s answer made no sense. Check your network and try again.',
    invalid_status: (wait?: string) =>
      `Too many tries. ${wait ? `Try again in ${wait}` : 'Try again later'}, or sign in with a code.`,
    not_found: 'That was not found. Check it and try again.',
    permission_denied: 'That is not allowed here. Reload the page and try again.',
    resource_exhausted: (wait?: string) =>
      `Too many requests. ${wait ? `Try again in ${wait}.` : 'Try again later.'}`,
    unauthenticated: 'Your session has ended. Sign in again.',
    unavailable: 'The server is not available. Try again in a moment.',
    unimplemented: 'This server cannot do that. Sign in another way.',
    unreachable: 'The server could not be reached. Check your network and try again.',
    user_blocked: 'This account is blocked. Contact support.',
    user_pending: 'This account is not active yet. Contact support.',

    ...({
      'captcha:cancelled':
        'You closed the check, so nothing was done. Try again whenever you like.',
      'createCaptcha:unreachable':
        'The picture could not be loaded. Check your network and try again.',
      'sendVerification:failed_precondition': 'No code can be sent there. Use another contact.',
      'sendVerification:invalid_argument':
        'That is no phone number or e-mail address. Check it; a phone abroad begins with +.',
      'sendVerification:resource_exhausted': (wait?: string) =>
        `Too many codes were sent. ${wait ? `Try again in ${wait}.` : 'Try again later.'}`,
      'signIn:code_expired': 'Your code is no longer good. Get a new one.',
      'signIn:invalid_password': refusedEn,
      'signIn:not_found': refusedEn,
      'signIn:password_not_set': refusedEn,
      'signIn:permission_denied': 'Your code was checked too long ago. Get a new one.',
      'signUp:failed_precondition':
        'An account has just been made with this contact. Sign in to it.',
      'signUp:permission_denied': 'Your code was checked too long ago. Get a new one.',
      'updateProfile:already_exists': 'That username is taken. Choose another.',
      'updateProfile:invalid_argument': 'A username has no spaces, + or @. Choose another.',
      'updateProfile:unauthenticated': 'Your session has ended. Skip this and sign in again.',
      'verify:aborted': 'Too many wrong codes. Get a new one.',
      'verify:invalid_argument':
        'That is not the code. Check the latest message and type it again.',
      'verify:not_found': 'This code is no longer good. Get a new one.',
      'verify:permission_denied': 'This code is no longer good. Get a new one.',
      'verify:unreachable': 'The server could not be reached. Check your network, then continue.',
      'verifyCaptcha:captcha_invalid': misreadEn,
      'verifyCaptcha:invalid_argument': misreadEn,
    } satisfies Named),
  },
}

/** The shape of a table of texts, without its words. */
type Worded<T> = {
  [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...given: infer A) => string
      ? (...given: A) => string
      : Worded<T[K]>
}

export type Texts = Worded<typeof en>

const zh: Texts = {
  title: '登录',
  product: 'authflow',
  demo: '演示',
  otherLanguage: 'English',
  loading: '加载中…',

  account: {
    heading: '登录',
    lead: '首次使用？验证通过即自动创建账号。',
    ways: '登录方式',
    byCode: '验证码登录',
    byPassword: '密码登录',
    phone: '手机号',
    email: '邮箱',
    usePhone: '改用手机号',
    useEmail: '改用邮箱',
    phoneHint: '将发送 6 位验证码。中国大陆以外的号码请加国家或地区代码，如 +852。',
    emailHint: '6 位验证码将发送到您的邮箱。',
    missing: '请先输入手机号或邮箱。',
    send: '获取验证码',
    sending: '发送中…',
    username: '用户名、手机号或邮箱',
    password: '密码',
    show: '显示密码',
    passwordHint: '还没有密码？请用验证码登录。',
    missingPassword: '请输入账号和密码。',
    signIn: '登录',
    signingIn: '登录中…',
  },

  code: {
    heading: '输入验证码',
    sent: (to) => `验证码已发送至 ${to}。`,
    change: (isEmail) => (isEmail ? '更换邮箱' : '更换手机号'),
    label: '6 位验证码',
    hint: '验证码可能稍有延迟，请稍候。',
    missing: '请输入 6 位数字验证码。',
    verify: '继续',
    verifying: '验证中…',
    signingIn: '登录中…',
    signingUp: '正在创建账号…',
    resend: '重新发送验证码',
    resendIn: (seconds) => `${seconds} 秒后可重新发送`,
    resending: '发送中…',
  },

  resend: {
    heading: '重新获取验证码',
    lead: (to) => `新的验证码仍将发送至 ${to}。`,
  },

  retry: {
    heading: '只差一步',
    lead: '验证码正确，只是最后一步没有成功。',
    retry: '重试',
    change: '换个账号',
  },

  profile: {
    heading: '欢迎！',
    lead: '账号已创建。怎么称呼您？',
    nickname: '昵称',
    username: '用户名',
    hint: '用户名不能包含空格、+ 或 @。',
    optional: '选填',
    save: '保存',
    saving: '保存中…',
    skip: '暂时跳过',
  },

  home: {
    heading: (name) => (name ? `您好，${name}` : '已登录'),
    lead: '刷新页面后仍保持登录。',
    uid: '用户 ID',
    name: '昵称',
    username: '用户名',
    phone: '手机号',
    email: '邮箱',
    since: '注册时间',
    none: '未设置',
    again: '再次调用 getUser',
    calling: '调用中…',
    called: (time) => `getUser 已于 ${time} 返回`,
    signOut: '退出登录',
  },

  captcha: {
    heading: '安全验证',
    lead: '请输入图片中的字符。',
    picture: '若干变形的字母和数字，请在下方输入',
    loading: '图片加载中…',
    label: '图片中的字符',
    hint: '不区分大小写。',
    missing: '请先输入图片中的字符。',
    replace: '换一张',
    confirm: '确定',
    checking: '验证中…',
    cancel: '取消',
  },

  sandbox: {
    heading: '沙箱',
    lead: '演示的“另一端”：不会真的发送任何消息。',
    inbox: '短信与邮件收件箱',
    empty: '验证码会出现在这里。',
    fill: '填入',
    copy: '复制',
    copied: (code) => `已复制 ${code}。`,
    notCopied: '浏览器不允许复制。',
    silent: '沙箱没有响应。npm start 还在运行吗？',
    tryThis: '试一试',
    captcha: '要求图形验证码',
    captchaHint: '在下一次发送验证码之前',
    captchaDone: '下一次发送验证码前会要求图形验证码。',
    cut: '断线一次',
    cutHint: '下一个请求得不到响应',
    cutDone: '下一个请求将得不到响应。',
    expire: '使访问令牌过期',
    expireHint: '下一次调用会自动续期',
    expireDone: '下一次 getUser 会遇到过期的令牌，但仍会成功。',
    user: '创建密码用户',
    userHint: '并填入用户名和密码',
    userDone: (name, password) => `${name} / ${password}`,
    reset: '全部清空',
    resetHint: '用户、会话和消息',
    resetDone: '已恢复到初始状态。',
    armed: '已就绪',
  },

  strip: { heading: '状态机', none: '–', busy: '忙' },

  errors: {
    unknown: '操作未成功，请稍后重试。',

    aborted: '操作被中断，请重新开始。',
    already_exists: '已被占用，请换一个。',
    cancelled: '已取消，您可以随时重新开始。',
    captcha_invalid: '图形验证未通过，请重试。',
    captcha_required: '需要图形验证，请重试。',
    code_expired: '验证码已过期，请重新获取。',
    deadline_exceeded: '服务器响应超时，请重试。',
    failed_precondition: '当前无法进行此操作，请刷新页面后重试。',
    internal: '服务器出错，请稍后重试。',
    invalid_argument: '输入有误，请检查后重试。',
    invalid_grant: '登录已失效，请重新登录。',
    invalid_response: '服务器响应异常，请检查网络后重试。',
    invalid_status: (wait) =>
      `尝试次数过多，请${wait ? `在 ${wait}后` : '稍后'}重试，或改用验证码登录。`,
    not_found: '未找到，请检查后重试。',
    permission_denied: '没有权限，请刷新页面后重试。',
    resource_exhausted: (wait) => `操作过于频繁，请${wait ? `在 ${wait}后` : '稍后'}重试。`,
    unauthenticated: '登录已失效，请重新登录。',
    unavailable: '服务暂不可用，请稍后重试。',
    unimplemented: '服务器不支持此操作，请换一种方式登录。',
    unreachable: '无法连接服务器，请检查网络后重试。',
    user_blocked: '该账号已被停用，请联系客服。',
    user_pending: '该账号尚未激活，请联系客服。',

    'captcha:cancelled': '您关闭了安全验证，操作未进行。可随时重试。',
    'createCaptcha:unreachable': '图片加载失败，请检查网络后重试。',
    'sendVerification:failed_precondition': '无法向该联系方式发送验证码，请更换。',
    'sendVerification:invalid_argument':
      '手机号或邮箱格式不正确，请检查；中国大陆以外的手机号请以 + 开头。',
    'sendVerification:resource_exhausted': (wait) =>
      `验证码发送过于频繁，请${wait ? `在 ${wait}后` : '稍后'}重试。`,
    'signIn:code_expired': '验证码已失效，请重新获取。',
    'signIn:invalid_password': refusedZh,
    'signIn:not_found': refusedZh,
    'signIn:password_not_set': refusedZh,
    'signIn:permission_denied': '验证已超时，请重新获取验证码。',
    'signUp:failed_precondition': '该联系方式刚刚注册了账号，请直接登录。',
    'signUp:permission_denied': '验证已超时，请重新获取验证码。',
    'updateProfile:already_exists': '该用户名已被占用，请换一个。',
    'updateProfile:invalid_argument': '用户名不能包含空格、+ 或 @，请换一个。',
    'updateProfile:unauthenticated': '登录已失效，请跳过此步并重新登录。',
    'verify:aborted': '错误次数过多，请重新获取验证码。',
    'verify:invalid_argument': '验证码不正确，请核对最新消息后重新输入。',
    'verify:not_found': '验证码已失效，请重新获取。',
    'verify:permission_denied': '验证码已失效，请重新获取。',
    'verify:unreachable': '无法连接服务器，请检查网络后点击“继续”。',
    'verifyCaptcha:captcha_invalid': misreadZh,
    'verifyCaptcha:invalid_argument': misreadZh,
  },
}

export const texts: Record<Language, Texts> = { en, zh }

/** What to tell a person about an error: what happened and what to do next. */
export function sentence(
  error: Pick<AuthError, 'operation' | 'code' | 'retryAfter'>,
  language: Language,
): string {
  const { errors } = texts[language]
  const named = `${error.operation ?? ''}:${error.code}`
  const key = [named, error.code].find((name) => Object.hasOwn(errors, name)) ?? 'unknown'
  const found = errors[key as keyof typeof errors]
  if (typeof found === 'string') return found
  return found(error.retryAfter === undefined ? undefined : duration(error.retryAfter, language))
}

/** `45 seconds`, `12 minutes`, `2 hours`: rounded up, so that nobody comes too early. */
function duration(seconds: number, language: Language): string {
  const [value, unit] =
    seconds < 90
      ? [seconds, 'second']
      : seconds < 5400
        ? [seconds / 60, 'minute']
        : [seconds / 3600, 'hour']
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' })
  return format.format(Math.ceil(value)).replace(/(\d)(?=\p{Script=Han})/u, '$1 ')
}
