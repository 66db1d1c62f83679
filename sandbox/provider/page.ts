import { html } from 'hono/html'
import { type Language, type Markup, toLanguage, toPageResponse } from '../http/page.ts'
import { people, type Person } from './people.ts'

/** What the page shows. */
export interface PageView {
  /** An Accept-Language header. */
  language: string
  /** Whether the ties to the window that opened it are cut. */
  isCut: boolean
  /** Who asks; without it there is nothing to decide. */
  request?: { name: string; redirectUri: string } | undefined
  problem?: 'nobody' | 'malformed' | undefined
}

/** The choice of somebody who has never been here. */
export const newPerson = 'new'

const chinese = {
  title: (provider: string) => `${provider}登录`,
  question: (host: string) => `${host} 请求获取你的昵称和头像。`,
  choose: '选择身份',
  somebodyNew: '新用户',
  allow: '同意',
  deny: '拒绝',
  nobody: '请先选择一个身份。',
  malformed: '链接不正确,请关闭此页面。',
}

const english: typeof chinese = {
  title: (provider) => `Sign in with ${provider}`,
  question: (host) => `${host} asks for your name and picture.`,
  choose: 'Who are you?',
  somebodyNew: 'Somebody new',
  allow: 'Allow',
  deny: 'Deny',
  nobody: 'Please choose who you are first.',
  malformed: 'This link is not right, please close this page.',
}

const texts: Record<Language, typeof chinese> = { 'zh-CN': chinese, en: english }

/** The page on which a person consents to be known. Works without scripts. */
export function toProviderPage(view: PageView): Promise<Response> {
  const { request, problem } = view
  const language = toLanguage(view.language)
  const text = texts[language]
  return toPageResponse({
    language,
    title: text.title(request?.name ?? ''),
    status: problem ? 400 : 200,
    redirectUri: request?.redirectUri,
    headers: view.isCut ? { 'cross-origin-opener-policy': 'same-origin' } : {},
    content: html`
      ${problem ? html`<p role="alert" id="problem">${text[problem]}</p>` : ''}
      ${request ? renderForm(request.redirectUri, text, problem) : ''}
    `,
  })
}

function renderForm(redirectUri: string, text: typeof chinese, problem?: string): Markup {
  const { protocol, host } = new URL(redirectUri)
  const choices = [...people, { id: newPerson, name: text.somebodyNew }]
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

function renderChoice({ id, name }: Person): Markup {
  return html`<div>
    <input type="radio" name="person" value="${id}" id="person-${id}" required />
    <label for="person-${id}">${name}</label>
  </div>`
}
