import { html } from 'hono/html'
import { type Language, type Markup, toLanguage, toPageResponse } from '../http/page.ts'

/** Content of the captcha page. */
export interface PageView {
  /** The header `Accept-Language`. */
  language: string
  /** Where the form may redirect. Without it the page shows no form. */
  redirectUri?: string
  /** The captcha picture. Without it the form only offers to go back. */
  picture?: { data: string; token: string }
  problem?: 'wrong' | 'expired' | 'unknown' | undefined
}

const chinese = {
  title: '安全验证',
  alt: '验证码图片',
  label: '图片中的字符',
  hint: '不区分大小写。',
  verify: '确定',
  refresh: '换一张',
  cancel: '返回',
  wrong: '字符不正确，请按新图片重新输入。',
  expired: '验证已过期，请返回重试。',
  unknown: '验证不存在或已完成，请关闭此页面。',
}

const english: typeof chinese = {
  title: 'Security check',
  alt: 'Picture of the characters to type',
  label: 'Characters',
  hint: 'Not case-sensitive.',
  verify: 'Continue',
  refresh: 'New picture',
  cancel: 'Back',
  wrong: 'The characters do not match. Try the new picture.',
  expired: 'This check has expired. Go back and try again.',
  unknown: 'This check does not exist or is done. Close this page.',
}

const texts: Record<Language, typeof chinese> = { 'zh-CN': chinese, en: english }
const statuses = { wrong: 400, expired: 410, unknown: 404 } as const

/**
 * Renders the captcha page. It works without scripts.
 *
 * @param view Content of the page.
 * @returns The response.
 */
export function toPage(view: PageView): Promise<Response> {
  const { redirectUri, problem } = view
  const language = toLanguage(view.language)
  const text = texts[language]
  return toPageResponse({
    // Apps show it in a frame of their own page.
    isFrameable: true,
    language,
    title: text.title,
    status: problem ? statuses[problem] : 200,
    redirectUri,
    content: html`
      ${problem && problem !== 'wrong' ? html`<p role="alert">${text[problem]}</p>` : ''}
      ${redirectUri === undefined ? '' : renderForm(view, text)}
    `,
  })
}

function renderForm({ picture, problem }: PageView, text: typeof chinese): Markup {
  return html`<form method="post">
    ${picture ? renderQuestion(picture, text, problem === 'wrong') : ''}
    <button name="action" value="cancel" formnovalidate>${text.cancel}</button>
  </form>`
}

function renderQuestion(
  { data, token }: { data: string; token: string },
  text: typeof chinese,
  isWrong: boolean,
): Markup {
  return html`<img src="${data}" alt="${text.alt}" />
    <input type="hidden" name="token" value="${token}" />
    <label for="key">${text.label}</label>
    <input
      id="key"
      name="key"
      required
      autofocus
      maxlength="6"
      autocomplete="off"
      autocapitalize="characters"
      spellcheck="false"
      aria-describedby="line"
      ${isWrong ? html`aria-invalid="true"` : ''}
    />
    <div class="line" id="line">
      ${isWrong ? html`<p role="alert">${text.wrong}</p>` : html`<p>${text.hint}</p>`}
    </div>
    <button name="action" value="verify">${text.verify}</button>
    <button name="action" value="refresh" formnovalidate>${text.refresh}</button>`
}
