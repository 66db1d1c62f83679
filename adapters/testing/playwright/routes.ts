import type { AnyEndpoint } from '../../../services/http/endpoint.ts'
import { shipped } from '../shipped.ts'

/** A request as the sandbox has logged it. */
export interface LoggedRequest {
  method: string
  path: string
  body?: unknown
}

/** Finds the endpoints of requests, and the requests of endpoints. */
export interface Routes {
  /** @returns the operation that sends such a request, if it is a known one */
  operationOf(request: LoggedRequest): string | undefined
  /**
   * @returns method and path, as a fault of the sandbox takes them
   * @throws Error for an operation of an endpoint that is not known
   */
  requestOf(operation: string): { method: string; path: string }
  /** @returns whether the sandbox knows the operation */
  isShipped(operation: string): boolean
}

/**
 * Returns the routes of the endpoints of this package and of others.
 *
 * @param more endpoints of the app
 */
export function routesOf(more: readonly AnyEndpoint[]): Routes {
  const routes = [...more, ...shipped].map(({ operation, method, path }) => {
    const [start = '', end] = `/auth${path}`.split(/\{\w+\}/)
    const matches = (given: string) =>
      end === undefined ? given === start : given.startsWith(start) && given.endsWith(end)
    return { operation, method, path: end === undefined ? start : `${start}*`, matches }
  })
  return {
    isShipped: (operation) => shipped.some((each) => each.operation === operation),
    operationOf({ method, path, body }) {
      const found = routes.filter((route) => route.method === method && route.matches(path))
      // Two endpoints share a path; an upgrade sends the token of the guest.
      const isUpgrade = typeof body === 'object' && body !== null && 'anonymous_token' in body
      const upgrade = isUpgrade && found.find(({ operation }) => operation === 'upgrade')
      return (upgrade || found[0])?.operation
    },
    requestOf(operation) {
      const route = routes.find((each) => each.operation === operation)
      if (!route) {
        throw new Error(`${operation} is no endpoint of this package: add it to \`endpoints\``)
      }
      return { method: route.method, path: route.path }
    },
  }
}
