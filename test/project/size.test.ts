import { rolldown, type OutputChunk } from 'rolldown'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const kB = 1000
const door = fileURLToPath(new URL('../../adapters/index.ts', import.meta.url))

/** What an app pays: everything it needs, xstate included, as its visitors download it. */
async function weigh(code: string) {
  const bundle = await rolldown({
    input: 'entry',
    platform: 'browser',
    resolve: { alias: { 'cloudbase-authflow': door } },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : undefined),
        load: (id) => (id === 'entry' ? code : undefined),
      },
    ],
  })
  const { output } = await bundle.generate({ minify: true })
  const chunks = output.filter((file) => file.type === 'chunk')
  const entry = chunks.find((chunk) => chunk.isEntry)!
  const sum = (some: OutputChunk[]) =>
    some.reduce((total, { code }) => total + gzipSync(code, { level: 9 }).length, 0)
  return {
    atOnce: sum(
      chunks.filter((chunk) => chunk === entry || entry.imports.includes(chunk.fileName)),
    ),
    inAll: sum(chunks),
  }
}

test('createAuth with the signIn flow stays within its budgets', async () => {
  const { atOnce, inAll } = await weigh(`
    import { createAuth, signIn } from 'cloudbase-authflow'
    createAuth({ env: 'demo', flows: { signIn } }).start()
  `)
  const print = (size: number) => `${(size / kB).toFixed(2)} kB`
  console.log(
    `createAuth + signIn, every dependency in, min + gzip: ${print(atOnce)} at once, ` +
      `${print(inAll)} with what is loaded when the first flow rests`,
  )
  expect(atOnce).toBeLessThanOrEqual(27.5 * kB)
  expect(inAll).toBeLessThanOrEqual(33.5 * kB)
})
