import { type HttpBindings, serve } from '@hono/node-server'
import type { AddressInfo } from 'node:net'
import type { Link } from './route.ts'

/** Where to listen. */
export interface ListenOptions {
  /** 0, the default, takes any free port. */
  port?: number
  /** `127.0.0.1` unless given. The control API only answers on a loopback address. */
  host?: string
}

/** A listening server. */
export interface Listener {
  /** Its origin, as in `http://127.0.0.1:8080`. */
  url: string
  /** Stops listening and breaks open connections. */
  close(): Promise<void>
}

type Handle = (request: Request, link: Link) => Response | Promise<Response>

const loopback = ['127.0.0.1', 'localhost', '::1', '[::1]']

/** Serves `handle` on a socket. */
export function listen(handle: Handle, options: ListenOptions = {}): Promise<Listener> {
  const { port = 0, host = '127.0.0.1' } = options
  const answer = async (request: Request, bindings: HttpBindings): Promise<Response> => {
    // A foreign name that resolves to this machine is a page trying to reach the control API.
    const isLocal = [host, new URL(request.url).hostname].every((name) => loopback.includes(name))
    const link = { isLocal, isBroken: false }
    const response = await handle(request, link)
    if (link.isBroken) bindings.incoming.socket.destroy()
    // Chromium repeats a POST by itself when a connection it has used before breaks, which would
    // hide a planned fault. So no connection is used twice.
    response.headers.set('connection', 'close')
    return response
  }
  return new Promise((resolve, reject) => {
    const fetch = (request: Request, bindings: unknown): Promise<Response> =>
      answer(request, bindings as HttpBindings)
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
