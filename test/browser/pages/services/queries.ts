import { type OfficialApp, pointAtSandbox } from '../bridge/services.ts'

/** An app of the official SDK with its own `auth`. */
type OwnApp = OfficialApp & { auth(): { signIn(params: object): Promise<unknown> } }

declare global {
  var runQueries: () => Promise<Record<string, unknown>>
  var runFiles: () => Promise<Record<string, unknown>>
  var ownSignIn: (params: { username: string; password: string }) => Promise<unknown>
}

/** Offers what the test runs on an app of the official SDK that signs in by itself. */
export function offerServices(official: object) {
  const app = official as OwnApp
  pointAtSandbox(app)
  globalThis.ownSignIn = async (params) => void (await app.auth().signIn(params))
  globalThis.runQueries = () => runQueriesOn(app)
  globalThis.runFiles = () => runFilesOn(app)
}

async function runQueriesOn(app: OwnApp) {
  const db = app.database() as ReturnType<OwnApp['database']> & {
    RegExp(options: { regexp: string; options?: string }): unknown
    serverDate(): unknown
  }
  const { command: _ } = db as unknown as {
    command: Record<string, (...values: unknown[]) => { and(other: unknown): unknown }>
  }
  const todos = db.collection('todos') as ReturnType<typeof db.collection> & {
    field(wanted: object): { get(): Promise<{ data: unknown[] }> }
    skip(count: number): ReturnType<typeof db.collection>
  }
  const names = async (query: object) => {
    const { data } = await todos.where(query).orderBy('size', 'desc').get()
    return data.map(({ name }) => name)
  }
  const first = await todos.add({
    name: 'bread',
    size: 1,
    tags: ['food'],
    shop: { city: 'Shanghai' },
    due: new Date(Date.UTC(2030, 0, 1)),
    made: db.serverDate(),
  })
  await todos.add({ name: 'milk', size: 2, tags: ['food', 'drink'], shop: { city: 'Beijing' } })
  await todos.add({ name: 'bike', size: 30, tags: [], done: true })
  const doc = todos.doc(first.id)
  const read = async () => (await doc.get()).data[0]!
  const results: Record<string, unknown> = {
    all: await names({ name: _.exists!(true) }),
    gt: await names({ size: _.gt!(1).and(_.lt!(30)) }),
    in: await names({ name: _.in!(['milk', 'bike']) }),
    item: await names({ tags: 'food' }),
    path: await names({ 'shop.city': 'Beijing' }),
    nested: await names({ shop: { city: 'Shanghai' } }),
    or: await names(_.or!([{ size: 1 }, { done: true }])),
    neq: await names({ name: _.neq!('milk') }),
    regex: await names({ name: db.RegExp({ regexp: '^B', options: 'i' }) }),
    literal: await names({ name: /k$/ }),
    date: await names({ due: _.gt!(new Date(Date.UTC(2029, 0, 1))) }),
    page: (await todos.orderBy('size', 'asc').limit(1).get()).data.map(({ name }) => name),
    count: (await todos.where({ tags: 'food' }).count()).total,
    fields: Object.keys((await todos.field({ name: true }).get()).data[0] as object).toSorted(),
  }
  const { due, made } = await read()
  Object.assign(results, { due, isMade: made instanceof Date })
  await doc.update({
    size: _.inc!(5),
    tags: _.push!(['fresh', 'warm']),
    shop: { street: 'Nanjing Road' },
    due: _.remove!(),
  })
  const { size, tags, shop, due: none } = await read()
  Object.assign(results, { updated: { size, tags, shop, none } })
  await doc.update({ tags: _.pull!('food') })
  results['pulled'] = (await read())['tags']
  results['many'] = (await todos.where({ size: _.gt!(5) }).update({ done: true })).updated
  const set = await todos.doc('own-id').set({ name: 'new' })
  results['set'] = [set.upsertedId, (await todos.doc('own-id').get()).data[0]?.['name']]
  await todos.doc('own-id').set({ name: 'replaced' })
  results['replaced'] = (await todos.doc('own-id').get()).data[0]
  results['removed'] = [
    (await doc.remove()).deleted,
    (await todos.where({ name: _.exists!(true) }).remove()).deleted,
    (await todos.where({ name: _.exists!(true) }).count()).total,
  ]
  return results
}

async function runFilesOn(app: OwnApp) {
  const file = new File([new Uint8Array([0, 255, 128, 10])], 'a.bin', { type: 'image/png' })
  const cloudPath = '相册/a b.png'
  const { fileID } = await app.uploadFile({ cloudPath, filePath: file })
  const { fileList } = await app.getTempFileURL({ fileList: [fileID, 'cloud://x.y/none'] })
  const response = await fetch(fileList[0]!.tempFileURL)
  const bytes = [...new Uint8Array(await response.arrayBuffer())]
  const type = response.headers.get('content-type')
  await app.downloadFile({ fileID })
  const deleted = (await app.deleteFile({ fileList: [fileID] })).fileList.map(({ code }) => code)
  const gone = (await app.getTempFileURL({ fileList: [fileID] })).fileList.map(({ code }) => code)
  const { result } = await app.callFunction({ name: 'whoAmI' })
  return { result, fileID, codes: fileList.map(({ code }) => code), bytes, type, deleted, gone }
}
