import type { Core } from '../core.ts'
import type { Fields } from '../fields.ts'
import type { Call } from '../http/call.ts'
import { type FileOutcome, pathOf } from '../rules/files.ts'

/** Path of uploads and temporary URLs. The protocol leaves it to the server. */
export const storagePath = '/storage'

const defaultSeconds = 7200

const urlOf = ({ issuer }: Call, path: string): string =>
  `${issuer.origin}${storagePath}/${path.split('/').map(encodeURIComponent).join('/')}`

/**
 * Permits the caller to upload a file.
 *
 * @param core The server's core.
 * @param call The call.
 * @param path Path of the file.
 * @returns The file id, and URL and headers `x-cos-meta-fileid` and `authorization` of the upload.
 * @throws ServiceError `STORAGE_EXCEED_AUTHORITY` or `INVALID_PARAM`.
 */
export function permitUpload(
  core: Core,
  call: Call,
  path: string,
): { fileId: string; meta: string; url: string; authorization: string } {
  const permit = core.files.permit(call.bearer?.user.sub, call.context.env, path)
  // Clients send it as a header, which takes no other characters.
  const meta = encodeURI(permit.fileId)
  return { ...permit, meta, url: urlOf(call, path) }
}

/**
 * Creates temporary URLs.
 *
 * @param core The server's core.
 * @param call The call.
 * @param files File ids and lifetimes in seconds.
 * @returns Outcome and URL of each file.
 */
export const signFiles = (
  core: Core,
  call: Call,
  files: readonly { fileId: string; seconds?: number | undefined }[],
): (FileOutcome & { url?: string })[] =>
  files.map(({ fileId, seconds = defaultSeconds }) => {
    const { code, query } = core.files.sign(fileId, seconds)
    return query === undefined
      ? { fileId, code }
      : { fileId, code, url: `${urlOf(call, pathOf(fileId))}?${query}` }
  })

/**
 * Deletes files of the caller.
 *
 * @param core The server's core.
 * @param call The call.
 * @param fileIds The files.
 * @returns The outcome for each file.
 */
export const deleteFiles = (core: Core, call: Call, fileIds: readonly string[]): FileOutcome[] =>
  fileIds.map((fileId) => core.files.remove(call.bearer?.user.sub, fileId))

/**
 * Copies files to paths of the caller.
 *
 * @param core The server's core.
 * @param call The call.
 * @param files What to copy.
 * @param names Names of the fields, which differ between the gateways.
 * @returns The outcome for each file.
 * @throws ServiceError `STORAGE_EXCEED_AUTHORITY` or `INVALID_PARAM`.
 */
export const copyFiles = (
  core: Core,
  call: Call,
  files: readonly Fields[],
  names: { from: string; to: string; move: string },
): FileOutcome[] =>
  files.map((file) => {
    const to = file.requireText(names.to)
    const from = pathOf(file.requireText(names.from))
    const isMove = file.flag(names.move) ?? false
    const code = core.files.copy(call.bearer?.user.sub, from, to, isMove)
    return { fileId: `cloud://${call.context.env}.sandbox/${to}`, code }
  })
