/** Minifies the styles of the elements: bundlers leave the text of template strings as it is. */
import { transform } from 'esbuild'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

/** Minifies the styles in the source of a module. */
export async function minifyStyles(source: string): Promise<string> {
  const [literal, styles] = /(?<=\bcss ?)`([^`]*)`/.exec(source) ?? []
  if (!literal || styles === undefined) return source
  const { code } = await transform(styles, { loader: 'css', minify: true })
  return source.replace(literal, () => `\`${code.trim().replaceAll('\\', '\\\\')}\``)
}

if (import.meta.main) {
  for (const file of globSync('dist/adapters/elements/*.js')) {
    const source = readFileSync(file, 'utf8')
    const minified = await minifyStyles(source)
    if (minified === source) continue
    // The source map described the module as it was.
    writeFileSync(file, minified.replace(/^\/\/# sourceMappingURL=.*$/m, ''))
    rmSync(`${file}.map`)
  }
}
