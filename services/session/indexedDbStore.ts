import type { Store } from './store.ts'

const DATABASE = 'cloudbase-authflow'
const RECORDS = 'records'

/**
 * Creates a store in IndexedDB. All pages and workers of an origin share it, each `update` is one
 * transaction, and it needs no secure context. It does not watch: clients notify each other.
 *
 * @returns a store whose methods reject with what the database throws
 * @see https://www.w3.org/TR/IndexedDB/
 */
export function indexedDbStore(): Store {
  let opening: Promise<IDBDatabase> | undefined

  function open(): Promise<IDBDatabase> {
    return (opening ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(DATABASE, 1)
      request.onupgradeneeded = () => void request.result.createObjectStore(RECORDS)
      request.onerror = () => reject(request.error as Error)
      request.onblocked = () => reject(new Error('another version of the database is open'))
      request.onsuccess = () => {
        const database = request.result
        // The browser or another page may close or delete the database; the next use opens it again.
        const forget = () => {
          database.close()
          opening = undefined
        }
        database.onversionchange = forget
        database.onclose = forget
        resolve(database)
      }
    }).catch((thrown: unknown) => {
      opening = undefined
      throw thrown
    }))
  }

  /** Runs one transaction; it is repeated once when the connection has been closed meanwhile. */
  async function transact<T>(
    mode: IDBTransactionMode,
    work: (records: IDBObjectStore, done: (value: T) => void) => void,
    isRepeat = false,
  ): Promise<T> {
    const database = await open()
    let transaction: IDBTransaction
    try {
      transaction = database.transaction(RECORDS, mode)
    } catch (thrown) {
      opening = undefined
      if (isRepeat) throw thrown
      return transact(mode, work, true)
    }
    return new Promise((resolve, reject) => {
      let value: T
      transaction.oncomplete = () => resolve(value)
      transaction.onabort = () =>
        reject(transaction.error ?? new Error('the transaction was aborted'))
      work(transaction.objectStore(RECORDS), (result) => (value = result))
    })
  }

  return {
    isAtomic: true,
    get: (key) =>
      transact<string | undefined>('readonly', (records, done) => {
        const request = records.get(key)
        request.onsuccess = () => done(textOf(request.result) ?? undefined)
      }),
    set: (key, value) => transact<void>('readwrite', (records) => void records.put(value, key)),
    remove: (key) => transact<void>('readwrite', (records) => void records.delete(key)),
    update: (key, decide) =>
      transact<void>('readwrite', (records) => {
        const request = records.get(key)
        request.onsuccess = () => {
          const next = decide(textOf(request.result))
          if (next !== undefined) records.put(next, key)
        }
      }),
  }
}

/** Whatever else is stored is damaged, which an empty text is as well. */
const textOf = (value: unknown): string | null => {
  if (value === undefined) return null
  return typeof value === 'string' ? value : ''
}
