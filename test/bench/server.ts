/** A server that answers the calls of every subject after some milliseconds: `node server.ts 10`. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const delayMs = Number(process.argv[2] ?? 0)
/** A token whose payload the clients of other services read, whose signature is not checked. */
const toToken = (payload: object) =>
  ['e30', Buffer.from(JSON.stringify(payload)).toString('base64url'), 'x'].join('.')
const iat = Math.floor(Date.now() / 1000)
const idToken = toToken({ sub: 'u1', user_id: 'u1', iat, exp: iat + 7200 })
const session = JSON.stringify({
  access_token: 'access',
  refresh_token: 'refresh',
  id_token: idToken,
  idToken,
  refreshToken: 'refresh',
  expiresIn: '7200',
  localId: 'u1',
  users: [{ localId: 'u1' }],
  token_type: 'Bearer',
  expires_in: 7200,
  sub: 'u1',
  user: { id: 'u1', aud: 'authenticated' },
  verification_id: 'v1',
  verification_token: 'proof',
})
let requests = 0
let failing = false

const server = createServer((request, response) => {
  // A measured page asks from another origin.
  response.setHeader('access-control-allow-origin', '*')
  request.resume().on('end', () => {
    const { pathname } = new URL(request.url!, 'http://localhost')
    if (pathname === '/requests') return response.end(String(requests))
    if (pathname === '/fail') return response.end(String((failing = !failing)))
    requests++
    const isRefused = failing && pathname.endsWith('/token')
    const answer = () => {
      response.writeHead(isRefused ? 503 : 200, { 'content-type': 'application/json' })
      // A refresh brings another pair.
      const isRefresh = pathname.endsWith('/token')
      const pair = isRefresh ? session.replace('"access"', `"access${requests}"`) : session
      response.end(isRefused ? '{"error":"unavailable"}' : pair)
    }
    if (delayMs > 0) setTimeout(answer, delayMs)
    else answer()
  })
})
// A client's turn may come late.
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
