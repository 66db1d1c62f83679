/** The source files that the site shows: those its pages link to. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

const examples = readFileSync(`${root}docs/examples/README.md`, 'utf8')

/** The files of the examples that their page links to, from the root of the repository. */
export const exampleFiles = [
  ...new Set(
    [...examples.matchAll(/\]\((?:\.\/)?([\w/.+-]+\.(?:[jt]sx?|vue|svelte|html))\)/g)].map(
      ([, file]) => `docs/examples/${file}`,
    ),
  ),
]

/** Checks that a path from the root of the repository is a source file that has a page. */
export const isSource = (file) =>
  (/^(machines|services|docs\/examples)\/[\w/.-]+\.ts$/.test(file) ||
    exampleFiles.includes(file)) &&
  existsSync(root + file)

/** The address of the page of a source file; an address that ends in `.html` would be a page of its own. */
export const addressOfSource = (file) => `/source/${file.replace(/\.html$/, '-html')}`
