import { type HttpBindings, serve } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { AddressInfo } from 'node:net'
import { ApiError } from '../error.ts'
import { createHostCheck, isLoopback } from './hosts.ts'
import type { Connection } from './route.ts'

/** Options of `listen`. */
export interface ListenOptions {
  /** Default: 0, which takes any free port. */
  port?: number
  /** Default: `127.0.0.1`. The control API is off on any other than a loopback address. */
  host?: string
  /**
   * Host names it may be reached under besides `host`, `localhost` and addresses, as in a network
   * of containers. Requests under any other name are refused.
   */
  names?: readonly string[]
}

/** A listening server. */
export interface Listener {
  /** Origin of the server, as in `http://127.0.0.1:8787`. */
  url: string
  /** Stops listening and breaks open connections. */
  close(): Promise<void>
}

type Handle = (request: Request, connection: Connection) => Response | Promise<Response>

/**
 * Serves a request handler on a socket.
 *
 * @param handle Handles requests.
 * @param options Port and host.
 * @returns The listening server.
 * @throws Error with the code of the system, such as `EADDRINUSE`.
 */
export function listen(handle: Handle, options: ListenOptions = {}): Promise<Listener> {
  const { port = 0, host = '127.0.0.1', names = [] } = options
  const isKnownHost = createHostCheck(host, names)
  const respond = async (request: Request, bindings: HttpBindings): Promise<Response> => {
    const { hostname } = new URL(request.url)
    const connection = { isLocal: isLoopback(host) && isLoopback(hostname), isBroken: false }
    const response = isKnownHost(hostname)
      ? await handle(request, connection)
      : hostError(hostname).toResponse()
    if (connection.isBroken) {
      bindings.incoming.socket.destroy()
      return RESPONSE_ALREADY_SENT
    }
    // Chromium repeats a request when a reused connection breaks, which would hide a planned fault.
    // So every connection serves one request.
    response.headers.set('connection', 'close')
    return response
  }
  return new Promise((resolve, reject) => {
    const fetch = (request: Request, bindings: unknown): Promise<Response> =>
      respond(request, bindings as HttpBindings)
    const server = serve({ fetch, port, hostname: host }, (address: AddressInfo) => {
      const name = host.includes(':') ? `[${host}]` : host
      resolve({ url: `http://${name}:${address.port}`, close })
    })
    server.once('error', reject)
    const close = (): Promise<void> =>
      new Promise((done) => {
        server.close(() => done())
        if ('closeAllConnections' in server) server.closeAllConnections()
      })
  })
}

/** @see RFC 9110, section 15.5.20 */
const hostError = (hostname: string): ApiError =>
  new ApiError('permission_denied', `The sandbox has no name ${hostname}: see --name`, {
    status: 421,
  })
