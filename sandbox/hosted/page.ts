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
  malformed: '链接无效,请关闭此页面。',
  foreign: 'redirect_uri 与此页面不同源,无法返回。',
  unsent: '请输入密码,或先发送验证码。',
}

const english: typeof chinese = {
  title: 'Sign in',
  username: 'User name, phone number or e-mail address',
  password: 'Password',
  code: 'Code',
  send: 'Send a code',
  signIn: 'Sign in',
  malformed: 'This link is invalid, please close this page.',
  foreign: 'redirect_uri is of another origin than this page, which cannot go back there.',
  unsent: 'Enter the password, or send a code first.',
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
  html`<p role="alert" id="problem" hidden></p>
    <form
      data-client-id="${clientId}"
      data-redirect-uri="${redirectUri}"
      data-foreign="${text.foreign}"
      data-unsent="${text.unsent}"
    >
      <label for="username">${text.username}</label>
      <input id="username" name="username" required autofocus autocomplete="username" />
      <label for="password">${text.password}</label>
      <input id="password" name="password" type="password" autocomplete="current-password" />
      <label for="code">${text.code}</label>
      <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" />
      <button name="action" value="signIn">${text.signIn}</button>
      <button name="action" value="code">${text.send}</button>
    </form>`
