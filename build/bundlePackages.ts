import { globSync, readFileSync, rmSync } from 'node:fs'
import { rolldown } from 'rolldown'

/**
 * Bundles a package into the one built module that imports it, so that apps do not have to install it.
 * The package's source map is dropped with the module that it described.
 */
async function bundle(module: string, platform: 'neutral' | 'node', packages: string[]) {
  const file = `dist/${module}.js`
  // The licenses ask for their text in every copy.
  const licenses = packages.map(
    (name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8').trim()}`,
  )
  const bundled = await rolldown({ input: file, platform })
  await bundled.write({ file, banner: `/*\n${licenses.join('\n\n')}\n*/` })
  rmSync(`${file}.map`)
}

await bundle('adapters/compat/v2/rsaBlock', 'neutral', ['micro-rsa-dsa-dh', '@noble/hashes'])
await bundle('adapters/cli/webSockets', 'node', ['ws'])
// The command line is a program: nothing imports it, so its types serve nothing.
for (const file of globSync('dist/adapters/{cli,cli/*}.d.ts{,.map}')) rmSync(file)
