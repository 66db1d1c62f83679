import type { UiTexts } from './en.ts'

/** Latin letters stand apart from Chinese ones. */
const spaced = (name: string) => (/^[ -~]+$/.test(name) ? ` ${name} ` : name)
const named = (provider?: string) => spaced(provider ?? '第三方平台')
const takenContact = (what: string) => `该${what}已属于其他账号。请换一个，或登录那个账号。`

/** The texts of a sign-in UI in Chinese. A missing text is a type error. */
export const zh: UiTexts = {
  loading: '加载中…',
  back: '返回',
  cancel: '取消',
  popupDone: '已完成。请关闭此窗口，回到原来的窗口继续。',
  popupAlone: '找不到原来的窗口？从这里开始。',

  titles: {
    askingAccount: '登录',
    askingSecondFactor: '还差一步',
    askingCode: '输入验证码',
    askingResend: '重新获取验证码',
    askingRetry: '只差一步',
    askingProfile: '账号已创建',
    askingReturn: '请前往第三方平台',
    askingPopup: '请在新窗口中继续',
    askingClick: '窗口未打开',
    askingContact: '重置密码',
    askingPassword: '设置新密码',
    askingChoice: '已被其他账号使用',
    askingEdit: '账号设置',
    askingCodeRequest: '验证身份',
    askingProof: '验证身份',
    'provider.askingRetry': '未能完成',
    'hostedLogin.askingRetry': '未能完成',
    'upgrade.askingAccount': '保留您的账号',
    'account.askingCode': '验证身份',
  },

  labels: {
    phone: '手机号',
    email: '邮箱',
    loginName: '用户名、手机号或邮箱',
    username: '用户名',
    nickname: '昵称',
    password: '密码',
    newPassword: '新密码',
    code: '6 位验证码',
    captcha: '图片中的字符',
  },

  hints: {
    phone: '我们会向您发送 6 位验证码。',
    email: '6 位验证码将发送到您的邮箱。',
    loginPassword: '还没有密码？请用验证码登录。',
    ownPassword: '您登录时使用的密码。',
    newPassword: '至少 8 个字符，可以用几个词组合。',
    username: '用户名不能包含空格、+ 或 @。',
    code: '验证码可能稍有延迟。',
    captcha: '不区分大小写。',
  },

  account: {
    lead: '首次使用？验证通过即自动创建账号。',
    tabs: '登录方式',
    byCode: '验证码登录',
    byPassword: '密码登录',
    missingPassword: '请输入账号和密码。',
    forgotten: '忘记密码？',
    signIn: '登录',
    signingIn: '登录中…',
    or: '或',
    by: (provider) => `使用${spaced(provider)}登录`,
    opening: (provider) => `正在打开${spaced(provider)}…`,
    asGuest: '游客登录',
  },

  consent: {
    text: ['我已阅读并同意', '和', '。'],
    terms: '《用户协议》',
    privacy: '《隐私政策》',
    missing: '请先阅读并同意协议。',
  },

  contact: {
    usePhone: '改用手机号',
    useEmail: '改用邮箱',
    missingPhone: '请输入手机号。',
    missingEmail: '请输入邮箱。',
    country: '国家或地区代码',
    send: '获取验证码',
    sending: '发送中…',
  },

  password: {
    show: '显示密码',
    tooShort: '密码至少需要 8 个字符。',
    missing: '请输入密码。',
  },

  secondFactor: { lead: '该账号已开启双重验证，请输入绑定的手机号以获取验证码。' },

  code: {
    headingNew: (isEmail) => (isEmail ? '验证新邮箱' : '验证新手机号'),
    sent: (to) => `验证码已发送至 ${to}。`,
    change: (isEmail) => (isEmail ? '更换邮箱' : '更换手机号'),
    byPassword: '改用密码验证',
    missing: '请输入 6 位数字验证码。',
    verify: '继续',
    verifying: '验证中…',
    signingIn: '登录中…',
    signingUp: '正在创建账号…',
    saving: '保存中…',
    deleting: '删除中…',
    resend: '重新发送验证码',
    resendIn: (seconds) => `${seconds} 秒后可重新发送`,
    resending: '发送中…',
  },

  resend: { lead: (to) => `新的验证码仍会发送至 ${to}。` },

  retry: {
    lead: '验证码已通过，但最后一步未能连接服务器。',
    leadReset: '新密码已设置，但登录时未能连接服务器。',
    retry: '重试',
    change: '使用其他账号',
  },

  profile: {
    lead: '怎么称呼您？',
    optional: '选填',
    save: '保存',
    saving: '保存中…',
    skip: '暂不填写',
  },

  providers: {
    apple: 'Apple',
    facebook: 'Facebook',
    github: 'GitHub',
    google: 'Google',
    wx_open: '微信',
  },

  provider: {
    hosted: '登录页面',
    waiting: (provider) => `请前往${named(provider)}`,
    leadPage: '请在对方页面选择是否授权，本页面会等待结果。',
    leadWindow: '请在新窗口中选择是否授权，本页面会等待结果。',
    working: '请稍候',
    leadWorking: (provider) => `已从${named(provider)}返回，即将完成。`,
    leadFailed: (provider) => `尚未通过${named(provider)}登录。`,
    again: '再次前往',
    againWindow: '重新打开窗口',
    leadBlocked: '浏览器只允许在点击后立即打开新窗口，请再点击一次。',
    openWindow: '打开窗口',
    here: '在本窗口继续',
    leadFactor: (provider) =>
      `该账号已开启双重验证，仅用${named(provider)}无法登录，请使用密码或验证码登录。`,
    retry: '重试',
    leave: '其他登录方式',
  },

  reset: {
    lead: '请通过验证码确认账号属于您。',
    leave: '返回登录',
    leadNew: '保存后会自动登录。',
    save: '保存并登录',
    saving: '保存中…',
    change: '重新开始',
  },

  upgrade: {
    lead: '绑定手机号、邮箱或第三方账号后，可在任何设备登录，数据和用户 ID 保持不变。',
    by: (provider) => `绑定${spaced(provider)}`.trimEnd(),
    upgrading: '正在保存账号…',
    later: '暂不绑定',
    again: '重新开始',
  },

  choice: {
    contact: (to) => `${to} 已属于其他账号。`,
    provider: (provider) => `您的${named(provider)}账号已绑定其他用户。`,
    loss: '如果登录该账号，当前游客账号中的数据不会转移。',
    other: '换一个',
    switch: '登录该账号',
    switching: '登录中…',
  },

  home: {
    heading: (name) => (name ? `您好，${name}` : '已登录'),
    headingGuest: '您正在以游客身份使用',
    lead: '在此设备上会保持登录。',
    leadGuest: '账号只保存在这个浏览器中，退出登录后可能无法找回。',
    uid: '用户 ID',
    name: '昵称',
    username: '用户名',
    phone: '手机号',
    email: '邮箱',
    since: '注册时间',
    none: '未设置',
    keep: '保留此账号',
    manage: '管理账号',
    signOut: '退出登录',
    confirmHeading: '要退出并放弃此账号吗？',
    confirmLead: '游客账号只保存在这个浏览器中，退出后数据无法找回。',
    confirm: '仍要退出',
    stay: '继续使用',
  },

  settings: {
    name: '昵称与用户名',
    password: '密码',
    passwordSet: '已设置',
    edit: '编辑',
    change: '更改',
    add: '添加',
    set: '设置',
    of: (action, what) => `${action}${what}`,
    providers: '第三方登录',
    unbound: '未绑定',
    boundAs: (name) => (name ? `已绑定：${name}` : '已绑定'),
    bind: '绑定',
    unbind: '解绑',
    unlinked: '第三方账号已解绑。',
    delete: '注销账号',
    reload: '重试',
  },

  edit: {
    profile: '编辑昵称与用户名',
    leadProfile: '用户名也可以用来登录。',
    password: '修改密码',
    leadPassword: '修改后，其他设备会退出登录。',
    firstPassword: '设置密码',
    leadFirstPassword: '设置后可用密码登录。',
    phone: '绑定手机号',
    leadPhone: (now) => (now ? `当前为 ${now}。验证码会发送到新号码。` : '绑定后可用于登录。'),
    email: '绑定邮箱',
    leadEmail: (now) => (now ? `当前为 ${now}。验证码会发送到新邮箱。` : '绑定后可用于登录。'),
    save: '保存',
    next: '继续',
    working: '请稍候…',
  },

  delete: {
    heading: '要注销账号吗？',
    lead: '您的资料、登录方式和用户 ID 会立即永久删除，无法恢复。',
    understood: '我了解此操作无法撤销。',
    missing: '请先勾选确认。',
    delete: '注销我的账号',
    keep: '保留账号',
  },

  elevation: {
    lead: {
      password: '修改密码前需要验证。',
      phone: '更改手机号前需要验证。',
      email: '更改邮箱前需要验证。',
      delete: '注销账号前需要验证。',
      profile: '更改前需要验证。',
    },
    codeTo: (to) => `验证码将发送至 ${to}。`,
    send: '获取验证码',
    byCode: (to) => `改用验证码（${to}）`,
    confirm: '继续',
    confirming: '验证中…',
  },

  success: {
    profile: '昵称与用户名已保存。',
    password: '新密码已保存。',
    phone: '手机号已更改。',
    email: '邮箱已更改。',
    delete: '账号已注销。',
    bind: '第三方账号已绑定。',
    upgraded: '账号已保留，用户 ID 不变。',
    switched: '您已登录该账号。',
    passwordReset: '新密码已设置，请用它登录。',
  },

  captcha: {
    heading: '安全验证',
    lead: '请输入图片中的字符。',
    leadPage: '请在下方完成验证。',
    picture: '若干变形的字母和数字，请在下方输入',
    page: '安全验证',
    loading: '加载中…',
    missing: '请先输入图片中的字符。',
    replace: '换一张',
    confirm: '确定',
    checking: '验证中…',
    cancel: '取消',
  },

  errors: {
    foreign_callback: '收到的结果不属于此标签页的请求，已忽略。',
    'setPassword:cancelled': '为保证安全，刷新页面后不会保留新密码，请重新输入。',
    'verify:unreachable': '无法连接服务器，请检查网络后点击“继续”。',
    'openPopup:failed_precondition': '浏览器拦截了新窗口。请允许弹窗，或在本窗口继续。',
  },

  phoneErrors: {
    'sendVerification:invalid_argument': '手机号不正确，请检查。中国大陆以外的号码需选择区号。',
    'setContact:failed_precondition': takenContact('手机号'),
    'setContact:already_exists': takenContact('手机号'),
  },

  emailErrors: {
    'sendVerification:invalid_argument': '邮箱不正确，请检查，格式如 name@example.com。',
    'setContact:failed_precondition': takenContact('邮箱'),
    'setContact:already_exists': takenContact('邮箱'),
  },
}
