/** What an app with each client downloads. */
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const flows = ['account', 'provider', 'resetPassword', 'signIn', 'upgrade']
const client = (names: string[]) =>
  `import { createAuth, ${names.join()} } from 'cloudbase-authflow'
   createAuth({ env: 'demo', flows: { ${names.join()} } }).start()`

const apps: Record<string, string> = {
  ...Object.fromEntries(flows.map((flow) => [`this library, ${flow}`, client([flow])])),
  'this library, every flow': client(flows),
  'this library, `./cloudbase`': `import cloudbase from 'cloudbase-authflow/cloudbase'
    cloudbase.init({ env: 'demo' }).auth()`,
  '@cloudbase/oauth': `import { CloudbaseOAuth } from '@cloudbase/oauth'
    globalThis.auth = new CloudbaseOAuth({ clientId: 'demo', apiOrigin: 'https://demo.example' })`,
  '@cloudbase/js-sdk': `import cloudbase from '@cloudbase/js-sdk'
    globalThis.auth = cloudbase.init({ env: 'demo' }).auth()`,
  '@supabase/auth-js': `import { GoTrueClient } from '@supabase/auth-js'
    globalThis.auth = new GoTrueClient({ url: 'https://demo.example' })`,
  'oidc-client-ts': `import { UserManager } from 'oidc-client-ts'
    globalThis.auth = new UserManager({ authority: 'https://demo.example', client_id: 'demo', redirect_uri: '/' })`,
  '@aws-amplify/auth': `import { Amplify } from '@aws-amplify/core'
    import { signIn, signOut, confirmSignIn, fetchAuthSession } from '@aws-amplify/auth'
    globalThis.auth = { Amplify, signIn, signOut, confirmSignIn, fetchAuthSession }`,
  '@firebase/auth': `import { initializeApp } from '@firebase/app'
    import { getAuth, signInWithEmailAndPassword, signOut } from '@firebase/auth'
    globalThis.auth = { auth: getAuth(initializeApp({})), signInWithEmailAndPassword, signOut }`,
}

const sources: Record<string, string> = {
  'cloudbase-authflow': at('../../adapters/client/index.ts'),
  'cloudbase-authflow/cloudbase': at('../../adapters/compat/index.ts'),
}

export interface Size {
  name: string
  /** Bytes that load before the app runs: minified, by `gzip -9` and by brotli. */
  min: number
  gzip: number
  brotli: number
  /** The same by `gzip -9`, with all that loads on demand. */
  inAll: number
}

async function sizeOf(name: string, code: string): Promise<Size> {
  const entry = at('entry.js')
  const bundle = await rolldown({
    input: entry,
    platform: 'browser',
    logLevel: 'silent',
    plugins: [
      {
        name: 'app',
        resolveId: (id) => (id === entry ? id : sources[id]),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
  })
  const { output } = await bundle.generate({ minify: true })
  const chunks = output.filter((file) => file.type === 'chunk')
  const first = new Set(chunks.filter(({ isEntry }) => isEntry))
  for (const { imports } of first)
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) first.add(chunk)
  const sum = (some: Iterable<{ code: string }>, weigh: (code: string) => number) =>
    [...some].reduce((total, { code }) => total + weigh(code), 0)
  const gzip = (text: string) => gzipSync(text, { level: 9 }).length
  return {
    name,
    min: sum(first, (text) => Buffer.byteLength(text)),
    gzip: sum(first, gzip),
    brotli: sum(first, (text) => brotliCompressSync(text).length),
    inAll: sum(chunks, gzip),
  }
}

/** Bundles one app after the other. */
export async function measureSizes(): Promise<Size[]> {
  const sizes: Size[] = []
  for (const [name, code] of Object.entries(apps)) sizes.push(await sizeOf(name, code))
  return sizes
}
