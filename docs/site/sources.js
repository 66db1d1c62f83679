/** The source files that the site shows: those its pages link to. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Checks that a path from the root of the repository is a source file that has a page. */
export const isSource = (file) =>
  /^(machines|services|docs\/examples)\/[\w/.-]+\.ts$/.test(file) && existsSync(root + file)
