import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path/posix'

/**
 * Writes a folder with a `package.json` for every entry, which leads resolvers that do not read
 * `exports` (`moduleResolution: node`, older bundlers) to the entry's script and types.
 */
const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, string | { types: string; default: string }>
}

for (const [entry, target] of Object.entries(exports)) {
  if (entry === '.' || typeof target === 'string') continue
  const stub = { main: relative(entry, target.default), types: relative(entry, target.types) }
  mkdirSync(entry, { recursive: true })
  writeFileSync(`${entry}/package.json`, `${JSON.stringify(stub, undefined, 2)}\n`)
}
