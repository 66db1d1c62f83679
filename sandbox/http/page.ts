import { randomBytes } from 'node:crypto'
import { html, raw } from 'hono/html'
import { toSource } from './redirect.ts'

/** Markup with escaped values. */
export type Markup = ReturnType<typeof html>

/** Languages of the pages. */
export type Language = 'zh-CN' | 'en'

/** Content and headers of a page. */
export interface Page {
  language: Language
  title: string
  content: Markup
  status?: number
  /** Where its forms may redirect besides this server. */
  redirectUri?: string | undefined
  headers?: Record<string, string>
  /** Its script, which may call this server. */
  script?: string | undefined
  /** Whether pages of any origin may show it in a frame. Default: false. */
  isFrameable?: boolean
}

/** The look of the elements of the library, so that a demo of a whole sign-in is of one piece. */
const style = `
  :root { color-scheme: light dark; --page: #f4f5f8; --surface: #fff; --sunken: #f1f3f7;
    --text: #14171f; --muted: #5a6172; --line: #e4e7ee; --edge: #858d9e; --accent: #3a54d6;
    --on-accent: #fff; --danger: #b3261e; --danger-soft: #fdeeed;
    font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei',
      'Noto Sans CJK SC', sans-serif; color: var(--text); background: var(--page) }
  @media (prefers-color-scheme: dark) {
    :root { --page: #0e1014; --surface: #16181d; --sunken: #1f2229; --text: #eceef3;
      --muted: #a4abba; --line: #2b303a; --edge: #70798a; --accent: #9fb0ff; --on-accent: #10142a;
      --danger: #ffb1a8; --danger-soft: #3a1f1d }
  }
  * { box-sizing: border-box }
  body { display: grid; place-items: center; min-height: 100vh; margin: 0; padding: 1rem }
  main { width: 100%; max-width: 25rem; padding: 2rem 1.75rem 1.75rem; border: 1px solid var(--line);
    border-radius: 20px; background: var(--surface); box-shadow: 0 16px 40px -20px rgb(16 20 40 / 18%) }
  h1 { margin: 0; font-size: 1.375rem; font-weight: 650; line-height: 1.25; letter-spacing: -.015em }
  h1:lang(zh) { letter-spacing: 0 }
  p { margin: .375rem 0 0; color: var(--muted) }
  form { margin-top: 1.25rem }
  img { display: block; max-width: 100%; border: 1px solid var(--line); border-radius: 12px;
    background: #fafaf6 }
  label { display: block; margin: 1rem 0 .375rem; font-weight: 550; font-size: .9375rem }
  input:not([type=radio]) { width: 100%; height: 48px; padding: 0 .875rem; border: 1px solid var(--edge);
    border-radius: 12px; font: inherit; font-size: 1.0625rem; color: inherit; background: none }
  input[name=key] { letter-spacing: .2em }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
  fieldset { margin: 0; padding: 0; border: 0 }
  legend { padding: 0; margin-bottom: .5rem; font-size: .9375rem; font-weight: 550 }
  fieldset div { display: flex; align-items: center; gap: .75rem; padding: 0 .875rem;
    border: 1px solid var(--line); border-radius: 12px }
  fieldset div + div { margin-top: .5rem }
  fieldset div:has(:checked) { border-color: var(--accent); background: var(--sunken) }
  fieldset label { flex: 1; margin: 0; padding: .75rem 0; font-weight: 500; font-size: 1rem }
  [type=radio] { flex: none; width: 1.25rem; height: 1.25rem; margin: 0; accent-color: var(--accent) }
  button { display: block; width: 100%; min-height: 48px; margin-top: .625rem; padding: .5rem 1rem;
    border: 1px solid color-mix(in srgb, var(--edge) 55%, var(--line)); border-radius: 12px;
    font: inherit; font-weight: 600; color: inherit; background: none; cursor: pointer }
  .line + button { margin-top: 0; border-color: transparent; color: var(--on-accent);
    background: var(--accent) }
  input[aria-invalid] { border-color: var(--danger) }
  .line { min-height: 3.375rem; padding: .375rem 0 .5rem; font-size: .875rem; line-height: 1.4 }
  .line p { margin: 0; color: var(--text) }
  .line [role=alert] { color: var(--danger) }
  h1 + [role=alert] { margin: 1rem 0 0; padding: .75rem .875rem; border-radius: 12px;
    color: var(--danger); background: var(--danger-soft) }
`

/**
 * Renders a page that allows no scripts but its own.
 *
 * @param page Content and headers of the page.
 * @returns The response, with a content security policy.
 */
export async function toPageResponse(page: Page): Promise<Response> {
  const { language, title, content, redirectUri } = page
  const nonce = randomBytes(16).toString('base64')
  const policy = [
    `default-src 'none'`,
    `img-src data:`,
    `style-src 'nonce-${nonce}'`,
    // Browsers apply this directive to the redirect after a form submission as well.
    `form-action 'self' ${redirectUri === undefined ? '' : toSource(redirectUri)}`.trim(),
    ...(page.script === undefined ? [] : [`script-src 'nonce-${nonce}'`, `connect-src 'self'`]),
    `base-uri 'none'`,
    // A page in a frame could be laid under another one, which takes the click for it.
    ...(page.isFrameable ? [] : [`frame-ancestors 'none'`]),
  ]
  const markup = html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style nonce="${nonce}">
          ${raw(style)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
        ${page.script === undefined ? '' : toScript(page.script, nonce)}
      </body>
    </html>`
  return new Response(String(await markup), {
    status: page.status ?? 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'cache-control': 'no-store',
      // With a stricter policy browsers send `Origin: null` with the page's own form.
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      ...(!page.isFrameable && { 'x-frame-options': 'DENY' }),
      ...page.headers,
    },
  })
}

const toScript = (script: string, nonce: string): Markup =>
  html`<script nonce="${nonce}">
    ${raw(script)}
  </script>`

/**
 * Chooses the language of a page.
 *
 * @param acceptLanguage The header `Accept-Language`.
 * @returns The first supported language; English for other languages, Chinese without a header.
 */
export function toLanguage(acceptLanguage: string): Language {
  const tags = acceptLanguage.toLowerCase().split(',')
  const known = tags.find((tag) => /^\s*(?:zh|en)\b/.test(tag))
  if (known === undefined) return tags.join('').replaceAll('*', '').trim() ? 'en' : 'zh-CN'
  return known.trim().startsWith('zh') ? 'zh-CN' : 'en'
}

/**
 * Creates a redirect that browsers follow by GET.
 *
 * @param location The target.
 * @returns A response with status 303.
 * @see RFC 9110, section 15.4.4
 */
export const seeOther = (location: string): Response =>
  new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } })
