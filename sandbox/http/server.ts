import { type HttpBindings, serve } from '@hono/node-server'
import type { AddressInfo } from 'node:net'
import type { Connection } from './route.ts'

/** Options of `listen`. */
export interface ListenOptions {
  /** Default: 0, which takes any free port. */
  port?: number
  /** Default: `127.0.0.1`. The control API is off on any other than a loopback address. */
  host?: string
}

/** A listening server. */
export interface Listener {
  /** Origin of the server, as in `http://127.0.0.1:8787`. */
  url: string
  /** Stops listening and breaks open connections. */
  close(): Promise<void>
}

type Handle = (request: Request, connection: Connection) => Response | Promise<Response>

const loopback = ['127.0.0.1', 'localhost', '::1', '[::1]']

/**
 * Serves a request handler on a socket.
 *
 * @param handle Handles requests.
 * @param options Port and host.
 * @returns The listening server.
 * @throws Error with the code of the system, such as `EADDRINUSE`.
 */
export function listen(handle: Handle, options: ListenOptions = {}): Promise<Listener> {
  const { port = 0, host = '127.0.0.1' } = options
  const respond = async (request: Request, bindings: HttpBindings): Promise<Response> => {
    // A foreign host name that resolves to this machine is a page attempting DNS rebinding.
    const isLocal = [host, new URL(request.url).hostname].every((name) => loopback.includes(name))
    const connection = { isLocal, isBroken: false }
    const response = await handle(request, connection)
    if (connection.isBroken) bindings.incoming.socket.destroy()
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
