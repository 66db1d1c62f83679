import { globSync, readFileSync } from 'node:fs'
import { Visitor, parseSync } from 'vite'
import { expect, test } from 'vitest'
import { importsOf, type Import } from '../support/imports.ts'

const layers = ['machines', 'services', 'adapters', 'sandbox']
const layerOf = (path: string) => path.split('/')[0]!
const sourcesOf = (layer: string) =>
  globSync(`${layer}/**/*.ts`, { exclude: ['**/dist', '**/node_modules'] }).toSorted()

/** What the modules of each layer may import of this project … */
const mayImport: Record<string, (it: Import) => boolean> = {
  adapters: ({ to }) => ['adapters', 'machines', 'services'].includes(layerOf(to)),
  machines: (it) => layerOf(it.to) === 'services' || (isMachine(it.to) && isMachineBelow(it)),
  services: (it) => layerOf(it.to) === 'services' && isServiceBelow(it),
  sandbox: ({ to }) => layerOf(to) === 'sandbox',
}

/** … and of the packages around it. */
const mayUse: Record<string, (name: string, from: string) => boolean> = {
  adapters: (name, from) =>
    isPackage(name, packagesOf[from] ?? ['xstate']) ||
    (from.startsWith('adapters/elements/') && isPackage(name, ['lit'])) ||
    (runsInNode(from) && name.startsWith('node:')),
  machines: (name) => isPackage(name, ['xstate']),
  services: (name) => isPackage(name, ['ofetch', 'superjson']),
  sandbox: (name) =>
    isPackage(name, ['hono', '@hono/node-server', 'jose']) || name.startsWith('node:'),
}

/** Modules with a package that no other module uses. */
const packagesOf: Record<string, string[]> = {
  'adapters/react.ts': ['react'],
  'adapters/vue.ts': ['vue'],
  'adapters/elements/react.ts': ['react'],
  'adapters/elements/svelte.ts': ['svelte'],
  'adapters/elements/vue.ts': ['vue'],
  'adapters/vueDevtools.ts': ['vue'],
  // The file that the user names.
  'adapters/cli/gallery.ts': ['@playwright/test', 'undefined'],
  'adapters/cli/pictures/browser.ts': ['@playwright/test'],
  'adapters/cli/pictures/sheet.ts': ['@playwright/test'],
  'adapters/testing/playwright/app.ts': ['@playwright/test'],
  'adapters/testing/playwright/check.ts': ['@playwright/test'],
  'adapters/testing/playwright/flow.ts': ['@playwright/test'],
  'adapters/testing/playwright/reporter.ts': ['@playwright/test'],
  'adapters/testing/playwright/screens.ts': ['@playwright/test'],
  'adapters/cli/webSockets.ts': ['ws'],
  'adapters/inspect/charts/elk.ts': ['elkjs'],
  // The file that the user names.
  'adapters/cli/machines.ts': ['xstate', 'undefined'],
  'adapters/svelte.ts': ['svelte'],
  'adapters/compat/v2/rsaBlock.ts': ['micro-rsa-dsa-dh'],
}

/** The command line and the plugin of Vite. */
const runsInNode = (path: string) => /^adapters\/(cli|vite)[./]/.test(path)

const isPackage = (name: string, packages: string[]) =>
  packages.some((of) => name === of || name.startsWith(`${of}/`))

const isMachine = (path: string) => layerOf(path) === 'machines'

/** Top to bottom. A flow imports no other flow. */
const heights = ['flows', 'parts', 'core']
const heightOf = (path: string) => heights.indexOf(path.split('/')[1]!)

/** Modules that start the shared actors; all others import only types of these two. */
const isSharedActor = (path: string) => /^machines\/core\/(captcha|tokens)\.ts$/.test(path)
const startsSharedActors = (path: string) => path === 'machines/core/session.ts'

function isMachineBelow({ from, to, typeOnly }: Import): boolean {
  if (isSharedActor(to) && !typeOnly && !startsSharedActors(from)) return false
  return heightOf(from) < heightOf(to) || (heightOf(from) === heightOf(to) && !isFlow(from))
}
const isFlow = (path: string) => heightOf(path) === 0

/** HTTP knows the other folders of services by type, so that it runs without them. */
function isServiceBelow({ from, to, typeOnly }: Import): boolean {
  const [, folder, file] = to.split('/')
  if (!from.startsWith('services/http/') || file === undefined || folder === 'http') return true
  return typeOnly
}

function isAllowed(it: Import): boolean {
  const layer = layerOf(it.from)
  const isOurs =
    layers.includes(layerOf(it.to)) ||
    /^(\.\.|test|docs|build|cloudbase-authflow(-sandbox)?)(\/|$)/.test(it.to)
  return isOurs ? mayImport[layer]!(it) : mayUse[layer]!(it.to, it.from)
}

const findForbidden = (from: string, source: string) =>
  importsOf(from, source)
    .filter((it) => !isAllowed(it))
    .map(({ to, typeOnly }) => `${from} → ${to}${typeOnly ? ' (type)' : ''}`)

const importsIn = (layer: string) =>
  sourcesOf(layer).flatMap((file) => importsOf(file, readFileSync(file, 'utf8')))

test.each(layers)('imports: %s import only from the layers below them', (layer) => {
  const files = sourcesOf(layer)
  expect(files.length).toBeGreaterThan(0)
  expect(files.flatMap((file) => findForbidden(file, readFileSync(file, 'utf8')))).toEqual([])
})

