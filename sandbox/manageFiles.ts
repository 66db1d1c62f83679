import type { Core } from './core.ts'

/** A stored file as the control API shows it: with its size in place of its content. */
export interface FileView {
  path: string
  /** The user who uploaded it. */
  owner: string
  /** Media type. */
  type: string
  /** Bytes. */
  size: number
  /** Milliseconds since the epoch. */
  changedAt: number
}

/**
 * Lists the stored files.
 *
 * @param core The server's core.
 * @returns The files without their content.
 */
export const listFiles = ({ state }: Core): FileView[] =>
  [...state.files].map(([path, { owner, type, content, changedAt }]) => {
    const size = Buffer.byteLength(content, 'base64')
    return { path, owner, type, size, changedAt }
  })
