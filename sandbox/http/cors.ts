import type { Config } from '../config.ts'
import { ApiError } from '../error.ts'

/** Whether pages of `origin` may call. */
export function isAllowed(origin: string, { allowedOrigins }: Config): boolean {
  return allowedOrigins.some((allowed) => {
    if (allowed === '*' || allowed === origin) return true
    if (!allowed.endsWith(':*')) return false
    const host = allowed.slice(0, -2)
    return origin === host || (origin.startsWith(`${host}:`) && isPort(origin.slice(host.length)))
  })
}

const isPort = (text: string): boolean => /^:\d{1,5}$/.test(text)

/** Lets the page of `origin` read the answer. */
export function allow(headers: Headers, origin: string): void {
  headers.set('access-control-allow-origin', origin)
  headers.set('access-control-expose-headers', 'x-request-id, retry-after')
  headers.append('vary', 'origin')
}

/** The answer to a preflight of an allowed origin: every method and header it asks for. */
export function toPreflight(requested: string | null): Response {
  const headers = new Headers({
    'access-control-allow-methods': 'GET, POST, PATCH, PUT, DELETE',
    'access-control-max-age': '600',
    vary: 'access-control-request-headers',
  })
  if (requested) headers.set('access-control-allow-headers', requested)
  return new Response(null, { status: 204, headers })
}

/** The documented refusal of an origin that is not allowed. */
export const denial = (origin: string, env: string): ApiError =>
  new ApiError(
    'permission_denied',
    `cors permission denied,please check if ${origin} in your client ${env} domains`,
  )
