import { createHmac } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { digest, isSame, newToken } from '../secret.ts'
import { ServiceError } from '../serviceError.ts'
import type { State, StoredFile } from '../state.ts'

/** The permission to upload one file. */
export interface UploadPermit {
  fileId: string
  /** The header `authorization` of the upload. */
  authorization: string
}

/** Outcome of an operation on one of several files. */
export interface FileOutcome {
  fileId: string
  code: 'SUCCESS' | 'STORAGE_FILE_NONEXIST' | 'STORAGE_EXCEED_AUTHORITY'
}

/** The file storage. All callers read, and the user who uploaded a file writes. */
export interface Files {
  /**
   * Permits a user to upload a file.
   *
   * @throws ServiceError `STORAGE_EXCEED_AUTHORITY` for a file of another user, `INVALID_PARAM` for
   *   a malformed path.
   */
  permit(sub: string | undefined, env: string, path: string): UploadPermit
  /**
   * Stores an upload.
   *
   * @throws ServiceError `STORAGE_EXCEED_AUTHORITY` without a permit for the path.
   */
  store(authorization: string, path: string, type: string, bytes: Uint8Array): void
  /** Returns the query of a temporary URL of a file, or why there is none. */
  sign(fileId: string, seconds: number): FileOutcome & { query?: string }
  /**
   * Returns a file for a temporary URL.
   *
   * @throws ServiceError `STORAGE_EXCEED_AUTHORITY` for a forged or expired one,
   *   `STORAGE_FILE_NONEXIST`.
   */
  read(path: string, query: URLSearchParams): StoredFile
  /** Deletes a file of a user. */
  remove(sub: string | undefined, fileId: string): FileOutcome
  /** Copies a file to a path of a user. */
  copy(sub: string | undefined, from: string, to: string, isMove: boolean): FileOutcome['code']
}

const permitSeconds = 900

/**
 * Reads the path of a file id.
 *
 * @param fileId As in `cloud://env.bucket/path/to/file`.
 * @returns The path.
 */
export const pathOf = (fileId: string): string => fileId.replace(/^cloud:\/\/[^/]*\//, '')

/**
 * Creates a storage that keeps its files in the state.
 *
 * @param state The server's state.
 * @param clock The server's clock.
 * @returns The storage.
 */
export function createFiles(state: State, clock: Clock): Files {
  const signatureOf = (path: string, expiresAt: string): string =>
    createHmac('sha256', String(state.signingKey.d))
      .update(`${expiresAt}\n${path}`)
      .digest('base64url')
  const check = (path: string): void => {
    const isValid =
      path !== '' && path.length <= 1024 && !path.split('/').some((part) => /^\.*$/.test(part))
    if (!isValid) throw new ServiceError('INVALID_PARAM', 'The path is malformed')
  }
  const checkOwner = (sub: string | undefined, path: string): void => {
    const owner = state.files.get(path)?.owner
    if (sub === undefined || (owner !== undefined && owner !== sub)) {
      throw new ServiceError('STORAGE_EXCEED_AUTHORITY')
    }
  }
  const outcomeOf = (sub: string | undefined, path: string): FileOutcome['code'] => {
    const file = state.files.get(path)
    if (!file) return 'STORAGE_FILE_NONEXIST'
    return sub !== undefined && file.owner === sub ? 'SUCCESS' : 'STORAGE_EXCEED_AUTHORITY'
  }
  return {
    permit(sub, env, path) {
      check(path)
      checkOwner(sub, path)
      const authorization = newToken('up.')
      const expiresAt = clock.now() + permitSeconds * 1000
      state.uploads.set(digest(authorization), { path, owner: sub ?? '', expiresAt })
      return { fileId: `cloud://${env}.sandbox/${path}`, authorization }
    },
    store(authorization, path, type, bytes) {
      const key = digest(authorization)
      const permit = state.uploads.get(key)
      if (!permit || permit.path !== path || permit.expiresAt <= clock.now()) {
        throw new ServiceError('STORAGE_EXCEED_AUTHORITY', 'The upload is not permitted')
      }
      checkOwner(permit.owner, path)
      state.uploads.delete(key)
      const content = Buffer.from(bytes).toString('base64')
      state.files.set(path, { owner: permit.owner, type, content, changedAt: clock.now() })
    },
    sign(fileId, seconds) {
      const path = pathOf(fileId)
      if (!state.files.has(path)) return { fileId, code: 'STORAGE_FILE_NONEXIST' }
      const expires = String(clock.now() + seconds * 1000)
      const query = new URLSearchParams({ expires, sign: signatureOf(path, expires) })
      return { fileId, code: 'SUCCESS', query: String(query) }
    },
    read(path, query) {
      const expires = query.get('expires') ?? ''
      const isSigned = isSame(query.get('sign') ?? '', signatureOf(path, expires))
      if (!isSigned || !(Number(expires) > clock.now())) {
        throw new ServiceError('STORAGE_EXCEED_AUTHORITY', 'The address is forged or has expired')
      }
      const file = state.files.get(path)
      if (!file) throw new ServiceError('STORAGE_FILE_NONEXIST')
      return file
    },
    remove(sub, fileId) {
      const path = pathOf(fileId)
      const code = outcomeOf(sub, path)
      if (code === 'SUCCESS') state.files.delete(path)
      return { fileId, code }
    },
    copy(sub, from, to, isMove) {
      check(to)
      const file = state.files.get(from)
      if (!file) return 'STORAGE_FILE_NONEXIST'
      checkOwner(sub, to)
      if (isMove && outcomeOf(sub, from) !== 'SUCCESS') return 'STORAGE_EXCEED_AUTHORITY'
      state.files.set(to, { ...file, owner: sub ?? '', changedAt: clock.now() })
      if (isMove) state.files.delete(from)
      return 'SUCCESS'
    },
  }
}
