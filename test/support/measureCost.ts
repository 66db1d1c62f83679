/** Measures what a client costs and prints it as JSON. Run it with `node --expose-gc`. */
import { createAuth, memoryStore, signIn } from '../../adapters/client/index.ts'
import { getUser } from '../../services/endpoints.ts'

const tokens = { access_token: 'a', refresh_token: 'r', expires_in: 7200, sub: 'u1' }
const respond = (url: unknown) =>
  Promise.resolve(Response.json(String(url).includes('/signin') ? tokens : { sub: 'u1' }))

/** Clients share what apps bring, which is no cost of a client. */
const storage = { shared: memoryStore(), tab: memoryStore() }
const createClient = () =>
  createAuth({
    env: 'env-1',
    endpoint: 'http://sandbox.invalid',
    storage,
    fetch: respond,
    timeout: 500,
    flows: { signIn },
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

async function startClients(count: number) {
  const clients = Array.from({ length: count }, createClient)
  for (const client of clients) client.start()
  await sleep(50)
  return clients
}

/** Bytes of a client that has started and is signed out, and of what is left of it when it is dropped. */
async function measureClient() {
  const warm = await startClients(50)
  const before = await heapOf()
  const clients = await startClients(300)
  const clientBytes = ((await heapOf()) - before) / clients.length
  for (const client of clients) client.stop()
  const { length } = clients
  clients.length = 0
  const stoppedBytes = ((await heapOf()) - before) / length
  for (const client of warm) client.stop()
  return { clientBytes, stoppedBytes }
}

/** Milliseconds of `createAuth` and `start`, the median of many. */
function measureStart() {
  const times = Array.from({ length: 300 }, () => {
    const begin = performance.now()
    const client = createClient()
    client.start()
    const time = performance.now() - begin
    client.stop()
    return time
  })
  return times.toSorted((a, b) => a - b)[150]!
}

async function signedIn() {
  const auth = createClient()
  auth.start()
  auth.send({ type: 'flow.start', flow: 'signIn' })
  auth.send({ type: 'password.submit', username: 'ada', password: 'Passw0rd!1' })
  while (auth.get().status !== 'signedIn') await sleep(5)
  return auth
}
type Auth = Awaited<ReturnType<typeof signedIn>>

/** Bytes that each of many calls leaves behind. */
async function measureCalls(auth: Auth) {
  const call = async (count: number) => {
    for (let calls = 0; calls < count; calls++) await auth.call(getUser)
    await sleep(900)
    return heapOf()
  }
  await call(800)
  const before = await call(800)
  return ((await call(3000)) - before) / 3000
}

/** The time of a valid token over that of a field read by an async function. */
async function measureToken(auth: Auth) {
  const field = { token: 'a', read: async () => field.token }
  const time = async (read: () => Promise<string>) => {
    const begin = performance.now()
    for (let reads = 0; reads < 100_000; reads++) await read()
    return performance.now() - begin
  }
  const ratios: number[] = []
  for (let round = 0; round < 9; round++) {
    const plain = await time(field.read)
    ratios.push((await time(auth.getAccessToken)) / plain)
  }
  return ratios.toSorted((a, b) => a - b)[4]!
}

const startMs = measureStart()
const { clientBytes, stoppedBytes } = await measureClient()
const auth = await signedIn()
const callBytes = await measureCalls(auth)
const tokenRatio = await measureToken(auth)
auth.stop()
console.log(JSON.stringify({ clientBytes, stoppedBytes, callBytes, startMs, tokenRatio }))
