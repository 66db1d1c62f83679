import type { Call } from '../http/call.ts'
import { toPage } from '../captcha/page.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import { seeOther } from '../http/page.ts'
import { parseRedirect, toRedirect } from '../http/redirect.ts'
import type { EndpointGroup } from '../http/route.ts'
import { newToken } from '../secret.ts'
import type { CaptchaPage } from '../state.ts'

/** Path of the page. The protocol leaves it to the server. */
const path = '/auth/v1/captcha/page'
const daySeconds = 86_400

/**
 * Creates the endpoint that opens a captcha page, and the page.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `POST /auth/v1/captcha/init`
 */
export const captchaPage: EndpointGroup = (core) => [
  {
    method: 'POST',
    path: '/auth/v1/captcha/init',
    access: 'client',
    isCaptchaFree: true,
    handle: (call) => init(core, call),
  },
  {
    method: 'GET',
    path,
    access: 'open',
    isCaptchaFree: true,
    isRaw: true,
    handle: (call) => show(core, call),
  },
  {
    method: 'POST',
    path,
    access: 'open',
    isCaptchaFree: true,
    isRaw: true,
    handle: (call) => submit(core, call),
  },
]

function init(core: Core, { body, issuer }: Call): object {
  const redirectUri = parseRedirect(body.requireText('redirect_uri')).href
  const state = body.requireText('state')
  const id = newToken('page.')
  const seconds = core.config().captchaPageSeconds
  const openUntil = core.clock.now() + seconds * 1000
  const expiresAt = openUntil + daySeconds * 1000
  core.state.captchaPages.set(id, { redirectUri, state, openUntil, expiresAt })
  return { url: `${issuer.origin}${path}?id=${id}`, expires_in: seconds }
}

function show(core: Core, call: Call, problem?: 'wrong'): Promise<Response> {
  const page = find(core, call)
  const { language } = call
  if (!page) return toPage({ language, problem: 'unknown' })
  const { redirectUri } = page
  if (isClosed(core, page)) return toPage({ language, redirectUri, problem: 'expired' })
  return toPage({ language, redirectUri, problem, picture: core.captchas.create() })
}

function submit(core: Core, call: Call): Response | Promise<Response> {
  const page = find(core, call)
  const form = new URLSearchParams(call.text)
  const action = form.get('action')
  if (!page || action === 'refresh') return show(core, call)
  if (page.location !== undefined) return seeOther(page.location)
  if (action === 'cancel') return seeOther(toCancelled(page, isClosed(core, page)))
  if (isClosed(core, page)) return show(core, call)
  try {
    page.location = toSolved(core, page, form)
    return seeOther(page.location)
  } catch (error) {
    if (error instanceof ApiError) return show(core, call, 'wrong')
    throw error
  }
}

const find = (core: Core, { query }: Call): CaptchaPage | undefined =>
  core.state.captchaPages.get(query.text('id') ?? '')

const isClosed = (core: Core, page: CaptchaPage): boolean => page.openUntil <= core.clock.now()

function toSolved(core: Core, { redirectUri, state }: CaptchaPage, form: URLSearchParams): string {
  const captchaToken = core.captchas.solve(form.get('token') ?? '', form.get('key') ?? '')
  return toRedirect(redirectUri, {
    state,
    captcha_token: captchaToken,
    expires_in: String(core.config().captchaTokenSeconds),
  })
}

function toCancelled({ redirectUri, state }: CaptchaPage, isExpired: boolean): string {
  const outcome = isExpired
    ? { error: 'captcha_invalid', error_description: 'The captcha page has expired' }
    : { error: 'cancelled', error_description: 'The user went back' }
  return toRedirect(redirectUri, { state, ...outcome })
}
