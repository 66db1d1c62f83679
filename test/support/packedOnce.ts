/** Where the tarballs of a test run are: packed by the first test that needs them, shared by all. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Makes the folder before the first test and removes it after the last. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'authflow-packed-'))
  process.env['PACKED_FOLDER'] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
