import { scryptSync } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSandbox } from '../../sandbox/index.ts'
import { email, type Json, password, phone, start } from './client.ts'

const sinceVersion2 = ['sudoTokens', 'providerCodes', 'providerTokens', 'ticketKey']
const sinceVersion4 = ['uploads', 'files', 'collections', 'providerKey']

async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'state.json')
}

test('sandbox state file: a password that was hashed at the former cost still signs in', async () => {
  const file = await newFile()
  const before = await start()
  await before.bob()
  await before.sandbox.save(file)
  const salt = Buffer.alloc(16, 7)
  const former = [salt, scryptSync(password, salt, 32)].map((part) => part.toString('base64url'))
  const text = await readFile(file, 'utf8')
  const edited = text.replace(/("password": ?)"[\w-]+\.[\w-]+\.\d+"/, `$1"${former.join('.')}"`)
  expect(edited).not.toBe(text)
  await writeFile(file, edited)
  const after = await start()
  await after.sandbox.load(file)
  expect((await after.signIn({ username: 'bob', password })).status).toBe(200)
})

test('sandbox state file: sessions, users, codes and settings survive a restart', async () => {
  const file = await newFile()
  const before = await start({ maxSessions: 2 })
  const bob = await before.bob()
  const { verification_id: id } = (await before.sendCode({ email })).body
  before.sandbox.advance(60)
  await before.sandbox.save(file)
  const after = await start()
  expect(await after.sandbox.load(file)).toEqual({ outcome: 'loaded' })
  expect((await after.me(bob.access_token)).body['sub']).toBe(bob.sub)
  expect((await after.refresh(bob.refresh_token)).body['sub']).toBe(bob.sub)
  expect((await after.signIn({ username: 'bob', password })).status).toBe(200)
  expect((await after.verify(id, after.sandbox.inbox(email)[0]?.code)).status).toBe(200)
  expect(after.sandbox.config().maxSessions).toBe(2)
  expect((await after.get('/__sandbox/clock')).body['offsetSeconds']).toBe(60)
})

test('sandbox state file: identities and provider tokens survive a restart', async () => {
  const file = await newFile()
  const before = await start()
  const signedUp = await before.withProvider(await before.providerToken())
  const token = await before.providerToken()
  await before.sandbox.save(file)
  const after = await start()
  await after.sandbox.load(file)
  expect((await after.withProvider(token)).body['sub']).toBe(signedUp.body['sub'])
})

test('sandbox state file: sudo tokens survive a restart', async () => {
  const file = await newFile()
  const before = await start()
  const { access_token: bearer } = await before.bob()
  const sudo_token = await before.sudoToken(bearer)
  await before.sandbox.save(file)
  const after = await start()
  await after.sandbox.load(file)
  expect((await after.delete('/auth/v1/user/me', bearer, { sudo_token })).status).toBe(200)
})

test('sandbox state file: keys for tickets and encrypted bodies survive a restart', async () => {
  const file = await newFile()
  const before = await start()
  const ticket = await before.sandbox.mintTicket('user-7')
  const key = await before.post('/auth/v2/signin/publichkey')
  await before.sandbox.save(file)
  const after = await start()
  await after.sandbox.load(file)
  expect((await after.post('/auth/v1/signin/custom', { ticket })).body['sub']).toBe('user-7')
  expect((await after.post('/auth/v2/signin/publichkey')).body).toEqual(key.body)
})

test.each([1, 2, 3])('sandbox state file: a file of version %i is loaded', async (version) => {
  const file = await newFile()
  const before = await start()
  const bob = await before.bob()
  await before.sendCode()
  await before.sandbox.save(file)
  const { counters, ...whole } = JSON.parse(await readFile(file, 'utf8')) as Json
  const missing = [...(version === 1 ? sinceVersion2 : []), ...sinceVersion4]
  for (const name of missing) delete whole[name]
  await writeFile(file, JSON.stringify({ ...whole, version, tallies: counters }))
  const after = await start()
  expect(await after.sandbox.load(file)).toEqual({ outcome: 'loaded' })
  expect((await after.refresh(bob.refresh_token)).body['sub']).toBe(bob.sub)
  expect((await after.sendCode()).body['error']).toBe('resource_exhausted')
})

test('sandbox state file: the file is readable by its owner only, contains no secret and leaves no temporary file', async () => {
  const file = await newFile()
  const client = await start()
  const bob = await client.bob()
  await Promise.all([client.sandbox.save(file), client.sandbox.save(file)])
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const text = await readFile(file, 'utf8')
  for (const secret of [password, bob.access_token, bob.refresh_token]) {
    expect(text).not.toContain(secret)
  }
  expect(await readdir(join(file, '..'))).toEqual(['state.json'])
})

test('sandbox state file: a missing file is reported as missing', async () => {
  const { sandbox } = await start()
  expect(await sandbox.load(await newFile())).toEqual({ outcome: 'missing' })
})

const damages: [string, (text: string) => string][] = [
  ['cut short', (text) => text.slice(0, -10)],
  ['empty', () => ''],
  ['null', () => 'null'],
  ['of another version', (text) => text.replace('"version":4', '"version":5')],
  ['without a key', (text) => text.replace('"kty":"EC"', '"kty":"XX"')],
  ['with a bad setting', (text) => text.replace('"maxSessions":1', '"maxSessions":-1')],
  ['without sudo tokens', (text) => text.replace('"sudoTokens"', '"other"')],
  ['without a ticket key', (text) => text.replace('"ticketKey"', '"other"')],
  ['with a bad key', (text) => text.replace('"version"', '"encryptionKey":"x","version"')],
  ['without users', (text) => text.replace('"users":[[', '"users":[')],
  ['with a bad user', (text) => text.replace('"status":"active"', '"status":1')],
  ['with a bad clock', (text) => text.replace('"offsetSeconds":0', '"offsetSeconds":"0"')],
]

test.each(damages)(
  'sandbox state file: a file %s is renamed and changes nothing',
  async (_name, damage) => {
    const file = await newFile()
    const before = await start()
    await before.sandbox.addUser({ phone_number: phone })
    await before.sandbox.save(file)
    const damaged = damage(await readFile(file, 'utf8'))
    await writeFile(file, damaged)
    const { sandbox } = await start()
    const loaded = await sandbox.load(file)
    expect(loaded.outcome).toBe('damaged')
    const keptAs = loaded.outcome === 'damaged' ? loaded.keptAs : ''
    expect(await readFile(keptAs, 'utf8')).toBe(damaged)
    expect(sandbox.users()).toEqual([])
    expect(await sandbox.load(file)).toEqual({ outcome: 'missing' })
  },
)

test('sandbox state file: onChange is called for every operation that may change the state', async () => {
  let changes = 0
  const sandbox = createSandbox({ onChange: () => (changes += 1) })
  const send = (method: string, path: string) =>
    sandbox.fetch(`http://sandbox.test${path}?client_id=env-1`, { method })
  await send('GET', '/auth/v1/user/me')
  expect(changes).toBe(0)
  await send('POST', '/auth/v1/signin/anonymously')
  expect(changes).toBe(1)
  await sandbox.addUser({ email })
  sandbox.config({ maxSessions: 2 })
  sandbox.advance(1)
  sandbox.reset()
  expect(changes).toBe(5)
})
