import { readFileSync } from 'node:fs'

/** Lists the named packages and everything they depend on, as installed in `node_modules`. */
export function dependenciesOf(names: readonly string[], found = new Set<string>()): Set<string> {
  for (const name of names) {
    if (found.has(name)) continue
    found.add(name)
    const manifest = readFileSync(`node_modules/${name}/package.json`, 'utf8')
    const { dependencies = {} } = JSON.parse(manifest) as { dependencies?: object }
    dependenciesOf(Object.keys(dependencies), found)
  }
  return found
}
