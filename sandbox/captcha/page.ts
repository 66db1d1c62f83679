import { randomBytes } from 'node:crypto'
import { html } from 'hono/html'
import { toSource } from '../http/redirect.ts'

/** What the page shows. */
export interface PageView {
  /** An Accept-Language header. */
  language: string
  /** Where the forms may lead; without it there is no way back. */
  redirectUri?: string
  /** The picture to be read; without it there is nothing to solve. */
  picture?: { data: string; token: string }
  problem?: 'wrong' | 'expired' | 'unknown' | undefined
}

const chinese = {
  tag: 'zh-CN',
  title: '安全验证',
  alt: '验证码图片',
  label: '请输入图中的字符,不区分大小写',
  verify: '确定',
  refresh: '换一张',
  cancel: '返回',
  wrong: '输入的字符不正确,请按新图片重试。',
  expired: '验证已过期,请返回重试。',
  unknown: '验证不存在或已完成,请关闭此页面。',
}

const english: typeof chinese = {
  tag: 'en',
  title: 'Security check',
  alt: 'Picture of the characters to type',
  label: 'Type the characters in the picture, in any case',
  verify: 'Continue',
  refresh: 'New picture',
  cancel: 'Back',
  wrong: 'The characters do not match, please try this new picture.',
  expired: 'This check has expired, please go back and try again.',
  unknown: 'This check does not exist or is done, please close this page.',
}

const statuses = { wrong: 400, expired: 410, unknown: 404 } as const

const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { display: grid; place-items: center; min-height: 90vh; margin: 1rem }
  main { width: 100%; max-width: 22rem }
  h1 { font-size: 1.25rem }
  img { display: block; max-width: 100%; border: 1px solid #8888; border-radius: 4px }
  label { display: block; margin: 1rem 0 .25rem }
  input { font: inherit; font-size: 1.25rem; letter-spacing: .2em; width: 100%;
    box-sizing: border-box; padding: .5rem }
  button { font: inherit; padding: .5rem 1rem; margin: 1rem .5rem 0 0 }
  [role=alert] { border-left: 4px solid #d33; padding-left: .75rem }
`

/** The page on which a person reads a picture. Works without scripts. */
export async function toPage(view: PageView): Promise<Response> {
  const { redirectUri, problem } = view
  const nonce = randomBytes(16).toString('base64')
  const policy = [
    `default-src 'none'`,
    `img-src data:`,
    `style-src 'nonce-${nonce}'`,
    // Browsers hold the redirect that follows a form to this as well.
    `form-action 'self' ${redirectUri === undefined ? '' : toSource(redirectUri)}`.trim(),
    `base-uri 'none'`,
  ]
  return new Response(String(await render(view, nonce)), {
    status: problem ? statuses[problem] : 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'cache-control': 'no-store',
      // A stricter one would make browsers hide the origin of the page's own form.
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    },
  })
}

function render(view: PageView, nonce: string): ReturnType<typeof html> {
  const text = toTexts(view.language)
  return html`<!doctype html>
    <html lang="${text.tag}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${text.title}</title>
        <style nonce="${nonce}">
          ${style}
        </style>
      </head>
      <body>
        <main>
          <h1>${text.title}</h1>
          ${view.problem ? html`<p role="alert" id="problem">${text[view.problem]}</p>` : ''}
          ${view.redirectUri === undefined ? '' : renderForm(view, text)}
        </main>
      </body>
    </html>`
}

function renderForm({ picture }: PageView, text: typeof chinese): ReturnType<typeof html> {
  return html`<form method="post">
    ${picture ? renderQuestion(picture, text) : ''}
    <button name="action" value="cancel" formnovalidate>${text.cancel}</button>
  </form>`
}

function renderQuestion(
  { data, token }: { data: string; token: string },
  text: typeof chinese,
): ReturnType<typeof html> {
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
    />
    <button name="action" value="verify">${text.verify}</button>
    <button name="action" value="refresh" formnovalidate>${text.refresh}</button>`
}

/** The first language asked for that there is, Chinese if none is asked for. */
function toTexts(language: string): typeof chinese {
  const tags = language.toLowerCase().split(',')
  const known = tags.find((tag) => /^\s*(?:zh|en)\b/.test(tag))
  if (known === undefined) return tags.join('').replaceAll('*', '').trim() ? english : chinese
  return known.trim().startsWith('zh') ? chinese : english
}
