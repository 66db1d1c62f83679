/** What the pages use of the official SDK's app. The declarations of its two versions collide. */
export interface OfficialApp {
  registerHost?(host: string, protocol: 'http'): void
  registerEndPoint(url: string, protocol: 'http'): void
  callFunction(params: { name: string; data?: object }): Promise<{ result: unknown }>
  database(): {
    command: Record<string, (value: unknown) => unknown>
    collection(name: string): Collection
  }
  uploadFile(params: { cloudPath: string; filePath: File }): Promise<{ fileID: string }>
  getTempFileURL(params: { fileList: string[] }): Promise<{
    fileList: { tempFileURL: string; code: string }[]
  }>
  downloadFile(params: { fileID: string }): Promise<unknown>
  deleteFile(params: { fileList: string[] }): Promise<{ fileList: { code: string }[] }>
  auth: unknown
}

interface Collection {
  add(data: object): Promise<{ id: string; code?: string; message?: string }>
  where(query: object): Collection
  orderBy(field: string, direction: 'asc' | 'desc'): Collection
  limit(count: number): Collection
  get(): Promise<{ data: Record<string, unknown>[] }>
  count(): Promise<{ total: number }>
  update(data: object): Promise<{ updated: number }>
  remove(): Promise<{ deleted: number }>
  doc(id: string): Pick<Collection, 'get' | 'update' | 'remove'> & {
    set(data: object): Promise<{ updated: number; upsertedId?: string }>
  }
}

const query = new URLSearchParams(location.search)
export const env = query.get('env')!
export const endpoint = query.get('sandbox')!
const { host } = new URL(endpoint)

/** Points an app of the official SDK at the sandbox. */
export function pointAtSandbox(app: OfficialApp) {
  if (app.registerHost) app.registerHost(host, 'http')
  else app.registerEndPoint(`//${host}/web`, 'http')
}

/** Calls every service once. */
async function useServices(app: OfficialApp, note: string) {
  const notes = app.database().collection('notes')
  const { result } = await app.callFunction({ name: 'whoAmI', data: { note } })
  const { id } = await notes.add({
    note,
    at: new Date(86_400_000),
    tags: ['a', 'b'],
    size: note.length,
  })
  const { data } = await notes.where({ note }).get()
  const cloudPath = `notes/${note}.txt`
  const { fileID } = await app.uploadFile({ cloudPath, filePath: new File([note], 'note.txt') })
  const { fileList } = await app.getTempFileURL({ fileList: [fileID] })
  const text = await (await fetch(fileList[0]!.tempFileURL)).text()
  await app.downloadFile({ fileID })
  return { result, isFound: data[0]?.['_id'] === id, date: data[0]?.['at'] instanceof Date, text }
}

/** Runs what is asked for and returns its result, or the text of its error. */
const settle = async <T>(run: () => Promise<T>) => {
  try {
    return await run()
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : JSON.stringify(error)}`
  }
}

export interface BridgePage {
  app: OfficialApp
  signIn(username: string, password: string): Promise<unknown>
  signOut(): Promise<unknown>
  use(note: string): Promise<unknown>
  callFunction(): Promise<unknown>
}

declare global {
  var bridged: BridgePage
}

export function offer(app: OfficialApp, ways: Pick<BridgePage, 'signIn' | 'signOut'>) {
  globalThis.bridged = {
    app,
    ...ways,
    use: (note) => settle(() => useServices(app, note)),
    callFunction: () => settle(async () => (await app.callFunction({ name: 'whoAmI' })).result),
  }
}
