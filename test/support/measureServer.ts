/** Measures what a server's client costs per request and prints it as JSON. Run it with `node --expose-gc`. */
import { createServerAuth, memoryStore } from '../../adapters/server/index.ts'
import { getUser, signIn } from '../../services/endpoints.ts'

const tokens = { access_token: 'a', refresh_token: 'r', expires_in: 7200, sub: 'u1' }
const respond = (url: unknown) =>
  Promise.resolve(Response.json(String(url).includes('/signin') ? tokens : { sub: 'u1' }))

const store = memoryStore()
let cookie = ''
const serve = () =>
  createServerAuth({
    env: 'demo',
    endpoint: 'http://sandbox.invalid',
    request: { headers: new Headers({ cookie }) },
    store,
    fetch: respond,
  })

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** The bytes in use after full collections. */
async function heapOf(): Promise<number> {
  for (let count = 0; count < 4; count++) {
    globalThis.gc!()
    await sleep(20)
  }
  return process.memoryUsage().heapUsed
}

const median = (times: number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!

const auth = serve()
await auth.call(signIn, { username: 'ada', password: 'Passw0rd!1' } as never)
cookie = (await auth.setCookies())[0]!.split(';')[0]!

/** Answers a request as a server does that renders a page and calls the API. */
async function answer() {
  const auth = serve()
  await auth.initialView()
  await auth.call(getUser)
  await auth.respond(new Response())
  return auth
}

for (let count = 0; count < 300; count++) await answer()

/** Bytes of a client that has read who is signed in, and of one that then has started for a call. */
const before = await heapOf()
const clients = Array.from({ length: 300 }, serve)
await Promise.all(clients.map((each) => each.initialView()))
const clientBytes = ((await heapOf()) - before) / clients.length
for (const each of clients) each.start()
await sleep(50)
const startedBytes = ((await heapOf()) - before) / clients.length
await Promise.all(clients.map((each) => each.setCookies()))
clients.length = 0

/** Milliseconds of `createServerAuth`. */
const createMs = median(
  Array.from({ length: 500 }, () => {
    const begin = performance.now()
    serve()
    return performance.now() - begin
  }),
)

/** Bytes that each of 1,500 answered requests leaves behind. */
const atFirst = await heapOf()
for (let count = 0; count < 1500; count++) await answer()
const leftBytes = ((await heapOf()) - atFirst) / 1500

console.log(JSON.stringify({ clientBytes, startedBytes, createMs, leftBytes }))
