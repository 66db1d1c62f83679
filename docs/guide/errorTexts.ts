/** What an app does about an error, by code: each text in English and in Chinese. */

type Texts = [en: string, zh: string]

/** Where an error comes from, and what it means; the codes that apps branch on. */
export const errorTexts: Record<string, { from: 'server' | 'client' | 'both'; meaning: Texts }> = {
  aborted: {
    from: 'both',
    meaning: [
      'Too many attempts, or the session changed meanwhile.',
      '尝试次数过多，或会话已改变。',
    ],
  },
  already_exists: {
    from: 'server',
    meaning: ['A name, contact or identity is taken.', '名称、联系方式或身份已被占用。'],
  },
  cancelled: {
    from: 'client',
    meaning: ['The user or the app ended the operation.', '用户或应用取消了操作。'],
  },
  captcha_invalid: {
    from: 'server',
    meaning: [
      'The captcha token or answer is wrong or used.',
      '图形验证码令牌或答案错误，或已使用。',
    ],
  },
  captcha_required: {
    from: 'server',
    meaning: [
      'A captcha must be solved. Machines do this on their own.',
      '需要图形验证码，由状态机自动处理。',
    ],
  },
  code_expired: { from: 'server', meaning: ['The code has expired.', '验证码已过期。'] },
  deadline_exceeded: {
    from: 'client',
    meaning: ['No answer within the `timeout`.', '在 `timeout` 内没有收到回复。'],
  },
  failed_precondition: {
    from: 'both',
    meaning: [
      'Not possible in the present state, such as a contact in use.',
      '当前状态下无法进行，例如联系方式已被使用。',
    ],
  },
  internal: { from: 'server', meaning: ['The server failed.', '服务端出错。'] },
  invalid_argument: {
    from: 'both',
    meaning: [
      'An input is malformed; `description` names it.',
      '参数有误，`description` 指出是哪一个。',
    ],
  },
  invalid_credentials: {
    from: 'server',
    meaning: ['The account or the password is wrong.', '账号或密码不正确。'],
  },
  invalid_grant: {
    from: 'server',
    meaning: [
      'The refresh token is no longer valid: the session has ended.',
      'refresh token 已失效，会话结束。',
    ],
  },
  invalid_password: { from: 'server', meaning: ['The password is wrong.', '密码不正确。'] },
  invalid_response: {
    from: 'client',
    meaning: [
      'The answer is not one of this API, such as a page of a proxy.',
      '收到的不是本接口的回复，例如代理返回的网页。',
    ],
  },
  invalid_status: {
    from: 'server',
    meaning: ['Too many wrong passwords; see `retryAfter`.', '密码错误次数过多，见 `retryAfter`。'],
  },
  invalid_two_factor: {
    from: 'server',
    meaning: ['The second factor is wrong or missing.', '第二重验证错误或缺失。'],
  },
  local: {
    from: 'client',
    meaning: [
      'A fault in this page or a missing API, not of the network; `description` has it.',
      '页面自身出错或缺少接口，与网络无关，见 `description`。',
    ],
  },
  not_found: {
    from: 'server',
    meaning: ['A user, code or provider does not exist.', '用户、验证码或第三方平台不存在。'],
  },
  origin_not_allowed: {
    from: 'client',
    meaning: [
      'The server answers, but not to this page (CORS). Add its origin to the security domains (安全域名).',
      '服务端可以访问，但不允许当前页面（CORS）：请把来源加入安全域名。',
    ],
  },
  password_not_set: { from: 'server', meaning: ['The user has no password.', '用户没有密码。'] },
  permission_denied: {
    from: 'both',
    meaning: ['Not allowed, or the proof of identity is too old.', '没有权限，或身份验证已过期。'],
  },
  resource_exhausted: {
    from: 'server',
    meaning: ['Too many requests; see `retryAfter`.', '请求过于频繁，见 `retryAfter`。'],
  },
  unauthenticated: {
    from: 'both',
    meaning: [
      'No user is signed in, or the access token was rejected.',
      '没有登录，或 access token 被拒绝。',
    ],
  },
  unavailable: {
    from: 'server',
    meaning: ['The server is down; see `retryAfter`.', '服务端不可用，见 `retryAfter`。'],
  },
  unimplemented: {
    from: 'both',
    meaning: ['Not supported by this server or platform.', '服务端或平台不支持。'],
  },
  unknown: {
    from: 'both',
    meaning: ['An error without a code; see `cause`.', '没有代码的错误，见 `cause`。'],
  },
  unreachable: {
    from: 'client',
    meaning: [
      'The connection failed; `description` names host and likely cause.',
      '连接失败，`description` 说明主机和可能的原因。',
    ],
  },
  user_blocked: { from: 'server', meaning: ['The account is blocked.', '账号已被封禁。'] },
  user_pending: { from: 'server', meaning: ['The account is not active yet.', '账号尚未激活。'] },
}

/** All else that the pages say. */
export const errorPageTexts = {
  en: {
    title: 'Errors',
    intro: `Everything fails as one class, \`AuthError\`: \`code\`, \`operation\`, and where they are known \`status\`,
\`retryAfter\` (seconds), \`requestId\` and \`description\`. \`view.error\` is the error of the running flow, calls throw
it. The same code means different things on different operations: branch on both.

[中文](errors.zh-CN.md)

\`messageFor(error)\` of \`cloudbase-authflow/messages/en\` and \`/zh\` writes the sentence for the user. No sentence reveals
whether an account exists. \`description\` comes from the server and can reveal it: show it to developers only.
A second argument replaces sentences: \`messageFor(error, { 'signUp:failed_precondition': 'Please sign in.' })\`.`,
    codes: 'Codes that apps branch on',
    codeColumns: ['code', 'from', 'meaning'],
    from: { server: 'server', client: 'client', both: 'both' },
    sentences: 'Every code and its sentences',
    sentencesIntro: '`{wait}` becomes “in 45 seconds” or “later”.',
    sentenceColumns: ['code', 'English', 'Chinese'],
    byOperation: 'Codes with a sentence of their own on an operation',
    operationColumns: ['operation', 'code', 'English', 'Chinese'],
  },
  zh: {
    title: '错误',
    intro: `所有失败都是同一个类 \`AuthError\`：\`code\`、\`operation\`，已知时还有 \`status\`、\`retryAfter\`（秒）、
\`requestId\` 和 \`description\`。\`view.error\` 是当前流程的错误，调用接口时则抛出。同一代码在不同操作中含义不同，
判断时请同时使用两者。

[English](errors.md)

\`cloudbase-authflow/messages/zh\` 和 \`/en\` 的 \`messageFor(error)\` 返回给用户看的说明，不会透露账号是否存在。
\`description\` 来自服务端，可能透露账号是否存在，只应给开发者看。第二个参数可以替换说明：
\`messageFor(error, { 'signUp:failed_precondition': '请直接登录。' })\`。`,
    codes: '应用需要区分的代码',
    codeColumns: ['代码', '来源', '含义'],
    from: { server: '服务端', client: '客户端', both: '两者' },
    sentences: '全部代码及说明',
    sentencesIntro: '`{wait}` 会替换为“45 秒后”或“稍后”。',
    sentenceColumns: ['代码', '英文', '中文'],
    byOperation: '在某个操作中另有说明的代码',
    operationColumns: ['操作', '代码', '英文', '中文'],
  },
} as const
