import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** Milliseconds between two looks for what another process makes. */
const INTERVAL_MS = 100

/**
 * Makes something once in a test run: the first test file that needs it makes it, and the others, which
 * run in other processes, wait for it.
 *
 * @param name the name of its folder
 * @param make makes it in the empty folder; what it returns goes through JSON
 * @returns what `make` has returned
 */
export async function once<T>(name: string, make: (folder: string) => T | Promise<T>): Promise<T> {
  const shared = process.env['SHARED_FOLDER'] ?? mkdtempSync(join(tmpdir(), 'authflow-shared-'))
  const folder = join(shared, name)
  const outcome = `${folder}.json`
  if (mkdirUnlessThere(folder)) {
    const made = await Promise.resolve(folder)
      .then(make)
      .then(
        (value) => ({ value }),
        (error: unknown) => ({ error: String(error) }),
      )
    // Renamed, so that no process reads a half of it.
    writeFileSync(`${outcome}.new`, JSON.stringify(made))
    renameSync(`${outcome}.new`, outcome)
  }
  while (!existsSync(outcome)) await setTimeout(INTERVAL_MS)
  const made = JSON.parse(readFileSync(outcome, 'utf8')) as { value: T } | { error: string }
  if ('error' in made) throw new Error(`${name}: ${made.error}`)
  return made.value
}

function mkdirUnlessThere(path: string): boolean {
  try {
    mkdirSync(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}
