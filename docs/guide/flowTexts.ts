/** The words of the pages about the flows: each text in English and in Chinese. */

type Texts = [en: string, zh: string]

interface FlowTexts {
  title: Texts
  about: Texts
  /** The fields of the `input` of `flow.start`. */
  input?: Texts
  /** A whole run of the flow, as the events an app sends. */
  example: string
}

const viaProvider: Texts = [
  '`provider_id` and `redirect_uri`, a page of the same origin. Optional: `isPopup`, `returnTo` (the ' +
    'URL to go to in the end), `scope`, and `purpose: "bind"`, which links the provider to the ' +
    'signed-in user.',
  '`provider_id` 和同源页面 `redirect_uri`。可选：`isPopup`、`returnTo`（完成后前往的 URL）、`scope`，' +
    '以及 `purpose: "bind"`（绑定到当前用户）。',
]

/** What the page of each flow says. */
export const flowTexts: Record<string, FlowTexts> = {
  signIn: {
    title: ['Sign in', '登录与注册'],
    about: [
      'One form for users and newcomers: a code is sent to the contact, and the server says whether ' +
        'it has an account. A new one is created as soon as its code is right; the profile is asked ' +
        'for afterwards and can be skipped. Passwords, guests, custom tickets and provider tokens ' +
        'start from the same step. Where the server wants a second factor, the flow asks for it.',
      '新老用户使用同一个表单：向联系方式发送验证码，由服务端判断是否已有账号。新账号在验证码通过后立即创建，' +
        '资料随后填写，也可以跳过。密码、匿名、自定义票据和第三方令牌都从同一步骤开始。服务端要求双重验证时，流程会继续询问。',
    ],
    example: `auth.send({ type: 'flow.start', flow: 'signIn' })
auth.send({ type: 'contact.submit', phone_number: '138 0000 0000' })
auth.send({ type: 'code.submit', code: '123456' })
auth.send({ type: 'profile.submit', profile: { name: 'Ada' } })`,
  },
  upgrade: {
    title: ['Upgrade a guest', '匿名用户转正'],
    about: [
      'Turns the guest into a registered user who keeps the uid and with it all data. If the contact ' +
        'or identity belongs to another user, nothing is lost: the user chooses between another ' +
        'contact and signing in to that account.',
      '匿名用户转为正式用户，uid 不变，数据全部保留。如果联系方式或身份已属于其他账号，不会丢失任何数据：' +
        '由用户选择换一个联系方式，还是登录那个账号。',
    ],
    example: `auth.send({ type: 'flow.start', flow: 'upgrade' })
auth.send({ type: 'contact.submit', email: 'ada@example.com' })
auth.send({ type: 'code.submit', code: '123456' })`,
  },
  provider: {
    title: ['Providers', '第三方登录'],
    about: [
      'Leaves for the provider or opens its window, reads the answer, and signs in or links the ' +
        'identity. Only an answer to a request of this tab for the same user is taken. ' +
        'A blocked popup waits for a click; a closed one can be opened again.',
      '跳转到第三方平台或打开窗口，读取结果，然后登录或绑定。只接受本标签页为同一用户发起的请求的结果。' +
        '弹窗被拦截时等待点击，被关闭后可以重新打开。',
    ],
    input: viaProvider,
    example: `const redirect_uri = \`\${location.origin}/signed-in\`
auth.send({ type: 'flow.start', flow: 'provider', input: { provider_id: 'github', redirect_uri } })`,
  },
  hostedLogin: {
    title: ['The hosted page', '托管登录页'],
    about: [
      'Signs in on the page that CloudBase hosts beside an app. The flow leaves for it, and goes on in ' +
        'the same tab with the session that the page has stored. Only a return that this flow asked ' +
        'for is taken.',
      '在云开发托管的登录页上登录。流程离开当前页面，回到同一标签页后，使用登录页保存的会话继续。' +
        '只接受由本流程发起的返回。',
    ],
    input: [
      '`redirect_uri`, a page of the same origin or of one in `returnOrigins`. Optional: `returnTo`.',
      '`redirect_uri`：同源页面，或属于 `returnOrigins` 的页面。可选：`returnTo`。',
    ],
    example: `const redirect_uri = \`\${location.origin}/signed-in\`
auth.send({ type: 'flow.start', flow: 'hostedLogin', input: { redirect_uri } })`,
  },
  resetPassword: {
    title: ['Reset a password', '重置密码'],
    about: [
      'Proves a contact of the account by a code, takes the new password, sets it and signs in ' +
        'with it. A contact without an account is answered in the same way as one with.',
      '用验证码证明联系方式属于本人，填写新密码，设置后直接登录。联系方式有没有账号，提示都一样。',
    ],
    example: `auth.send({ type: 'flow.start', flow: 'resetPassword' })
auth.send({ type: 'contact.submit', phone_number: '13800000000' })
auth.send({ type: 'code.submit', code: '123456' })
auth.send({ type: 'password.submit', password: 'a new password' })`,
  },
  account: {
    title: ['Edit the account', '账号管理'],
    about: [
      'Password, phone, e-mail, profile, providers and deletion. Where an edit needs a fresh proof ' +
        'of identity (sudo), it is parked, the proof is asked for, and the edit is then done exactly once.',
      '修改密码、手机号、邮箱、资料，绑定或解绑第三方账号，注销账号。需要再次验证身份（sudo）的修改会先等待，' +
        '验证通过后恰好执行一次。',
    ],
    example: `auth.send({ type: 'flow.start', flow: 'account' })
auth.send({ type: 'contact.replace', phone_number: '13900000000' })
auth.send({ type: 'code.request' }) // to the old phone, which proves the user
auth.send({ type: 'code.submit', code: '123456' })
auth.send({ type: 'code.submit', code: '654321' }) // of the new phone`,
  },
}

/** All else that the pages say. */
export const flowPageTexts = {
  en: {
    status: { any: 'Runs in any status.', only: 'Runs while the status is' },
    start: 'Start',
    input: 'The fields of `input`:',
    steps: 'Steps',
    events: 'Events',
    errors: 'Errors',
    errorsIntro:
      'These are in `view.error` when the server refuses an operation of this flow; the flow is then ' +
      'back in a step in which the user can go on. The sentences are those of `messageFor`.',
    errorColumns: ['operation', 'code', 'message'],
    alsoErrors:
      'Every operation can also meet a network failure, a limit or a server that is down: see ' +
      '[all errors](../errors.md). Captchas and expired tokens are solved by the machine.',
    chart: 'Chart',
    chartAlt: 'Chart of',
    chartText: 'The machine as a table and as text',
    other: ['中文', 'zh-CN.md'],
  },
  zh: {
    status: { any: '任何状态下都可以运行。', only: '可以运行的状态：' },
    start: '开始',
    input: '`input` 的字段：',
    steps: '步骤',
    events: '事件',
    errors: '错误',
    errorsIntro:
      '服务端拒绝本流程的操作时，`view.error` 是以下错误之一；此时流程停在用户可以继续操作的步骤。' +
      '说明文字来自 `messageFor`。',
    errorColumns: ['操作', '代码', '说明'],
    alsoErrors:
      '每个操作还可能遇到网络故障、频率限制或服务端故障，见[全部错误](../errors.zh-CN.md)。' +
      '图形验证码和令牌过期由状态机自动处理。',
    chart: '状态图',
    chartAlt: '状态图：',
    chartText: '状态机的表格与文本（英文）',
    other: ['English', 'md'],
  },
} as const
