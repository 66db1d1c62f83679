import type { Core } from '../core.ts'
import type { SortKey } from '../database/query.ts'
import type { Fields as Document } from '../database/values.ts'
import { Fields, parseJson } from '../fields.ts'
import type { Call } from '../http/call.ts'
import type { EndpointGroup, Route } from '../http/route.ts'
import { ServiceError } from '../serviceError.ts'
import { copyFiles, deleteFiles, permitUpload, signFiles } from './files.ts'

const maxDocuments = 1000
const shared = { access: 'service', isCaptchaFree: true } as const
const documentsPath =
  '/v1/database/instances/:instance/databases/:database/collections/:collection/documents'

/**
 * Creates the endpoints through which SDK 3.x and HTTP clients reach functions, storage and
 * database.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `POST /v1/functions/:name`
 * @see `POST /v1/storages/:operation`
 * @see `GET /v1/database/instances/:instance/databases/:database/collections/:collection/documents`
 */
export const gateway: EndpointGroup = (core) => [
  {
    ...shared,
    method: 'POST',
    path: '/v1/functions/:name',
    isRaw: true,
    handle: async (call) => {
      const { params, text, context } = call
      const event = text.trim() === '' ? {} : parseJson(text)
      return Response.json(await core.functions.run(params['name'] ?? '', event, context))
    },
  },
  {
    ...shared,
    method: 'POST',
    path: '/v1/storages/:operation',
    isRaw: true,
    handle: (call) => Response.json(operate(core, call)),
  },
  ...database(core),
]

function operate(core: Core, call: Call): object[] {
  const files = readList(call.text)
  switch (call.params['operation']) {
    case 'get-objects-upload-info':
      return files.map((file) => {
        const path = file.requireText('objectId')
        const { fileId, meta, url, authorization } = permitUpload(core, call, path)
        return {
          objectId: path,
          uploadUrl: url,
          token: 'sandbox',
          authorization,
          cloudObjectId: fileId,
          cloudObjectMeta: meta,
        }
      })
    case 'get-objects-download-info': {
      const wanted = files.map((file) => ({
        fileId: file.requireText('cloudObjectId'),
        seconds: file.count('maxAge'),
      }))
      return signFiles(core, call, wanted).map(({ fileId, code, url }) =>
        toObject(fileId, code, { downloadUrl: url }),
      )
    }
    case 'delete-objects': {
      const ids = files.map((file) => file.requireText('cloudObjectId'))
      return deleteFiles(core, call, ids).map(({ fileId, code }) => toObject(fileId, code))
    }
    case 'copy-objects':
      return copyFiles(core, call, files, {
        from: 'srcPath',
        to: 'dstPath',
        move: 'removeOriginal',
      }).map(({ fileId, code }) => toObject(fileId, code))
    default:
      throw new ServiceError('OPERATION_NOT_SUPPORTED')
  }
}

/** An object of a response. Only failures have a code. */
const toObject = (fileId: string, code: string, more: object = {}): object => ({
  cloudObjectId: fileId,
  ...(code === 'SUCCESS' ? more : { code, message: code }),
})

function readList(text: string): Fields[] {
  const list = parseJson(text)
  return new Fields([['files', list]]).objects('files')
}

function database(core: Core): Route[] {
  const collectionOf = ({ params }: Call): string => params['collection'] ?? ''
  const callerOf = ({ bearer }: Call): string | undefined => bearer?.user.sub
  const query = (call: Call): Response | object => {
    const limit = Math.min(toCount(call.query.text('limit')) ?? 100, maxDocuments)
    const offset = toCount(call.query.text('offset')) ?? 0
    const wanted = readParameter(call, 'query')
    const find = (options: object): Document[] =>
      core.documents.find(callerOf(call), collectionOf(call), wanted, options)
    if (call.query.text('count') === 'true') return { total: find({ limit: Infinity }).length }
    const list = find({
      limit,
      offset,
      order: (readParameter(call, 'order') ?? []) as SortKey[],
      projection: (readParameter(call, 'projection') ?? {}) as Document,
    })
    return { list, limit, offset }
  }
  return [
    { ...shared, method: 'GET', path: documentsPath, handle: query },
    {
      ...shared,
      method: 'GET',
      path: `${documentsPath}/:id`,
      handle: (call) => {
        const _id = call.params['id'] ?? ''
        const projection = (readParameter(call, 'projection') ?? {}) as Document
        const options = { projection }
        const [found] = core.documents.find(callerOf(call), collectionOf(call), { _id }, options)
        if (!found) throw new ServiceError('DATABASE_DOCUMENT_NOT_EXIST')
        return found
      },
    },
    {
      ...shared,
      method: 'POST',
      path: documentsPath,
      handle: (call) => {
        const data = call.body.value('data')
        const documents = Array.isArray(data) ? data : [data]
        const insertedIds = core.documents.add(callerOf(call), collectionOf(call), documents)
        return { insertedIds }
      },
    },
    {
      ...shared,
      method: 'PATCH',
      path: documentsPath,
      handle: (call) => {
        const { body } = call
        const options = {
          isMulti: body.flag('multi') ?? false,
          isUpsert: body.flag('upsert') ?? false,
        }
        const { updated, upsertedId } = core.documents.update(
          callerOf(call),
          collectionOf(call),
          body.value('query'),
          body.value('data'),
          options,
        )
        return { updated, upserted_id: upsertedId }
      },
    },
    {
      ...shared,
      method: 'POST',
      path: `${documentsPath}/remove`,
      handle: (call) => ({
        deleted: core.documents.remove(
          callerOf(call),
          collectionOf(call),
          call.body.value('query'),
          call.body.flag('multi') ?? false,
        ),
      }),
    },
  ]
}

function readParameter({ query }: Call, name: string): unknown {
  const text = query.text(name, 1024 * 1024)
  return text === undefined ? undefined : parseJson(text)
}

const toCount = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
