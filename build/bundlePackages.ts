import { globSync, readFileSync, rmSync } from 'node:fs'
import { rolldown } from 'rolldown'

/** Returns the licenses of packages as a comment: they ask for their text in every copy. */
export function licensesOf(...names: string[]): string {
  const texts = names.map(
    (name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8').trim()}`,
  )
  return `/*\n${texts.join('\n\n')}\n*/`
}

/**
 * Bundles packages into the one built module that imports them, so that apps do not have to install
 * them. The other modules of the library stay modules of their own. The source map is dropped with the
 * module that it described.
 */
async function bundle(module: string, platform: 'browser' | 'node', packages: string[]) {
  const file = `dist/${module}.js`
  const bundled = await rolldown({
    input: file,
    platform,
    external: (id, importer) => importer !== undefined && /^\.\.?\//.test(id) && isOurs(importer),
  })
  await bundled.write({ file, banner: licensesOf(...packages) })
  rmSync(`${file}.map`)
}

const isOurs = (file: string) => !file.includes('/node_modules/')

if (import.meta.main) {
  await bundle('adapters/compat/v2/rsaBlock', 'browser', ['micro-rsa-dsa-dh', '@noble/hashes'])
  await bundle('adapters/cli/webSockets', 'node', ['ws'])
  // The builder of WeChat refuses an app that depends on these.
  await bundle('services/http/http', 'browser', ['ofetch', 'destr', 'ufo'])
  await bundle('services/snapshot', 'browser', ['superjson', 'copy-anything'])
  // The command line is a program: nothing imports it, so its types serve nothing.
  for (const file of globSync('dist/adapters/{cli,cli/*}.d.ts{,.map}')) rmSync(file)
}
