import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FeedMessage } from '../inspect/feed.ts'
import type { Trace } from '../inspect/trace.ts'
import { answerLayout } from '../inspect/layoutAnswer.ts'
import { withSettings } from '../inspect/settings.ts'
import { parseUrl } from '../../services/parseUrl.ts'
import { type WebSocket, WebSocketServer } from './webSockets.ts'

/** What {@link serveInspector} takes. */
export interface ServerOptions {
  /** The inspector page. */
  html: string
  /** 0 takes any free port. */
  port: number
  /** A trace for the page to open. */
  trace?: Trace
  /** Called with the address for the next client: every address is good for one connection. */
  onAddress?(address: string): void
}

/** A running inspector. */
export interface InspectorServer {
  url: string
  /** The address for the next client. */
  address(): string
  close(): Promise<void>
}

const HOST = '127.0.0.1'
/** The largest message, in bytes: a whole trace of the default length is a tenth of it. */
const MAX_MESSAGE = 64 * 1024 * 1024
/** How many traces are kept for a page that opens late. */
const MAX_TRACES = 8
/** How many entries of each are kept. */
const MAX_ENTRIES = 20_000

/**
 * Serves the inspector page on this machine, and passes the traces of clients on to it. Clients and
 * pages connect with tokens that are good once, because any website can open a WebSocket to this
 * machine.
 */
export async function serveInspector(options: ServerOptions): Promise<InspectorServer> {
  const { html, trace, onAddress } = options
  const traces = new Map<string, Trace>()
  const clients = new Set<WebSocket>()
  const pages = new Set<WebSocket>()
  const tokens = new Map<string, 'client' | 'page'>()
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE })
  const createToken = (kind: 'client' | 'page') => {
    const token = randomBytes(16).toString('hex')
    tokens.set(token, kind)
    return token
  }

  const server = createServer((request, response) => void answer(request, response))
  server.on('upgrade', (request, socket, head) => {
    const address = parseUrl(`http://localhost${request.url}`)
    const token = address?.searchParams.get('token') ?? ''
    const kind = tokens.get(token)
    tokens.delete(token)
    if (!isLocal(request) || kind === undefined || address?.pathname !== `/${kind}`) {
      return void socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n')
    }
    sockets.handleUpgrade(request, socket, head, (connection) => {
      if (kind === 'page') addPage(connection)
      else addClient(connection)
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { method, url } = request
    if (!isLocal(request)) return void response.writeHead(403).end()
    if (method === 'GET' && url === '/') {
      const type = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }
      return void response.writeHead(200, type).end(pageFor())
    }
    if (method === 'POST' && url === '/layout') return answerLayout(request, response)
    response.writeHead(404).end()
  }

  /** The page, with the token for its own connection. */
  function pageFor(): string {
    const settings = {
      socket: `ws://${authority()}/page?token=${createToken('page')}`,
      layoutUrl: '/layout',
      trace,
    }
    return withSettings(html, settings)
  }

  function addPage(page: WebSocket) {
    pages.add(page)
    page.on('close', () => pages.delete(page))
    page.on('error', () => page.terminate())
    for (const [source, known] of traces) send([page], { type: 'trace', source, trace: known })
  }

  function addClient(client: WebSocket) {
    clients.add(client)
    client.on('close', () => clients.delete(client))
    client.on('error', () => client.terminate())
    client.on('message', (data) => {
      const message = parse(String(data as Buffer))
      if (message) receive(message)
    })
    client.send(JSON.stringify({ type: 'open' }))
    onAddress?.(address())
  }

  function receive(message: FeedMessage) {
    const { source } = message
    if (message.type === 'trace') {
      traces.set(source, message.trace)
      const [oldest] = traces.keys()
      if (traces.size > MAX_TRACES) traces.delete(oldest!)
    } else if (message.type === 'entries') {
      const known = traces.get(source)?.entries
      if (known && known.length < MAX_ENTRIES) known.push(...message.entries)
    } else return
    send(pages, message)
  }

  const authority = () => `${HOST}:${(server.address() as AddressInfo).port}`
  const address = () => `ws://${authority()}/client?token=${createToken('client')}`

  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      fail(error.code === 'EADDRINUSE' ? portTaken(options.port) : error),
    )
    server.listen(options.port, HOST, done)
  })

  return {
    url: `http://${authority()}/`,
    address,
    close: () =>
      new Promise((done) => {
        for (const socket of [...clients, ...pages]) socket.terminate()
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

/** Rejects other host names, by which a foreign website could read the page (DNS rebinding). */
function isLocal({ headers }: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')
}

function send(to: Iterable<WebSocket>, message: FeedMessage) {
  const text = JSON.stringify(message)
  for (const socket of to) socket.send(text)
}

function parse(text: string): FeedMessage | undefined {
  try {
    const message = JSON.parse(text) as Partial<FeedMessage> | null
    return typeof message?.source === 'string' ? (message as FeedMessage) : undefined
  } catch {
    return undefined
  }
}

const portTaken = (port: number) =>
  new Error(`port ${port} is taken: stop what uses it, or choose another with --port`)