test.each([
  ['services/http/http.ts', `import { setup } from 'xstate'`],
  ['services/http/http.ts', `import type { Session } from '../../machines/core/session.ts'`],
  ['services/http/http.ts', `export * from '../../adapters/client/index.ts'`],
  ['services/http/http.ts', `import { webStore } from '../session/store.ts'`],
  ['services/clock.ts', `import { hono } from 'hono'`],
  ['machines/flows/signIn.ts', `import { ofetch } from 'ofetch'`],
  ['machines/flows/signIn.ts', `import { upgrade } from './upgrade.ts'`],
  ['machines/flows/signIn.ts', `import { captcha } from '../core/captcha.ts'`],
  ['machines/flows/signIn.ts', `import { createAuth } from '../../adapters/client/index.ts'`],
  ['machines/parts/verification.ts', `import { signIn } from '../flows/signIn.ts'`],
  ['machines/core/request.ts', `import { verification } from '../parts/verification.ts'`],
  ['machines/core/request.ts', `import { tokens } from './tokens.ts'`],
  ['machines/core/captcha.ts', `type Flow = import('../flows/signIn.ts').SignInMachine`],
  ['adapters/client/index.ts', `const sandbox = await import('../../sandbox/index.ts')`],
  ['adapters/client/index.ts', `import { createSandbox } from 'cloudbase-authflow-sandbox'`],
  ['adapters/client/index.ts', `import { fake } from '../../test/support/fake.ts'`],
  ['adapters/client/index.ts', `import { ref } from 'vue'`],
  ['sandbox/index.ts', `import { AuthError } from '../services/error.ts'`],
  ['sandbox/index.ts', `import { createAuth } from 'cloudbase-authflow'`],
  ['sandbox/index.ts', `import { setup } from 'xstate'`],
])('imports: %s must not contain: %s', (file, line) => {
  expect(findForbidden(file, line)).toHaveLength(1)
})

test.each([
  ['machines/flows/signIn.ts', `import { signIn } from '../../services/http/endpoints.ts'`],
  ['machines/flows/signIn.ts', `import { verification } from '../parts/verification.ts'`],
  ['machines/parts/elevation.ts', `import { verification } from './verification.ts'`],
  ['machines/core/request.ts', `import type { CaptchaMachine } from './captcha.ts'`],
  ['machines/core/session.ts', `import { captcha } from './captcha.ts'`],
  ['services/http/http.ts', `import type { Store } from '../session/store.ts'`],
  ['services/http/http.ts', `import { AuthError } from '../error.ts'`],
  ['adapters/vue.ts', `import { ref } from 'vue'`],
  ['sandbox/index.ts', `import { Hono } from 'hono'`],
])('imports: %s may contain: %s', (file, line) => {
  expect(findForbidden(file, line)).toEqual([])
})

/** Lists a path for every import that closes a circle. */
function circlesOf(imports: Pick<Import, 'from' | 'to'>[]): string[] {
  const targets = new Map<string, string[]>()
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to])
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (file: string, path: string[]) => {
    const start = path.indexOf(file)
    if (start !== -1) circles.push([...path.slice(start), file].join(' → '))
    if (start !== -1 || done.has(file)) return
    for (const to of targets.get(file) ?? []) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of targets.keys()) visit(file, [])
  return circles
}

test('imports: no modules import each other in a circle, by type either', () => {
  expect(layers.flatMap((layer) => circlesOf(importsIn(layer)))).toEqual([])
})

test('imports: a circle is found wherever it is closed', () => {
  const edges = ['a b', 'b c', 'd a', 'c b'].map((edge) => edge.split(' '))
  const imports = edges.map(([from, to]) => ({ from: from!, to: to! }))
  expect(circlesOf(imports)).toEqual(['b → c → b'])
})

test('imports: only the replacement of the official SDK and the reporter of Playwright have a default export', () => {
  const hasDefault = (file: string) => {
    const { module } = parseSync(file, readFileSync(file, 'utf8'))
    const entries = module.staticExports.flatMap(({ entries }) => entries)
    return entries.some(({ exportName }) => exportName.kind === 'Default')
  }
  expect(layers.flatMap(sourcesOf).filter(hasDefault)).toEqual([
    'adapters/compat/index.ts',
    'adapters/testing/playwright/reporter.ts',
  ])
})

test('imports: no folder and no module is a collection of utilities', () => {
  const files = globSync('{machines,services,adapters,sandbox,build,docs,test}/**/*.{ts,css,html}')
  const isCollection = (file: string) => /(^|[/_-])(utils?|helpers?|misc|common)[/._-]/i.test(file)
  expect(files.filter((file) => !file.includes('node_modules')).filter(isCollection)).toEqual([])
})

/** Machines reach the world through services, so that a test or a tool can replace it. */
const globals = /^(fetch|Date|Math|crypto|performance|set(Timeout|Interval)|queueMicrotask)$/
const pageGlobals = /^(window|document|location|navigator|(local|session)Storage|indexedDB)$/

test('imports: machines use no clock, no randomness, no network and no page', () => {
  const found: string[] = []
  for (const file of sourcesOf('machines')) {
    const { program } = parseSync(file, readFileSync(file, 'utf8'))
    const visitor = new Visitor({
      Identifier: ({ name }) => {
        if (globals.test(name) || pageGlobals.test(name)) found.push(`${file}: ${name}`)
      },
    })
    visitor.visit(program)
  }
  expect(found).toEqual([])
})
