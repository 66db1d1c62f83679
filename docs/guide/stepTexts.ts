/** The words of the pages about `view.step`: each text in English and in Chinese. */

type Texts = [en: string, zh: string]

/** What a UI shows in each step, by the id of the machine and the name of the state. */
export const stepTexts: Record<string, Record<string, Texts>> = {
  signIn: {
    askingAccount: [
      'The sign-in form. `view.error` says why the last attempt failed.',
      '登录表单；`view.error` 是上次失败的原因。',
    ],
    checkingPassword: ['Checking the password …', '正在验证密码…'],
    askingSecondFactor: [
      'A form for the phone number of the account: the first factor alone is not enough.',
      '填写账号绑定手机号的表单：该账号需要双重验证。',
    ],
    signingInAsGuest: ['Signing in as a guest …', '正在匿名登录…'],
    redeemingTicket: ['Signing in with the ticket …', '正在用自定义票据登录…'],
    signingInByProvider: ['Signing in with the provider token …', '正在用第三方令牌登录…'],
    signingIn: ['Signing in …', '正在登录…'],
    signingUp: ['Creating the account …', '正在创建账号…'],
    askingRetry: [
      'A retry button: the code was right, but the server could not be reached.',
      '重试按钮：验证码已通过，但未能连接服务器。',
    ],
    askingProfile: [
      'An optional form for the profile of the new account. The user is signed in.',
      '新账号的资料表单（可跳过），此时用户已登录。',
    ],
    savingProfile: ['Saving the profile …', '正在保存资料…'],
  },
  verification: {
    sendingCode: ['Sending the code …', '正在发送验证码…'],
    askingCode: [
      'A field for the code. `view.code` says where it was sent and when it can be sent again.',
      '验证码输入框；`view.code` 说明发送到哪里、何时可以重发。',
    ],
    verifyingCode: ['Checking the code …', '正在校验验证码…'],
    askingResend: [
      'A button that sends a new code: the old one expired or was wrong too often.',
      '重新获取验证码的按钮：旧验证码已过期，或错误次数过多。',
    ],
  },
  consent: {
    fetchingUri: ['Opening the provider …', '正在打开第三方平台…'],
    askingReturn: [
      'A note that the page leaves for the provider, and a button to go there again.',
      '提示正在前往第三方平台，并提供再次前往的按钮。',
    ],
    askingPopup: [
      'A note that the popup waits for the user, and a button to open it again.',
      '提示请在弹出的窗口中操作，并提供重新打开的按钮。',
    ],
    askingClick: [
      'A button that opens the popup: the browser blocked it.',
      '打开窗口的按钮：浏览器拦截了弹窗。',
    ],
    readingCallback: ['Reading the answer of the provider …', '正在读取第三方平台的结果…'],
    grantingToken: ['Exchanging the authorization code …', '正在换取第三方令牌…'],
  },
  provider: {
    signingIn: ['Signing in …', '正在登录…'],
    bindingProvider: ['Linking the provider …', '正在绑定第三方账号…'],
    askingSecondFactor: [
      'A note that this account needs a second factor: start the flow `signIn`, or retry with ' +
        'another account of the provider.',
      '提示该账号需要双重验证：改用 `signIn` 流程，或换一个第三方账号重试。',
    ],
    askingRetry: [
      'A retry button. `view.error` says what failed.',
      '重试按钮；`view.error` 是失败的原因。',
    ],
  },
  hostedLogin: {
    askingReturn: [
      'A note that the page leaves for the hosted sign-in page, and a button to go there again.',
      '提示正在前往托管登录页，并提供再次前往的按钮。',
    ],
    readingUser: ['Reading the signed-in user …', '正在读取登录用户…'],
    askingRetry: [
      'A retry button. `view.error` is `unauthenticated` for a user who has come back without signing in.',
      '重试按钮；用户未登录就返回时 `view.error` 为 `unauthenticated`。',
    ],
  },
  resetPassword: {
    askingContact: [
      'A form for the phone number or e-mail address of the account.',
      '填写账号手机号或邮箱的表单。',
    ],
    askingPassword: ['A form for the new password.', '设置新密码的表单。'],
    resettingPassword: ['Setting the password …', '正在设置新密码…'],
    signingIn: ['Signing in …', '正在登录…'],
    askingRetry: [
      'A retry button: the password is set, but the sign-in did not reach the server.',
      '重试按钮：新密码已设置，但登录未能连接服务器。',
    ],
  },
  upgrade: {
    askingAccount: [
      'A form for a phone number or e-mail address, and a button for each provider.',
      '填写手机号或邮箱的表单，以及各第三方平台的按钮。',
    ],
    upgrading: ['Upgrading the guest …', '正在转为正式用户…'],
    askingRetry: [
      'A retry button: the contact is verified, but the server could not be reached.',
      '重试按钮：联系方式已验证，但未能连接服务器。',
    ],
    askingChoice: [
      'A choice: what was proven belongs to another account. The guest takes another contact, or ' +
        'signs in to that account and leaves the guest’s data behind.',
      '二选一：该联系方式或身份已属于其他账号。换一个，或登录那个账号（匿名用户的数据不会转移）。',
    ],
    switching: ['Signing in to the other account …', '正在登录那个账号…'],
    switchingByProvider: ['Signing in to the other account …', '正在登录那个账号…'],
  },
  account: {
    readingUser: [
      'Reading whether the user has a password … The form may be shown: an edit does not wait for it.',
      '正在读取用户是否设有密码…（表单可以先显示，修改不必等待）',
    ],
    askingEdit: [
      'The account page. `view.error` says why the last edit failed.',
      '账号管理页；`view.error` 是上次修改失败的原因。',
    ],
    savingProfile: ['Saving the profile …', '正在保存资料…'],
    bindingProvider: ['Linking the provider …', '正在绑定第三方账号…'],
    unbindingProvider: ['Unlinking the provider …', '正在解绑第三方账号…'],
  },
  elevation: {
    loadingUser: ['Loading the user …', '正在读取用户…'],
    askingCodeRequest: [
      'A button that sends a code to the phone of the account: the edit needs another proof.',
      '向账号手机发送验证码的按钮：该操作需要再次验证身份。',
    ],
    askingProof: [
      'A form for the password, and a button that sends a code instead where `can` says so.',
      '输入密码的表单；`can` 允许时可改用验证码。',
    ],
    elevating: ['Checking the proof …', '正在验证身份…'],
    askingRetry: [
      'A retry button: the proof did not reach the server.',
      '重试按钮：身份验证未能连接服务器。',
    ],
  },
  gatedEdit: {
    settingContact: ['Saving the contact …', '正在保存联系方式…'],
    settingPassword: ['Saving the password …', '正在保存密码…'],
    deletingUser: ['Deleting the account …', '正在注销账号…'],
    askingRetry: [
      'A retry button: the edit did not reach the server.',
      '重试按钮：修改未能连接服务器。',
    ],
    checkingContact: ['Checking whether the contact was saved …', '正在确认联系方式是否已保存…'],
  },
}

const contact: Texts = ['`phone_number` or `email`', '`phone_number` 或 `email`']
const nothing: Texts = ['', '']
const toProvider = '`provider_id`, `redirect_uri`; optional: `isPopup`, `returnTo` (URL), `scope`'
const viaProvider: Texts = [toProvider, toProvider.replace('; optional: ', '；可选：')]

/** The fields of each event that a flow takes. */
export const eventFields: Record<string, Texts> = {
  'account.close': nothing,
  'account.delete': nothing,
  'account.switch': nothing,
  'code.request': nothing,
  'code.resend': nothing,
  'code.submit': ['`code`', '`code`'],
  'contact.change': nothing,
  'contact.replace': contact,
  'contact.submit': contact,
  'edit.cancel': nothing,
  'edit.retry': nothing,
  'elevation.retry': nothing,
  'guest.enter': nothing,
  'password.change': ['`password`', '`password`'],
  'password.submit': [
    '`password`; in `signIn` also `username`',
    '`password`；在 `signIn` 中还有 `username`',
  ],
  'profile.skip': nothing,
  'profile.submit': ['`profile`: `{ name, username, … }`', '`profile`：`{ name, username, … }`'],
  'proof.change': nothing,
  'provider.bind': viaProvider,
  'provider.choose': viaProvider,
  'provider.retry': nothing,
  'provider.return': ['`url`, from `takeReturn()`', '`url`，来自 `takeReturn()`'],
  'provider.submit': ['`provider_token`', '`provider_token`'],
  'provider.unbind': ['`provider_id`', '`provider_id`'],
  'signIn.retry': nothing,
  'signUp.prepare': ['`profile`, `password`; both optional', '`profile`、`password`，均可选'],
  'ticket.submit': ['`ticket`', '`ticket`'],
  'upgrade.retry': nothing,
}

/** All else that the pages say. */
export const pageTexts = {
  en: {
    title: 'Every step and its events',
    intro: `\`view.step\` names the state of the running flow. In a step \`asking…\` the user moves next; in any
other step the machine works, \`view.busy\` is true, and the UI shows the form of the step before with
its button busy. A flow that has ended leaves no step.

[中文](steps.zh-CN.md)

\`view.can(event)\` says whether an event is accepted now: \`code.resend\` has to wait for its time, and
some events need more than the step. The same step can stand for two situations of one flow, such as
\`askingRetry\` of \`account\`; \`can\` separates them, too.`,
    columns: ['step', 'the UI shows', 'events'],
    unseen: (names: string) =>
      `Also in the type \`Step\`, but over before a view shows it: ${names}`,
    events: { title: 'Events', columns: ['event', 'fields'] },
    outside: `In every step: \`flow.start\` with \`flow\` and \`input\` replaces the running flow, \`flow.cancel\` ends it,
and \`session.end\` signs out, optionally with \`redirect_uri\`. While \`view.captcha\` is there:
\`captcha.answer\` with \`text\`, \`captcha.replace\` and \`captcha.cancel\`.`,
  },
  zh: {
    title: '全部步骤与事件',
    intro: `\`view.step\` 是当前流程的状态名。\`asking…\` 开头的步骤等待用户操作；其他步骤由状态机处理，此时
\`view.busy\` 为 true，界面保持上一步的表单，按钮显示忙碌即可。流程结束后没有 \`step\`。

[English](steps.md)

\`view.can(event)\` 说明某个事件现在是否有效：\`code.resend\` 要等到可以重发的时间，有些事件还取决于步骤以外的
条件。同一步骤可能对应流程中的两种情况，例如 \`account\` 的 \`askingRetry\`，同样用 \`can\` 区分。`,
    columns: ['步骤', '界面显示', '事件'],
    unseen: (names: string) =>
      `以下状态也在类型 \`Step\` 中，但会立即结束，不会出现在视图里：${names}`,
    events: { title: '事件', columns: ['事件', '字段'] },
    outside: `任何步骤都可以发送：\`flow.start\`（带 \`flow\` 和 \`input\`）开始另一个流程，\`flow.cancel\` 结束当前流程，
\`session.end\` 退出登录（可带 \`redirect_uri\`）。有 \`view.captcha\` 时：\`captcha.answer\`（带 \`text\`）、
\`captcha.replace\`、\`captcha.cancel\`。`,
  },
} as const
