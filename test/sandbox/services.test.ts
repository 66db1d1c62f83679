import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSandbox } from '../../sandbox/index.ts'
import type { CloudFunction, Config } from '../../sandbox/index.ts'
import { Client, type Json, startTime } from './client.ts'

const functions: Record<string, CloudFunction> = {
  whoAmI: (event, context) => ({ event, ...context }),
  nothing: () => undefined,
  fails() {
    throw new Error('out of stock')
  },
}

/** Starts a sandbox with functions and two signed-in users. */
async function open(config: Partial<Config> = {}) {
  const sandbox = createSandbox({ config, functions, now: () => startTime })
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  const client = new Client(sandbox, url)
  // By ticket, because hashing passwords would take most of the time.
  const signIn = async (uid: string) => {
    const ticket = await sandbox.mintTicket(uid)
    return String((await client.post('/auth/v1/signin/custom', { ticket })).body['access_token'])
  }
  const [ada, bob] = [await signIn('ada'), await signIn('bob')]
  const web = async (access_token: string | undefined, action: string, params: Json = {}) =>
    (await client.post('/web', { action, access_token, env: 'env-1', ...params })).body
  return { sandbox, client, ada, bob, web, signIn }
}

const documentsPath = (collection: string) =>
  `/v1/database/instances/(default)/databases/(default)/collections/${collection}/documents`

