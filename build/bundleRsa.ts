import { readFileSync, rmSync } from 'node:fs'
import { rolldown } from 'rolldown'

/**
 * Bundles the RSA package into the one built module that imports it, so that apps do not have to
 * install it. The package's source map is dropped with the module that it described.
 */
const file = 'dist/adapters/compat/v2/rsaBlock.js'

/** The licenses ask for their text in every copy. */
const licenses = ['micro-rsa-dsa-dh', '@noble/hashes'].map(
  (name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8').trim()}`,
)

const bundle = await rolldown({ input: file, platform: 'neutral' })
await bundle.write({ file, banner: `/*\n${licenses.join('\n\n')}\n*/` })
rmSync(`${file}.map`)
