/** Measures what sessions cost a Redis: `node test/session/redisCost.ts 100000`. */
import { createServerAuth, redisLock, redisStore } from '../../adapters/server/index.ts'
import { systemClock } from '../../services/clock.ts'
import { signIn } from '../../services/endpoints.ts'
import { startRedis } from '../support/redis.ts'

/** Characters of an access token, and of a refresh token. */
const LENGTHS = { access: 1000, refresh: 128 }

const sessions = Number(process.argv[2] ?? 100_000)
const redis = await startRedis()
const client = await redis.connect()
const store = redisStore(client)
const lock = redisLock(client)

let ahead = 0
const clock = {
  now: () => Date.now() + ahead,
  monotonic: () => performance.now() + ahead,
  until: (deadline: number, signal?: AbortSignal) => systemClock.until(deadline - ahead, signal),
}

let serial = 0
const respond = () => {
  const id = String(++serial).padStart(12, '0')
  return Promise.resolve(
    Response.json({
      access_token: id.padEnd(LENGTHS.access, 'a'),
      refresh_token: id.padEnd(LENGTHS.refresh, 'r'),
      expires_in: 7200,
      token_type: 'Bearer',
      sub: `1700000${id}`,
      scope: 'user sso',
    }),
  )
}
const serve = (cookie = '') =>
  createServerAuth({
    env: 'demo-1gabcd2345678901',
    endpoint: 'http://sandbox.invalid',
    request: { headers: new Headers({ cookie }) },
    store,
    lock,
    clock,
    fetch: respond,
  })

async function openSession(): Promise<string> {
  const auth = serve()
  await auth.call(signIn, { username: 'ada', password: 'Correct-horse-7' })
  return (await auth.setCookies())[0]!.split(';')[0]!
}

const info = async (section: string, field: RegExp) =>
  Number(field.exec(await client.info(section))![1])
const memory = () => info('memory', /used_memory:(\d+)/)

/** The commands that Redis has run for a client, as it counts them. */
async function commandsOf(run: () => Promise<unknown>): Promise<Record<string, number>> {
  await client.configResetStat()
  await run()
  const lines = [...(await client.info('commandstats')).matchAll(/cmdstat_(\S+):calls=(\d+)/g)]
  const counted = lines.map(([, name, calls]) => [name!, Number(calls)] as const)
  return Object.fromEntries(counted.filter(([name]) => !/^(config|info)/.test(name)))
}

const cookie = await openSession()
const commands = {
  'sign in': await commandsOf(openSession),
  'request with a valid token': await commandsOf(() => serve(cookie).getAccessToken()),
  'request that refreshes': await commandsOf(async () => {
    ahead += 7_200_000
    const auth = serve(cookie)
    await auth.getAccessToken()
    await auth.setCookies()
    await systemClock.until(Date.now() + 200)
  }),
  'sign out': await commandsOf(async () => {
    const auth = serve(cookie)
    await auth.signOut()
    await auth.setCookies()
  }),
}

await client.flushAll()
const before = await memory()
const begin = performance.now()
const batch = 200
for (let count = 0; count < sessions; count += batch)
  await Promise.all(Array.from({ length: batch }, openSession))
const seconds = (performance.now() - begin) / 1000
const bytes = ((await memory()) - before) / sessions
const keys = (await client.dbSize()) / sessions
const [sample] = (await client.scan('0', { COUNT: 1 })).keys
const key = String(sample)

console.table(commands)
console.log({
  sessions,
  keysEach: keys,
  bytesEach: Math.round(bytes),
  valueBytes: await client.strLen(key),
  key,
  signInsPerSecond: Math.round(sessions / seconds),
})
client.destroy()
await redis.stop()
