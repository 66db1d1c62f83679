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

const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { display: grid; place-items: center; min-height: 90vh; margin: 1rem }
  main { width: 100%; max-width: 22rem }
  h1 { font-size: 1.25rem }
  img { display: block; max-width: 100%; border: 1px solid #8888; border-radius: 4px }
  label { display: block; margin: 1rem 0 .25rem }
  input:not([type=radio]) { font: inherit; font-size: 1.25rem; letter-spacing: .2em; width: 100%;
    box-sizing: border-box; padding: .5rem }
  fieldset { border: 1px solid #8888; border-radius: 4px }
  fieldset label { display: inline-block; margin: .25rem 0 }
  button { font: inherit; padding: .5rem 1rem; margin: 1rem .5rem 0 0 }
  [role=alert] { border-left: 4px solid #d33; padding-left: .75rem }
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
          ${style}
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
