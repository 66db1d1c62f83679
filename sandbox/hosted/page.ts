import { html } from 'hono/html'
import { type Language, type Markup, toLanguage, toPageResponse } from '../http/page.ts'
import { hostedScript } from './script.ts'

/** Content of the hosted sign-in page. */
export interface HostedView {
  /** The header `Accept-Language`. */
  language: string
  /** Whom the page signs in for. Without it the link is invalid. */
  request?: { clientId: string; redirectUri: string } | undefined
}

const chinese = {
  title: '登录',
  username: '用户名、手机号或邮箱',
  password: '密码',
  code: '验证码',
  send: '发送验证码',
  signIn: '登录',
  malformed: '链接无效，请关闭此页面。',
  /** What the script shows: by error code, by path and error code, or by its own name. */
  byScript: {
    foreign: 'redirect_uri 与此页面不同源，无法返回。',
    unsent: '请输入密码，或先发送验证码。',
    sent: '验证码已发送。',
    failed: '操作失败，请重试。',
    not_found: '账号或密码不正确。',
    invalid_password: '账号或密码不正确。',
    password_not_set: '账号或密码不正确。',
    invalid_status: '尝试次数过多，请稍后再试。',
    resource_exhausted: '操作过于频繁，请稍后再试。',
    'verification:invalid_argument': '请检查手机号或邮箱。',
    'verification/verify:invalid_argument': '验证码不正确或已过期。',
    'verification/verify:aborted': '尝试次数过多，请重新发送验证码。',
  },
}

const english: typeof chinese = {
  title: 'Sign in',
  username: 'Username, phone or e-mail',
  password: 'Password',
  code: 'Code',
  send: 'Send a code',
  signIn: 'Sign in',
  malformed: 'This link is not valid. Close this page.',
  byScript: {
    foreign: 'This page cannot return to a redirect_uri of another origin.',
    unsent: 'Enter the password, or send a code first.',
    sent: 'The code has been sent.',
    failed: 'That did not work. Try again.',
    not_found: 'The account or the password is incorrect.',
    invalid_password: 'The account or the password is incorrect.',
    password_not_set: 'The account or the password is incorrect.',
    invalid_status: 'Too many attempts. Try again later.',
    resource_exhausted: 'Too many requests. Try again later.',
    'verification:invalid_argument': 'Check the phone number or e-mail address.',
    'verification/verify:invalid_argument': 'The code is wrong or has expired.',
    'verification/verify:aborted': 'Too many attempts. Send a new code.',
  },
}

const texts: Record<Language, typeof chinese> = { 'zh-CN': chinese, en: english }

/**
 * Renders the hosted sign-in page.
 *
 * @param view Content of the page.
 * @returns The response.
 */
export function toHostedPage({ language, request }: HostedView): Promise<Response> {
  const shown = toLanguage(language)
  const text = texts[shown]
  return toPageResponse({
    language: shown,
    title: text.title,
    status: request ? 200 : 400,
    script: request && hostedScript,
    content: request ? renderForm(request, text) : html`<p role="alert">${text.malformed}</p>`,
  })
}

const renderForm = (
  { clientId, redirectUri }: { clientId: string; redirectUri: string },
  text: typeof chinese,
): Markup =>
  html`<form
    data-client-id="${clientId}"
    data-redirect-uri="${redirectUri}"
    data-texts="${JSON.stringify(text.byScript)}"
  >
    <label for="username">${text.username}</label>
    <input
      id="username"
      name="username"
      required
      autofocus
      autocomplete="username"
      autocapitalize="none"
      aria-describedby="problem"
    />
    <label for="password">${text.password}</label>
    <input
      id="password"
      name="password"
      type="password"
      autocomplete="current-password"
      aria-describedby="problem"
    />
    <label for="code">${text.code}</label>
    <input
      id="code"
      name="code"
      inputmode="numeric"
      autocomplete="one-time-code"
      aria-describedby="problem"
    />
    <div class="line">
      <p role="alert" id="problem" hidden></p>
      <p role="status" id="sent"></p>
    </div>
    <button name="action" value="signIn">${text.signIn}</button>
    <button name="action" value="code">${text.send}</button>
  </form>`
