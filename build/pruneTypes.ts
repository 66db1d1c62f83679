/** Removes the declarations that no entry leads to: what is internal is no part of the types of the package. */
import { globSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, string | { types: string }>
}

const reached = new Set(
  Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [] : [join(target.types)],
  ),
)
for (const path of reached) {
  const text = readFileSync(path, 'utf8')
  for (const [, to] of text.matchAll(/(?:\bfrom|\bimport\(?)\s*['"](\.[^'"]+)\.[jt]s['"]/g))
    reached.add(`${join(dirname(path), to!)}.d.ts`)
}

for (const path of globSync('dist/**/*.d.ts')) {
  if (reached.has(path)) continue
  rmSync(path)
  rmSync(`${path}.map`, { force: true })
}
