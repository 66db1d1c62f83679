import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const kB = 1000

/** What an app pays: everything it needs, xstate included, as its visitors download it. */
const weigh = async (entry: string) => {
  const bundle = await build({
    stdin: { contents: entry, resolveDir: '.', loader: 'ts' },
    tsconfig: 'test/tsconfig.json',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
  })
  return gzipSync(bundle.outputFiles[0]!.contents, { level: 9 }).length
}

test('createAuth with the signIn flow stays within 25 kB', async () => {
  const size = await weigh(`
    import { createAuth, signIn } from 'cloudbase-authflow'
    export const auth = createAuth({ env: 'demo', flows: { signIn } })
  `)
  console.log(`createAuth + signIn, all dependencies in: ${(size / kB).toFixed(2)} kB min + gzip`)
  expect(size).toBeLessThanOrEqual(25 * kB)
})
