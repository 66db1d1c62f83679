/** Measures what a client costs and prints it as JSON. Run it with `node --expose-gc`. */
import { createHook } from 'node:async_hooks'
import { createAuth, memoryStore, signIn } from '../../adapters/client/index.ts'
import { type Inspector, inspector } from '../../adapters/inspect/index.ts'
import { getUser } from '../../services/endpoints.ts'

const tokens = { access_token: 'a', refresh_token: 'r', expires_in: 7200, sub: 'u1' }
const proof = { verification_id: 'v1', verification_token: 'proof' }
let requests = 0
const respond = (url: unknown) => {
  requests++
  const isSignIn = String(url).includes('/signin')
  return Promise.resolve(
    Response.json(isSignIn ? tokens : { sub: 'u1', expires_in: 600, ...proof }),
  )
}

/** Clients share what apps bring, which is no cost of a client. */
const storage = { shared: memoryStore(), tab: memoryStore() }
const createClient = (inspect?: Inspector) =>
  createAuth({
    inspect,
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
  const clients = Array.from({ length: count }, () => createClient())
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

/** Waits without a timer, so that nothing but the client makes promises. */
const until = (auth: Auth, isThere: () => boolean) =>
  new Promise<void>((resolve) => {
    const stop = auth.subscribe(() => isThere() && resolve(queueMicrotask(() => stop())))
  })

async function signInByCode(auth: Auth) {
  auth.send({ type: 'flow.start', flow: 'signIn' })
  auth.send({ type: 'contact.submit', phone_number: '13800000000' })
  await until(auth, () => auth.get().step === 'askingCode')
  auth.send({ type: 'code.submit', code: '123456' })
  await until(auth, () => auth.get().status === 'signedIn' && !auth.get().flow)
}

async function signInByPassword(auth: Auth) {
  auth.send({ type: 'flow.start', flow: 'signIn' })
  auth.send({ type: 'password.submit', username: 'ada', password: 'Passw0rd!1' })
  await until(auth, () => auth.get().status === 'signedIn' && !auth.get().flow)
}

/** Counts what one sign-in takes, once it is warm: the least of some, as what was saved is not written again. */
async function countSignIn(run: (auth: Auth) => Promise<void>) {
  let entries = 0
  let promises = 0
  const auth = createClient(inspector(() => void entries++))
  const plain = createClient()
  for (const client of [auth, plain]) {
    client.start()
    await until(client, () => client.get().status !== 'unknown')
    for (let signIns = 0; signIns < 3; signIns++) await run(client)
    await sleep(20)
  }
  const since = { requests, entries }
  await run(auth)
  const counts = { requests: requests - since.requests, entries: entries - since.entries }
  const hook = createHook({ init: (_, type) => void (type === 'PROMISE' && promises++) }).enable()
  await run(plain)
  hook.disable()
  for (const client of [auth, plain]) client.stop()
  return { ...counts, promises }
}

async function signedIn() {
  const auth = createClient()
  auth.start()
  auth.send({ type: 'flow.start', flow: 'signIn' })
  auth.send({ type: 'password.submit', username: 'ada', password: 'Passw0rd!1' })
  while (auth.get().status !== 'signedIn') await sleep(5)
  return auth
}
type Auth = ReturnType<typeof createClient>

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
const byCode = await countSignIn(signInByCode)
const byPassword = await countSignIn(signInByPassword)
const cost = { clientBytes, stoppedBytes, callBytes, startMs, tokenRatio, byCode, byPassword }
console.log(JSON.stringify(cost))
