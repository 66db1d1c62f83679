import { rolldown, type OutputChunk } from 'rolldown'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const kB = 1000
const adapter = (path: string) => fileURLToPath(new URL(`../../adapters/${path}`, import.meta.url))

/** What an app pays: everything it needs, xstate included, as its visitors download it. */
async function weigh(code: string) {
  const bundle = await rolldown({
    input: 'entry',
    platform: 'browser',
    resolve: {
      alias: {
        'cloudbase-authflow/cloudbase': adapter('cloudbase/index.ts'),
        'cloudbase-authflow': adapter('index.ts'),
      },
    },
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

const flows = 'account, provider, resetPassword, signIn, upgrade'
const signIn = `
  import { createAuth, signIn } from 'cloudbase-authflow'
  createAuth({ env: 'demo', flows: { signIn } }).start()
`
const everyFlow = `
  import { createAuth, ${flows} } from 'cloudbase-authflow'
  createAuth({ env: 'demo', flows: { ${flows} } }).start()
`
const face = `
  import cloudbase from 'cloudbase-authflow/cloudbase'
  cloudbase.init({ env: 'demo' }).auth()
`

test.each([
  ['createAuth with the signIn flow', signIn, { atOnce: 28.5, inAll: 34 }],
  ['the face of the official SDK', face, { atOnce: 34.5, inAll: 50 }],
  ['that face and every flow', face + everyFlow, { atOnce: 39.5, inAll: 55.5 }],
])('%s stays within its budgets', async (name, code, budget) => {
  const { atOnce, inAll } = await weigh(code)
  const print = (size: number) => `${(size / kB).toFixed(2)} kB`
  console.log(
    `${name}, every dependency in, min + gzip: ${print(atOnce)} at once, ` +
      `${print(inAll)} with what is loaded when it is needed`,
  )
  expect(atOnce).toBeLessThanOrEqual(budget.atOnce * kB)
  expect(inAll).toBeLessThanOrEqual(budget.inAll * kB)
})
