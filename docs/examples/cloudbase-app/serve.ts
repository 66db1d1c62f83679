/**
 * Serves the app and a sandbox with its functions.
 *
 *   node docs/examples/cloudbase-app/serve.ts
 */
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'
import { createSandbox } from '../../../sandbox/index.ts'
import * as functions from './functions.ts'

/** What the page consists of, beside the packages. */
const sources = [
  '.',
  '../../../adapters',
  '../../../machines',
  '../../../services',
  '../../../node_modules',
]

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const sandbox = createSandbox({ functions })
const { url } = await sandbox.listen({ port: 4871 })
for (const username of ['ada', 'bob']) {
  await sandbox.addUser({ sub: username, username, password: 'Correct-horse-7' })
}

const page = await createServer({
  configFile: false,
  root: at('.'),
  cacheDir: at('../../../node_modules/.vite/cloudbase-app'),
  logLevel: 'error',
  server: { host: '127.0.0.1', port: 4872, fs: { allow: sources.map(at) } },
  resolve: {
    alias: [
      { find: /^cloudbase-authflow$/, replacement: at('../../../adapters/client/index.ts') },
      {
        find: /^cloudbase-authflow\/cloudbase$/,
        replacement: at('../../../adapters/compat/index.ts'),
      },
      {
        find: /^cloudbase-authflow\/endpoints$/,
        replacement: at('../../../services/endpoints.ts'),
      },
    ],
  },
})
await page.listen()

console.log(`
  With bridge         http://127.0.0.1:4872/bridge.html
  With registerAuth   http://127.0.0.1:4872/registerAuth.html
  Users               ada and bob, password Correct-horse-7
  Sandbox             ${url}/__sandbox/documents/notes and ${url}/__sandbox/requests
`)
