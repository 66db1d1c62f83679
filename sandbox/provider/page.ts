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
  request?: { name: string; redirectUri: string } | undefined
  problem?: 'noAccount' | 'malformed' | undefined
}

/** Id of the choice that creates a new account. */
export const newAccount = 'new'

const chinese = {
  title: (provider: string) => `${provider}登录`,
  question: (host: string) => `${host} 请求获取你的昵称和头像。`,
  choose: '选择账号',
  newAccount: '新账号',
  allow: '同意',
  deny: '拒绝',
  noAccount: '请先选择一个账号。',
  malformed: '链接无效,请关闭此页面。',
}

const english: typeof chinese = {
  title: (provider) => `Sign in with ${provider}`,
  question: (host) => `${host} asks for your name and picture.`,
  choose: 'Choose an account',
  newAccount: 'New account',
  allow: 'Allow',
  deny: 'Deny',
  noAccount: 'Please choose an account first.',
  malformed: 'This link is invalid, please close this page.',
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
    title: text.title(request?.name ?? ''),
    status: problem ? 400 : 200,
    redirectUri: request?.redirectUri,
    headers: view.isIsolated ? { 'cross-origin-opener-policy': 'same-origin' } : {},
    content: html`
      ${problem ? html`<p role="alert" id="problem">${text[problem]}</p>` : ''}
      ${request ? renderForm(request.redirectUri, text, problem) : ''}
    `,
  })
}

function renderForm(redirectUri: string, text: typeof chinese, problem?: string): Markup {
  const { protocol, host } = new URL(redirectUri)
  const choices = [...accounts, { id: newAccount, name: text.newAccount }]
  return html`<p>${text.question(host || protocol)}</p>
    <form method="post">
      <fieldset ${problem ? html`aria-describedby="problem"` : ''}>
        <legend>${text.choose}</legend>
        ${choices.map(renderChoice)}
      </fieldset>
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
