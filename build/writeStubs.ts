import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path/posix'

/**
 * Writes a folder with a `package.json` for every entry, which leads resolvers that do not read
 * `exports` (`moduleResolution: node`, older bundlers) to the entry's script and types. The script is
 * the one in ES2018, where there is one.
 */
const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, string | { types: string; default: string }>
}

for (const [entry, target] of Object.entries(exports)) {
  if (entry === '.' || typeof target === 'string') continue
  const older = `./dist/es2018/${entry.slice(2)}.js`
  const script = relative(entry, existsSync(older) ? older : target.default)
  const stub = { main: script, module: script, types: relative(entry, target.types) }
  mkdirSync(entry, { recursive: true })
  writeFileSync(`${entry}/package.json`, `${JSON.stringify(stub, undefined, 2)}\n`)
}
