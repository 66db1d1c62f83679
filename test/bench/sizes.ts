/** What an app with each client downloads, and which parts of this library that is. */
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const flows = ['account', 'hostedLogin', 'provider', 'resetPassword', 'signIn', 'upgrade']
const client = (names: string[]) =>
  `import { createAuth, ${names.join()} } from 'cloudbase-authflow'
   globalThis.auth = createAuth({ env: 'demo', flows: { ${names.join()} } })
   globalThis.auth.start()`

/** The apps whose bundles are compared: each makes what signs users in with a password. */
export const apps: Record<string, string> = {
  ...Object.fromEntries(flows.map((flow) => [`this library, ${flow}`, client([flow])])),
  'this library, every flow': client(flows),
  'this library, `./cloudbase`': `import cloudbase from 'cloudbase-authflow/cloudbase'
    cloudbase.init({ env: 'demo' }).auth()`,
  '@cloudbase/oauth': `import { CloudbaseOAuth } from '@cloudbase/oauth'
    globalThis.auth = new CloudbaseOAuth({ clientId: 'demo', apiOrigin: 'https://demo.example' })`,
  '@cloudbase/js-sdk, app and auth': `import cloudbase from '@cloudbase/js-sdk/app'
    import { registerAuth } from '@cloudbase/js-sdk/auth'
    registerAuth(cloudbase)
    globalThis.auth = cloudbase.init({ env: 'demo' }).auth()`,
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
    globalThis.auth = { auth: getAuth(initializeApp({ apiKey: 'key' })), signInWithEmailAndPassword, signOut }`,
}

const sources: Record<string, string> = {
  'cloudbase-authflow': at('../../adapters/client/index.ts'),
  'cloudbase-authflow/cloudbase': at('../../adapters/compat/index.ts'),
}

/** Bytes that an app downloads. */
export interface Size {
  name: string
  /** What loads before the app runs: minified, by `gzip -9` and by brotli. */
  min: number
  gzip: number
  brotli: number
  /** By `gzip -9`, with what `start()` loads while the first screen is drawn. */
  started: number
  /** By `gzip -9`, with all that loads on demand. */
  inAll: number
}

/** The names that a module exports, by its path. */
type Names = Map<string, string[]>

/**
 * Bundles an app with Rolldown.
 *
 * @param code of the app
 * @param left the modules that are left out: what they export is global then
 */
export async function bundleApp(code: string, left: Names = new Map(), names: Names = new Map()) {
  const entry = at('entry.js')
  const leftOut = (id: string) =>
    left
      .get(id)
      ?.map((name) => `export ${name === 'default' ? name : `const ${name} =`} globalThis.${name}`)
      .join('\n')
  const bundle = await rolldown({
    input: entry,
    platform: 'browser',
    logLevel: 'silent',
    plugins: [
      {
        name: 'app',
        resolveId: (id) => (id === entry ? id : sources[id]),
        load: (id) => (id === entry ? code : leftOut(id)),
        moduleParsed: ({ id, exports }) => void names.set(id, exports),
      },
    ],
  })
  const { output } = await bundle.generate({ minify: true })
  return output.filter((file) => file.type === 'chunk')
}
type Chunks = Awaited<ReturnType<typeof bundleApp>>

const gzip = (text: string) => gzipSync(text, { level: 9 }).length
const sum = (some: Iterable<{ code: string }>, weigh: (code: string) => number) =>
  [...some].reduce((total, { code }) => total + weigh(code), 0)

/** Some chunks with all that load together with them. */
function withImports(chunks: Chunks, isWanted: (chunk: Chunks[number]) => boolean) {
  const some = new Set(chunks.filter(isWanted))
  for (const { imports } of some)
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) some.add(chunk)
  return some
}

function sizeOf(name: string, chunks: Chunks): Size {
  const first = withImports(chunks, ({ isEntry }) => isEntry)
  const started = withImports(
    chunks,
    ({ isEntry, moduleIds }) => isEntry || moduleIds.some((id) => id.endsWith('/http/http.ts')),
  )
  return {
    name,
    min: sum(first, (text) => Buffer.byteLength(text)),
    gzip: sum(first, gzip),
    brotli: sum(first, (text) => brotliCompressSync(text).length),
    started: sum(started, gzip),
    inAll: sum(chunks, gzip),
  }
}

/** Bundles one app after the other. */
export async function measureSizes(): Promise<Size[]> {
  const sizes: Size[] = []
  for (const [name, code] of Object.entries(apps)) sizes.push(sizeOf(name, await bundleApp(code)))
  return sizes
}

const root = at('../../')
function partOf(id: string): string {
  const path = relative(root, id)
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? []
  if (name)
    return ['ufo', 'destr', 'ofetch'].includes(name)
      ? 'ofetch'
      : name === 'xstate'
        ? name
        : 'superjson'
  const [layer, folder] = path.split('/')
  return `${layer}/${folder!.endsWith('.ts') ? '*.ts' : folder}`
}

/** A part of a client, and how many bytes less an app downloads without it. */
export interface Part {
  name: string
  atOnce: number
  inAll: number
}

/**
 * Weighs the parts of a client with the flow `signIn`, each by leaving it out. What only a part uses
 * leaves with it, so that the client itself is no part.
 */
export async function measureParts(): Promise<Part[]> {
  const code = client(['signIn'])
  const names: Names = new Map()
  const chunks = await bundleApp(code, undefined, names)
  const whole = sizeOf('', chunks)
  const parts = new Map<string, Names>()
  for (const id of chunks.flatMap(({ moduleIds }) => moduleIds)) {
    const part = partOf(id)
    if (part.startsWith('test/') || part === 'adapters/client') continue
    const modules = parts.get(part) ?? new Map<string, string[]>()
    parts.set(part, modules.set(id, names.get(id)!))
  }
  const found: Part[] = []
  for (const [name, left] of parts) {
    const rest = sizeOf(name, await bundleApp(code, left))
    found.push({ name, atOnce: whole.gzip - rest.gzip, inAll: whole.inAll - rest.inAll })
  }
  return found.toSorted((a, b) => b.inAll - a.inAll)
}
