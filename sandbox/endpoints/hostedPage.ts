import { ApiError } from '../error.ts'
import { toHostedPage } from '../hosted/page.ts'
import type { Call } from '../http/call.ts'
import { parseRedirect } from '../http/redirect.ts'
import type { EndpointGroup, Route } from '../http/route.ts'

/**
 * Creates the hosted sign-in page, which CloudBase serves beside the app's own pages.
 *
 * @returns The routes.
 * @see `GET /__auth/`
 */
export const hostedPage: EndpointGroup = () =>
  ['/__auth', '/__auth/'].map((path): Route => ({
    method: 'GET',
    path,
    access: 'open',
    isCaptchaFree: true,
    isRaw: true,
    handle: (call) => toHostedPage({ language: call.language, request: readRequest(call) }),
  }))

function readRequest({ query }: Call): { clientId: string; redirectUri: string } | undefined {
  try {
    const clientId = query.text('client_id') ?? query.requireText('env_id')
    return { clientId, redirectUri: parseRedirect(query.requireText('redirect_uri')).href }
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
}
