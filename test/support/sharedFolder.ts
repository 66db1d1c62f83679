/** The folder of what the files of a test run share; see `once.ts`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Makes the folder before the first test and removes it after the last. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'authflow-shared-'))
  process.env['SHARED_FOLDER'] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
