import { html } from 'hono/html'
import { type Language, type Markup, toLanguage, toPageResponse } from '../http/page.ts'
import { accounts, type ProviderAccount } from './accounts.ts'

/** Content of the consent page. */
export interface PageView {
  /** The header `Accept-Language`. */
  language: string
  /** Whether the page is isolated from the window that opened it (COOP). */
  isIsolated: boolean
  /** The authorization request. Without one the page shows no form. */
  request?: { providerId: string; name: string; redirectUri: string } | undefined
  problem?: 'noAccount' | 'malformed' | undefined
}

/** What the configuration calls the provider `wx_open` by default. */
const DEFAULT_WECHAT_NAME = '微信开放平台'

/** Id of the choice that creates a new account. */
export const newAccount = 'new'

const chinese = {
  title: (provider: string) => `使用${provider}登录`,
  question: (host: string) => `${host} 请求获取您的昵称和头像。`,
  choose: '选择账号',
  newAccount: '新账号',
  allow: '同意',
  deny: '拒绝',
  weChat: '微信',
  invalid: '链接无效',
  noAccount: '请先选择一个账号。',
  malformed: '链接无效，请关闭此页面。',
}

const english: typeof chinese = {
  title: (provider) => `Sign in with ${provider}`,
  question: (host) => `${host} would like to see your name and picture.`,
  choose: 'Choose an account',
  newAccount: 'New account',
  allow: 'Allow',
  deny: 'Deny',
  weChat: 'WeChat',
  invalid: 'Invalid link',
  noAccount: 'Choose an account first.',
  malformed: 'This link is not valid. Close this page.',
}

const texts: Record<Language, typeof chinese> = { 'zh-CN': chinese, en: english }

/**
 * Renders the consent page of an identity provider. It works without scripts.
 *
 * @param view Content of the page.
 * @returns The response.
 */
export function toProviderPage(view: PageView): Promise<Response> {
  const { request, problem } = view
  const language = toLanguage(view.language)
  const text = texts[language]
  return toPageResponse({
    language,
    title: request ? text.title(nameIn(text, request)) : text.invalid,
    status: problem ? 400 : 200,
    redirectUri: request?.redirectUri,
    headers: view.isIsolated ? { 'cross-origin-opener-policy': 'same-origin' } : {},
    content: html`
      ${
        request
          ? renderForm(request.redirectUri, text, problem)
          : html`<p role="alert">${text.malformed}</p>`
      }
    `,
  })
}

/** The name of a provider in the language of the page, unless the configuration gives it another one. */
function nameIn(
  { weChat }: typeof chinese,
  { providerId, name }: { providerId: string; name: string },
): string {
  return providerId === 'wx_open' && name === DEFAULT_WECHAT_NAME ? weChat : name
}

function renderForm(
  redirectUri: string,
  text: typeof chinese,
  problem: PageView['problem'],
): Markup {
  const { protocol, host } = new URL(redirectUri)
  const choices = [...accounts, { id: newAccount, name: text.newAccount }]
  return html`<p>${text.question(host || protocol)}</p>
    <form method="post">
      <fieldset aria-describedby="problem">
        <legend>${text.choose}</legend>
        ${choices.map(renderChoice)}
      </fieldset>
      <div class="line" id="problem">
        ${problem ? html`<p role="alert">${text[problem]}</p>` : ''}
      </div>
      <button name="action" value="allow">${text.allow}</button>
      <button name="action" value="deny" formnovalidate>${text.deny}</button>
    </form>`
}

function renderChoice({ id, name }: ProviderAccount): Markup {
  return html`<div>
    <input type="radio" name="account" value="${id}" id="account-${id}" required />
    <label for="account-${id}">${name}</label>
  </div>`
}
