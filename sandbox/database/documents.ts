import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { checkDepth } from '../fields.ts'
import { newId } from '../secret.ts'
import { ServiceError } from '../serviceError.ts'
import type { State } from '../state.ts'
import { matches, project, sort, type SortKey } from './query.ts'
import { applyUpdate } from './update.ts'
import { type Fields, isFields, toText, toValue } from './values.ts'

/** Who calls the database: a user id, `undefined` for a publishable key, or the app's own server. */
export type Caller = string | undefined | typeof admin

/** The app's own server, which may do everything. */
export const admin = Symbol('admin')

/** What a query returns besides the documents that match. */
export interface QueryOptions {
  order?: readonly SortKey[]
  offset?: number
  limit?: number
  projection?: Fields
}

/** How an update is applied. */
export interface UpdateOptions {
  /** Whether all documents that match are changed. Otherwise the first one is. */
  isMulti: boolean
  /** Whether a document is added if none matches. */
  isUpsert: boolean
}

/** The document database. Every user reads and writes what the access rule of the collection says. */
export interface Documents {
  /**
   * Adds documents.
   *
   * @returns Their ids.
   * @throws ServiceError `DATABASE_PERMISSION_DENIED` or `DATABASE_DUPLICATE_WRITE`.
   */
  add(caller: Caller, collection: string, documents: readonly unknown[]): string[]
  /** Returns the documents that match and the caller may read. */
  find(caller: Caller, collection: string, query: unknown, options?: QueryOptions): Fields[]
  /**
   * Changes documents that match and the caller may write. A change without operators replaces the
   * document.
   *
   * @throws ServiceError `DATABASE_PERMISSION_DENIED`.
   */
  update(
    caller: Caller,
    collection: string,
    query: unknown,
    change: unknown,
    options: UpdateOptions,
  ): { updated: number; upsertedId?: string }
  /** Removes documents that match and the caller may write. Returns how many. */
  remove(caller: Caller, collection: string, query: unknown, isMulti: boolean): number
}

type Collection = Map<string, Fields>

const owner = '_openid'

/**
 * Creates a database that stores its documents in the state.
 *
 * @param state The server's state.
 * @param clock The server's clock.
 * @param config Returns the current settings.
 * @returns The database.
 */
export function createDocuments(state: State, clock: Clock, config: () => Config): Documents {
  const parse = (value: unknown): Fields => {
    const parsed = toValue(value ?? {}, clock.now())
    if (!isFields(parsed)) throw new ServiceError('INVALID_PARAM', 'An object is needed')
    return parsed
  }
  /** Returns a collection. It is stored with its first document. */
  const open = (name: string): Collection => {
    if (!/^[\p{L}\p{N}_-]{1,64}$/u.test(name)) {
      throw new ServiceError('INVALID_PARAM', 'The name of the collection is malformed')
    }
    return state.collections.get(name) ?? new Map()
  }
  const ruleOf = (name: string): string =>
    Object.hasOwn(config().collections, name) ? config().collections[name]! : 'PRIVATE'

  const isOwner = (caller: Caller, document: Fields): boolean =>
    typeof caller === 'string' && document[owner] === caller
  const canRead = (caller: Caller, name: string, document: Fields): boolean => {
    if (caller === admin || ['READONLY', 'ADMINWRITE'].includes(ruleOf(name))) return true
    return ruleOf(name) === 'PRIVATE' && isOwner(caller, document)
  }
  const canWrite = (caller: Caller, name: string, document: Fields): boolean => {
    if (caller === admin) return true
    return ['PRIVATE', 'READONLY'].includes(ruleOf(name)) && isOwner(caller, document)
  }
  const checkWrite = (caller: Caller, name: string, document: Fields): void => {
    if (!canWrite(caller, name, document)) throw new ServiceError('DATABASE_PERMISSION_DENIED')
  }
  const ownerOf = (caller: Caller): Fields =>
    typeof caller === 'string' ? { [owner]: caller } : {}

  /** The documents that match. A query by id does not search. */
  const select = (collection: Collection, query: Fields): Fields[] => {
    const { _id } = query
    const id = isFields(_id) ? _id['$eq'] : _id
    const known = typeof id === 'string' ? collection.get(id) : undefined
    const documents = typeof id === 'string' ? (known ? [known] : []) : [...collection.values()]
    return documents.filter((document) => matches(document, query))
  }

  const insert = (caller: Caller, name: string, given: Fields): string => {
    const collection = open(name)
    const id = given['_id'] === undefined ? newId() : toText(given['_id'])
    const document: Fields = { _id: id, ...(caller === admin ? {} : ownerOf(caller)), ...given }
    if (caller !== admin && document[owner] !== caller) {
      throw new ServiceError('DATABASE_PERMISSION_DENIED', `${owner} is set by the server`)
    }
    checkWrite(caller, name, document)
    checkDepth(document)
    if (collection.has(id)) throw new ServiceError('DATABASE_DUPLICATE_WRITE')
    collection.set(id, { ...document, _id: id })
    state.collections.set(name, collection)
    return id
  }

  const change = (caller: Caller, name: string, document: Fields, update: Fields): void => {
    const isReplacement = !Object.keys(update).some((key) => key.startsWith('$'))
    const { _id = null } = document
    const next = isReplacement
      ? { _id, ...(owner in document && { [owner]: document[owner]! }), ...update }
      : applyUpdate(document, update)
    if (next['_id'] !== _id || (caller !== admin && next[owner] !== document[owner])) {
      throw new ServiceError('DATABASE_PERMISSION_DENIED', `_id and ${owner} cannot be changed`)
    }
    checkDepth(next)
    open(name).set(toText(_id), next)
  }

  return {
    add: (caller, name, documents) =>
      documents.map((document) => insert(caller, name, parse(document))),
    find(caller, name, query, { order = [], offset = 0, limit = 100, projection = {} } = {}) {
      const found = select(open(name), parse(query))
      const readable = found.filter((document) => canRead(caller, name, document))
      const page = sort(readable, order).slice(offset, offset + limit)
      return structuredClone(page.map((document) => project(document, projection)))
    },
    update(caller, name, query, given, { isMulti, isUpsert }) {
      const wanted = parse(query)
      const update = parse(given)
      const found = select(open(name), wanted)
      const chosen = isMulti ? found : found.slice(0, 1)
      if (chosen.length === 0 && isUpsert) {
        const { _id } = wanted
        const id = isFields(_id) ? _id['$eq'] : _id
        const isReplacement = !Object.keys(update).some((key) => key.startsWith('$'))
        const added = isReplacement ? update : applyUpdate({}, update)
        return {
          updated: 0,
          upsertedId: insert(caller, name, { ...added, ...(id && { _id: id }) }),
        }
      }
      const writable = chosen.filter((document) => canWrite(caller, name, document))
      if (!isMulti) for (const document of chosen) checkWrite(caller, name, document)
      for (const document of writable) change(caller, name, document, update)
      return { updated: writable.length }
    },
    remove(caller, name, query, isMulti) {
      const found = select(open(name), parse(query))
      const chosen = isMulti ? found : found.slice(0, 1)
      const writable = chosen.filter((document) => canWrite(caller, name, document))
      if (!isMulti) for (const document of chosen) checkWrite(caller, name, document)
      for (const { _id } of writable) open(name).delete(toText(_id))
      return writable.length
    },
  }
}