test('sandbox services: a call without a token, with a forged, revoked or expired one is refused', async () => {
  const { client, ada, web, sandbox, signIn } = await open()
  const codes = async (token: string | undefined) => {
    const headers: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` }
    const found: unknown[] = []
    for (const path of [
      '/v1/functions/whoAmI',
      '/v1/storages/delete-objects',
      documentsPath('a'),
    ]) {
      const { status, body } = await client.post(path, {}, { headers, query: { env: 'e' } })
      expect(status).toBe(401)
      found.push(body['code'])
    }
    for (const action of ['functions.invokeFunction', 'database.queryDocument']) {
      const params = { function_name: 'whoAmI', collectionName: 'a' }
      found.push((await web(token, action, params))['code'])
    }
    return [...new Set(found)]
  }
  expect(await codes(undefined)).toEqual(['MISSING_CREDENTIALS'])
  expect(await codes('nonsense')).toEqual(['INVALID_ACCESS_TOKEN'])
  await client.post('/auth/v1/revoke', { token: ada })
  expect(await codes(ada)).toEqual(['INVALID_ACCESS_TOKEN'])
  const carol = await signIn('carol')
  sandbox.advance(7201)
  expect(await codes(carol)).toEqual(['ACCESS_TOKEN_EXPIRED'])
  expect(sandbox.documents('a')).toEqual([])
})

test('sandbox services: a publishable key identifies no user', async () => {
  const { client, web, sandbox } = await open({
    accessKeys: ['key-1'],
    collections: { news: 'ADMINWRITE' },
  })
  sandbox.addDocuments('news', [{ title: 'x' }])
  const called = await client.post('/v1/functions/whoAmI', {}, { bearer: 'key-1' })
  expect(called.body).not.toHaveProperty('uid')
  const read = await web('key-1', 'database.queryDocument', { collectionName: 'news' })
  expect(read['data']).toMatchObject({ list: [{ title: 'x' }] })
  const added = await web('key-1', 'database.addDocument', { collectionName: 'own', data: {} })
  expect(added['code']).toBe('DATABASE_PERMISSION_DENIED')
  const upload = await web('key-1', 'storage.getUploadMetadata', { path: 'a.txt' })
  expect(upload['code']).toBe('STORAGE_EXCEED_AUTHORITY')
})

test('sandbox functions: a function receives the event and the user, by both gateways', async () => {
  const { client, ada, web } = await open()
  const { body, status } = await client.post(
    '/v1/functions/whoAmI',
    { a: [1] },
    { bearer: ada, query: { env: 'env-1' } },
  )
  expect([status, body]).toEqual([200, { event: { a: [1] }, uid: 'ada', env: 'env-1' }])
  const call = (function_name: string, request_data = '') =>
    web(ada, 'functions.invokeFunction', { function_name, request_data })
  const { data } = await call('whoAmI', '{"a":[1]}')
  expect(JSON.parse(String((data as Json)['response_data']))).toEqual(body)
  expect((await call('nothing'))['data']).toEqual({ response_data: 'null' })
  expect(await call('fails')).toMatchObject({
    code: 'FUNCTION_EXECUTE_FAIL',
    message: 'out of stock',
  })
  for (const name of ['none', 'constructor', '__proto__', 'toString']) {
    expect((await call(name))['code']).toBe('FUNCTION_NOT_FOUND')
  }
  expect((await call('whoAmI', '{'))['code']).toBe('INVALID_PARAM')
})

/** The access rules: what ada, who owns a document, and bob may do with it. */
test.each([
  ['PRIVATE', { adaReads: true, bobReads: false, adaWrites: true }],
  ['READONLY', { adaReads: true, bobReads: true, adaWrites: true }],
  ['ADMINWRITE', { adaReads: true, bobReads: true, adaWrites: false }],
  ['ADMINONLY', { adaReads: false, bobReads: false, adaWrites: false }],
] as const)(
  'sandbox database: the access rule %s holds for owner and others',
  async (rule, may) => {
    const { ada, bob, web, sandbox } = await open({ collections: { notes: rule } })
    sandbox.addDocuments('notes', [{ _id: 'one', _openid: 'ada', text: 'secret' }])
    const on = (token: string, action: string, params: Json = {}) =>
      web(token, `database.${action}`, {
        collectionName: 'notes',
        query: { _id: 'one' },
        ...params,
      })
    const canRead = async (token: string) => {
      const { data } = await on(token, 'queryDocument')
      const { data: counted } = await on(token, 'countDocument')
      const isFound = (data as { list: unknown[] }).list.length === 1
      expect((counted as Json)['total']).toBe(isFound ? 1 : 0)
      return isFound
    }
    expect(await canRead(ada)).toBe(may.adaReads)
    expect(await canRead(bob)).toBe(may.bobReads)
    const change = { data: { $set: { text: 'changed' } } }
    const denied = { code: 'DATABASE_PERMISSION_DENIED' }
    for (const many of [{ multi: true }, { multi: false }, { multi: false, upsert: true }]) {
      const byBob = await on(bob, 'updateDocument', { ...change, ...many })
      expect(byBob['data'] ?? byBob).toMatchObject(many.multi ? { updated: 0 } : denied)
    }
    const removed = await on(bob, 'deleteDocument', { multi: true })
    expect(removed['data']).toEqual({ deleted: 0 })
    expect(await on(bob, 'deleteDocument')).toMatchObject(denied)
    expect(sandbox.documents('notes')[0]).toMatchObject({ text: 'secret' })
    const byAda = await on(ada, 'updateDocument', change)
    expect(byAda['data'] ?? byAda).toMatchObject(may.adaWrites ? { updated: 1 } : denied)
    const added = await on(ada, 'addDocument', { data: { text: 'new' } })
    expect('data' in added).toBe(may.adaWrites)
  },
)

test('sandbox database: the owner of a document cannot be chosen, changed or taken over', async () => {
  const { ada, bob, web, sandbox } = await open()
  const add = (token: string, data: Json) =>
    web(token, 'database.addDocument', { collectionName: 'notes', data })
  expect((await add(bob, { _openid: 'ada' }))['code']).toBe('DATABASE_PERMISSION_DENIED')
  await add(ada, { _id: 'one', text: 'mine' })
  const update = (token: string, data: Json, more: Json = {}) =>
    web(token, 'database.updateDocument', {
      collectionName: 'notes',
      query: { _id: 'one' },
      data,
      ...more,
    })
  for (const data of [
    { $set: { _openid: 'bob' } },
    { $unset: { _openid: '' } },
    { _openid: 'bob' },
    { $set: { _id: 'two' } },
  ]) {
    expect((await update(ada, data))['code']).toBe('DATABASE_PERMISSION_DENIED')
  }
  expect((await update(bob, { text: 'his' }, { upsert: true }))['code']).toBe(
    'DATABASE_PERMISSION_DENIED',
  )
  expect((await add(bob, { _id: 'one' }))['code']).toBe('DATABASE_DUPLICATE_WRITE')
  expect(sandbox.documents('notes')).toEqual([{ _id: 'one', _openid: 'ada', text: 'mine' }])
})

test.each<[string, Json]>([
  ['database.queryDocument', { query: { $where: '1' } }],
  ['database.queryDocument', { query: { a: { $near: 1 } } }],
  ['database.aggregate', { stages: [] }],
  ['database.updateDocument', { query: {}, data: { $rename: { a: 'b' } } }],
  ['constructor', {}],
])('sandbox database: %s with %j is refused as unsupported', async (action, params) => {
  const { ada, web, sandbox } = await open()
  sandbox.addDocuments('notes', [{ _openid: 'ada', a: 1 }])
  const { code } = await web(ada, action, { collectionName: 'notes', ...params })
  expect(code).toBe('OPERATION_NOT_SUPPORTED')
})

const dots = (count: number) => Array(count).fill('a').join('.')

test.each<[string, Json]>([
  ['queryDocument', { query: { a: { $regex: '(' } } }],
  ['queryDocument', { query: { a: { $regex: '^(x+x+)+y' } } }],
  ['queryDocument', { query: { a: { $in: 1 } } }],
  ['queryDocument', { query: { $or: 1 } }],
  ['queryDocument', { query: { [dots(5000)]: 1 } }],
  ['queryDocument', { query: [] }],
  ['queryDocument', { collectionName: '../x' }],
  ['queryDocument', { collectionName: 1 }],
  ['queryDocument', { limit: -1 }],
  ['queryDocument', { limit: '1' }],
  ['addDocument', { data: 'x' }],
  ['addDocument', { data: { _id: {} } }],
  ['updateDocument', { data: { $set: { [dots(101)]: 1 } } }],
  ['updateDocument', { data: { $set: { 'a.b': 1 } } }],
  ['updateDocument', { data: { $set: { 'list.99999999': 1 } } }],
  ['updateDocument', { data: { $inc: { a: 1 } } }],
  ['updateDocument', { data: { $push: { a: 1 } } }],
  ['updateDocument', { data: { $set: 1 } }],
  ['updateDocument', { data: { $set: { 'x.__proto__.polluted': true } } }],
  ['addDocument', { data: JSON.parse('{"__proto__":{"polluted":true}}') as Json }],
])('sandbox database: %s with %j is a malformed request', async (action, params) => {
  const { ada, web, sandbox } = await open()
  const text = 'x'.repeat(40)
  const before = sandbox.addDocuments('notes', [{ _openid: 'ada', a: text, list: [] }])
  const { code } = await web(ada, `database.${action}`, { collectionName: 'notes', ...params })
  expect(code).toBe('INVALID_PARAM')
  expect(sandbox.documents('notes')).toEqual([
    { _id: before[0], _openid: 'ada', a: text, list: [] },
  ])
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
})

test('sandbox database: a document cannot grow deeper than 100 levels by updates', async () => {
  const { ada, web, sandbox } = await open()
  sandbox.addDocuments('notes', [{ _id: 'one', _openid: 'ada' }])
  const codes: unknown[] = []
  for (let depth = 1; depth < 5; depth++) {
    const path = `${dots(40 * depth)}`.slice(0, 199)
    const answer = await web(ada, 'database.updateDocument', {
      collectionName: 'notes',
      query: { _id: 'one' },
      data: { $set: { [path]: JSON.parse('{"a":'.repeat(60) + '1' + '}'.repeat(60)) as Json } },
    })
    codes.push(answer['code'])
  }
  expect(codes).toContain('INVALID_PARAM')
  const read = await web(ada, 'database.queryDocument', { collectionName: 'notes' })
  expect(read['code']).toBeUndefined()
})

test('sandbox database: the gateway and /web see the same documents', async () => {
  const { client, ada, web } = await open()
  const path = documentsPath('notes')
  const made = await client.post(path, { data: [{ text: 'a', at: { $date: 5 } }] }, { bearer: ada })
  const [id] = made.body['insertedIds'] as string[]
  const { data } = await web(ada, 'database.queryDocument', { collectionName: 'notes' })
  expect(data).toEqual({ list: [{ _id: id, _openid: 'ada', text: 'a', at: { $date: 5 } }] })
  const one = await client.get(`${path}/${id}`, { bearer: ada })
  expect(one.body).toMatchObject({ text: 'a' })
  const missing = await client.get(`${path}/none`, { bearer: ada })
  expect([missing.status, missing.body['code']]).toEqual([404, 'DATABASE_DOCUMENT_NOT_EXIST'])
  const query = { query: JSON.stringify({ at: { $gte: { $date: { $numberLong: '5' } } } }) }
  const found = await client.get(path, { bearer: ada, query })
  expect(found.body['list']).toHaveLength(1)
})

test('sandbox storage: an upload needs its permit, and a file is changed by its owner alone', async () => {
  const { client, ada, bob, web, sandbox } = await open()
  const permit = async (token: string, path: string) => {
    const { data, code } = await web(token, 'storage.getUploadMetadata', { path })
    return { code, ...(data as { url: string; authorization: string; fileId: string }) }
  }
  const put = (url: string, authorization: string, body = 'hello') =>
    fetch(url, { method: 'PUT', headers: { authorization }, body })
  const { url, authorization, fileId } = await permit(ada, 'a/b.txt')
  expect((await put(url, 'up.nonsense')).status).toBe(403)
  expect((await put(url.replace('b.txt', 'c.txt'), authorization)).status).toBe(403)
  expect((await put(url, authorization)).status).toBe(200)
  expect((await put(url, authorization)).status).toBe(403)
  expect(sandbox.files()).toMatchObject([{ path: 'a/b.txt', owner: 'ada', size: 5 }])
  expect((await permit(bob, 'a/b.txt')).code).toBe('STORAGE_EXCEED_AUTHORITY')
  const removed = await web(bob, 'storage.batchDeleteFile', { fileid_list: [fileId] })
  expect(removed['data']).toMatchObject({ delete_list: [{ code: 'STORAGE_EXCEED_AUTHORITY' }] })
  for (const path of ['', '../x', 'a//b', '/a', 'a/./b']) {
    expect((await permit(ada, path)).code).toBe('INVALID_PARAM')
  }
  const { data } = await web(bob, 'storage.batchGetDownloadUrl', {
    file_list: [{ fileid: fileId, max_age: 60 }],
  })
  const address = (data as { download_list: { download_url: string }[] }).download_list[0]!
  const read = (change: (url: URL) => void = () => undefined) => {
    const target = new URL(address.download_url)
    change(target)
    return fetch(target)
  }
  const answer = await read()
  expect(await answer.text()).toBe('hello')
  expect(answer.headers.get('content-security-policy')).toContain('sandbox')
  const forgeries = [
    await read((target) => target.searchParams.delete('sign')),
    await read((target) => target.searchParams.set('expires', String(startTime * 2))),
    await read((target) => (target.pathname = '/storage/a/c.txt')),
  ]
  expect(forgeries.map(({ status }) => status)).toEqual([403, 403, 403])
  sandbox.advance(61)
  expect((await read()).status).toBe(403)
  expect((await client.fetch('GET', '/storage/a/b.txt')).status).toBe(403)
})

test('sandbox services: documents and files survive a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'state.json')
  const before = await open()
  await before.web(before.ada, 'database.addDocument', {
    collectionName: 'notes',
    data: { _id: 'one', text: 'kept' },
  })
  const { data } = await before.web(before.ada, 'storage.getUploadMetadata', { path: 'a.bin' })
  const { url, authorization } = data as { url: string; authorization: string }
  await fetch(url, { method: 'PUT', headers: { authorization }, body: new Uint8Array([0, 255]) })
  await before.sandbox.save(file)
  const after = await open()
  after.sandbox.addDocuments('gone', [{}])
  expect(await after.sandbox.load(file)).toEqual({ outcome: 'loaded' })
  expect(after.sandbox.documents('notes')).toEqual([{ _id: 'one', _openid: 'ada', text: 'kept' }])
  expect(after.sandbox.documents('gone')).toEqual([])
  expect(after.sandbox.files()).toEqual(before.sandbox.files())
})

test('sandbox services: the log shows who called what, with all data masked', async () => {
  const { ada, web, client, sandbox } = await open()
  await web(ada, 'database.addDocument', { collectionName: 'notes', data: { pin: '4711' } })
  await client.post('/v1/functions/whoAmI', { pin: '4711' }, { bearer: ada })
  const [first, second] = sandbox.requests().slice(-2)
  expect(first).toMatchObject({
    path: '/web',
    sub: 'ada',
    status: 200,
    body: { action: 'database.addDocument', collectionName: 'notes' },
  })
  expect(second).toMatchObject({ path: '/v1/functions/whoAmI', sub: 'ada', status: 200 })
  expect(JSON.stringify(sandbox.requests())).not.toMatch(/4711/)
  expect(JSON.stringify(sandbox.requests())).not.toContain(ada)
})

test('sandbox services: faults apply to them', async () => {
  const { client, ada, sandbox } = await open()
  sandbox.faults([{ method: 'POST', path: '/v1/functions/*', status: 503 }])
  const first = await client.fetch('POST', '/v1/functions/whoAmI', { bearer: ada, body: {} })
  expect(first.status).toBe(503)
})

test('sandbox control API: documents are seeded and listed, files listed', async () => {
  const { client, sandbox } = await open()
  const { body } = await client.post('/__sandbox/documents/news', [{ title: 'a' }, { title: 'b' }])
  expect(body['ids']).toHaveLength(2)
  const listed = await client.get('/__sandbox/documents/news')
  expect(listed.body).toEqual(sandbox.documents('news'))
  expect((await client.get('/__sandbox/files')).body).toEqual([])
})
