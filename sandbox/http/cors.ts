import type { Config } from '../config.ts'
import { ApiError } from '../error.ts'
import { isLoopback } from './hosts.ts'

/**
 * Checks whether pages of an origin may call.
 *
 * @param origin The header `Origin`.
 * @param config Settings with `allowedOrigins`.
 * @returns Whether the origin is allowed.
 */
export function isAllowedOrigin(origin: string, { allowedOrigins }: Config): boolean {
  return allowedOrigins.some((allowed) => {
    if (allowed === '*' || allowed === origin) return true
    if (!allowed.endsWith(':*')) return false
    const host = allowed.slice(0, -2)
    return origin === host || (origin.startsWith(`${host}:`) && isPort(origin.slice(host.length)))
  })
}

/**
 * Checks whether an origin is a page on this machine. Only such pages may use the control API,
 * whatever `allowedOrigins` says.
 *
 * @param origin The header `Origin`.
 * @returns Whether the host of the origin is a loopback address.
 */
export const isLoopbackOrigin = (origin: string): boolean =>
  URL.canParse(origin) && isLoopback(new URL(origin).hostname)

const isPort = (text: string): boolean => /^:\d{1,5}$/.test(text)

/**
 * Adds the headers that allow a page to read the response.
 *
 * @param headers The response headers to extend.
 * @param origin The header `Origin`.
 */
export function allowOrigin(headers: Headers, origin: string): void {
  headers.set('access-control-allow-origin', origin)
  headers.set('access-control-expose-headers', 'x-request-id, retry-after')
  headers.append('vary', 'origin')
}

/**
 * Creates the response to a preflight request of an allowed origin.
 *
 * @param requested The header `Access-Control-Request-Headers`.
 * @returns A response that allows every method and the requested headers.
 */
export function toPreflight(requested: string | null): Response {
  const headers = new Headers({
    'access-control-allow-methods': 'GET, POST, PATCH, PUT, DELETE',
    'access-control-max-age': '600',
    vary: 'access-control-request-headers',
  })
  if (requested) headers.set('access-control-allow-headers', requested)
  return new Response(null, { status: 204, headers })
}

/**
 * Creates the documented error for an origin that is not allowed.
 *
 * @param origin The header `Origin`.
 * @param env The environment named in the message.
 * @returns An error `permission_denied`.
 */
export const originError = (origin: string, env: string): ApiError =>
  new ApiError(
    'permission_denied',
    `cors permission denied,please check if ${origin} in your client ${env} domains`,
  )
