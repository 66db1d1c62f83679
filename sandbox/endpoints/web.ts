import type { SortKey } from '../database/query.ts'
import { type Fields as Document, isFields } from '../database/values.ts'
import type { Core } from '../core.ts'
import { parseJson } from '../fields.ts'
import type { Call } from '../http/call.ts'
import type { EndpointGroup } from '../http/route.ts'
import { newId } from '../secret.ts'
import { ServiceError } from '../serviceError.ts'
import { copyFiles, deleteFiles, permitUpload, signFiles } from './files.ts'

/**
 * Creates the endpoint through which SDK 2.x, and SDK 3.x with `endPointMode: 'CLOUD_API'`, reach
 * database, functions and storage. The body names an `action`.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `POST /web`
 */
export const web: EndpointGroup = (core) => [
  {
    method: 'POST',
    path: '/web',
    access: 'service',
    isCaptchaFree: true,
    handle: async (call) => {
      const action = call.body.requireText('action')
      const act = Object.hasOwn(actions, action) ? actions[action] : undefined
      if (!act) throw new ServiceError('OPERATION_NOT_SUPPORTED', `There is no action ${action}`)
      return { requestId: newId(), ...(await act(core, call)) }
    },
  },
]

type Action = (core: Core, call: Call) => object | Promise<object>

const maxLength = 1024 * 1024
const maxDocuments = 1000

const target = (call: Call): [caller: string | undefined, collection: string] => [
  call.bearer?.user.sub,
  call.body.requireText('collectionName'),
]

const actions: Record<string, Action> = {
  'functions.invokeFunction': async (core, call) => {
    const text = call.body.text('request_data', maxLength) ?? ''
    const event = text === '' ? {} : parseJson(text)
    const name = call.body.requireText('function_name')
    const result = await core.functions.run(name, event, call.context)
    const isParsed = call.query.text('parse') === 'true'
    return { data: { response_data: isParsed ? result : JSON.stringify(result) } }
  },

  'database.addDocument'(core, call) {
    const [caller, collection] = target(call)
    const data = call.body.value('data')
    if (Array.isArray(data)) {
      return { data: { insertedIds: core.documents.add(caller, collection, data) } }
    }
    const id = call.body.value('_id')
    const document = isFields(data) && id !== undefined ? { ...data, _id: id } : data
    return { data: { _id: core.documents.add(caller, collection, [document])[0] } }
  },
  'database.queryDocument'(core, call) {
    const [caller, collection] = target(call)
    const offset = call.body.count('offset') ?? 0
    const limit = Math.min(call.body.count('limit') ?? 100, maxDocuments)
    const list = core.documents.find(caller, collection, call.body.value('query'), {
      order: (call.body.value('order') ?? []) as SortKey[],
      projection: (call.body.value('projection') ?? {}) as Document,
      offset,
      limit,
    })
    return { data: { list }, offset, limit }
  },
  'database.countDocument'(core, call) {
    const [caller, collection] = target(call)
    const limit = Infinity
    const found = core.documents.find(caller, collection, call.body.value('query'), { limit })
    return { data: { total: found.length } }
  },
  'database.updateDocument'(core, call) {
    const [caller, collection] = target(call)
    const query = call.body.value('query')
    const { updated, upsertedId } = core.documents.update(
      caller,
      collection,
      query,
      call.body.value('data'),
      { isMulti: call.body.flag('multi') ?? false, isUpsert: call.body.flag('upsert') ?? false },
    )
    return { data: { updated, upserted_id: upsertedId } }
  },
  'database.deleteDocument'(core, call) {
    const [caller, collection] = target(call)
    const isMulti = call.body.flag('multi') ?? false
    const deleted = core.documents.remove(caller, collection, call.body.value('query'), isMulti)
    return { data: { deleted } }
  },
  'database.addCollection': () => ({ data: {} }),

  'storage.getUploadMetadata'(core, call) {
    const { fileId, meta, url, authorization } = permitUpload(
      core,
      call,
      call.body.requireText('path'),
    )
    return { data: { url, token: 'sandbox', authorization, fileId, cosFileId: meta } }
  },
  'storage.batchGetDownloadUrl'(core, call) {
    const files = call.body.objects('file_list').map((file) => ({
      fileId: file.requireText('fileid'),
      seconds: file.count('max_age'),
    }))
    const list = signFiles(core, call, files).map(({ fileId, code, url = '' }) => ({
      fileid: fileId,
      fileID: fileId,
      code,
      download_url: url,
      tempFileURL: url,
    }))
    return { data: { download_list: list } }
  },
  'storage.batchDeleteFile'(core, call) {
    const list = deleteFiles(core, call, call.body.texts('fileid_list') ?? [])
    return { data: { delete_list: list.map(({ fileId, code }) => ({ fileID: fileId, code })) } }
  },
  'storage.batchCopyFile'(core, call) {
    const list = copyFiles(core, call, call.body.objects('file_list'), {
      from: 'src_path',
      to: 'dst_path',
      move: 'remove_original',
    })
    return { data: { copy_list: list.map(({ fileId, code }) => ({ fileID: fileId, code })) } }
  },
}
