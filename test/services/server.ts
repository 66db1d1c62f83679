import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type Caller, createCaller, type Grants } from '../../services/http/caller.ts'
import type { Endpoint } from '../../services/http/endpoint.ts'
import * as endpoints from '../../services/http/endpoints.ts'
import { AuthError } from '../../services/error.ts'
import { type Call, createHttp, type HttpOptions } from '../../services/http/http.ts'
import { Secret } from '../../services/secret.ts'
import { memoryStore } from '../../services/session/store.ts'

/** A request that the server received. */
export interface Received {
  method: string
  /** Path and query, undecoded. */
  url: string
  path: string
  query: Record<string, string>
  headers: IncomingHttpHeaders
  body: string
}

export type Handler = (request: Received, response: ServerResponse) => void

/** Every endpoint as a function. */
export type Operations = {
  [K in keyof typeof endpoints]: (typeof endpoints)[K] extends Endpoint<infer I, infer O>
    ? Operation<I, O>
    : never
}

export type Operation<I, O> = ((input: I, grants?: Grants) => Promise<O>) & Endpoint<I, O>

export const operationsOf = (call: Caller): Operations =>
  Object.fromEntries(
    Object.entries(endpoints).map(([name, endpoint]) => {
      const { method, path, credential, signsIn, signsOut, repeatable } = endpoint
      const marks = { method, path, credential, signsIn, signsOut, repeatable }
      const send = (input: object, grants?: Grants) =>
        call(endpoint as Endpoint<object, object>, input, grants)
      return [name, Object.assign(send, marks)]
    }),
  ) as never

/** Creates a handler that answers a status and a body, as JSON unless it is a text. */
export const answer =
  (status: number, body: unknown = '', headers: Record<string, string> = {}): Handler =>
  (_, response) => {
    const isText = typeof body === 'string' || Buffer.isBuffer(body)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(isText ? body : JSON.stringify(body))
  }

/** Starts a server on a free port until the test ends. Its handler can be replaced at any time. */
export async function serve(handler: Handler = answer(200, {})) {
  const requests: Received[] = []
  const server = createServer((incoming, response) => {
    const url = incoming.url ?? ''
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const received = {
        method: incoming.method ?? '',
        url,
        path: pathname,
        query: Object.fromEntries(searchParams),
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      }
      requests.push(received)
      served.handler(received, response)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done())
      server.closeAllConnections()
    })
  onTestFinished(close)
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const served = {
    origin,
    requests,
    handler,
    close,
    last: () => requests.at(-1)!,
    http: (options: Partial<HttpOptions> = {}) =>
      createHttp({
        origin: () => origin,
        clientId: 'demo',
        language: 'zh-CN',
        timeout: 10_000,
        store: memoryStore(),
        ...options,
      }),
    api: (options: Partial<HttpOptions> = {}) => {
      const { clientId = 'demo' } = options
      return operationsOf(createCaller(served.http(options), clientId))
    },
  }
  return served
}

/** Returns the AuthError that a promise rejects with; fails for any other outcome. */
export async function failure(promise: Promise<unknown>): Promise<AuthError> {
  const thrown = await promise.then(
    (value) => new Error(`settled with ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  if (thrown instanceof AuthError) return thrown
  throw new Error('not an AuthError', { cause: thrown })
}

/** A request of the HTTP layer. */
export const call: Call = { operation: 'signIn', method: 'POST', path: '/v1/signin', body: {} }

/** Wraps a text as a secret. */
export const secret = (text: string) => new Secret(text)

/** Closes the connection instead of answering. */
export const cut: Handler = (_, response) => response.destroy()

/** Returns the error of one call to a server with this handler. */
export async function failureOf(handler: Handler, more: Partial<Call & HttpOptions> = {}) {
  const server = await serve(handler)
  return failure(server.http(more)({ ...call, ...more }))
}
