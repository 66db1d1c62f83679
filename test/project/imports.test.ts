import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path/posix'
import { expect, test } from 'vitest'
import { importsOf, type Import } from '../support/imports.ts'

const rooms = ['machines', 'services', 'adapters', 'sandbox']
const roomOf = (path: string) => path.split('/')[0]!

/** What each room may import of this project … */
const mayImport: Record<string, (it: Import) => boolean> = {
  adapters: ({ to }) => ['adapters', 'machines', 'services'].includes(roomOf(to)),
  machines: (it) => (roomOf(it.to) === 'machines' ? isDownward(it) : isSharedWord(it)),
  services: ({ to }) => roomOf(to) === 'services',
  sandbox: ({ to }) => roomOf(to) === 'sandbox',
}

/** … and of the packages around it. */
const mayUse: Record<string, (name: string) => boolean> = {
  adapters: () => true,
  machines: (name) => isPart(name, 'xstate'),
  services: (name) => !isPart(name, 'xstate') && !name.startsWith('@xstate/'),
  sandbox: (name) => !['xstate', 'ofetch', 'superjson'].some((of) => isPart(name, of)),
}

const isPart = (name: string, of: string) => name === of || name.startsWith(`${of}/`)

/** Machines know the services by type; their errors and their clock are the only real ones. */
const isSharedWord = ({ to, typeOnly }: Import) =>
  roomOf(to) === 'services' && (typeOnly || /^services\/(error|clock)\.ts$/.test(to))

const peers = ['captcha', 'tokens']

/** Top to bottom. What is not named here is a flow. */
const floors = [
  ['session'],
  ['a flow'],
  ['gatedEdit'],
  ['elevation'],
  ['verification', 'consent'],
  ['request'],
  peers,
  ['signOut'],
  ['until', 'resumable'],
]
const floorOf = (path: string) => {
  const floor = floors.findIndex((names) => names.includes(basename(path, '.ts')))
  return floor === -1 ? 1 : floor
}
const isPeer = (path: string) => floors[floorOf(path)] === peers
const isRoot = (path: string) => floorOf(path) === 0

/** The root starts the two peers; everybody else only names what they can be asked. */
const isDownward = ({ from, to, typeOnly }: Import) =>
  floorOf(from) < floorOf(to) && (!isPeer(to) || isRoot(from) || typeOnly)

const isAllowed = (it: Import) => {
  const room = roomOf(it.from)
  const isOurs =
    rooms.includes(roomOf(it.to)) ||
    /^(\.\.|test|docs|cloudbase-authflow(-sandbox)?)(\/|$)/.test(it.to)
  return isOurs ? mayImport[room]!(it) : mayUse[room]!(it.to)
}

const banned = (from: string, source: string) =>
  importsOf(from, source)
    .filter((it) => !isAllowed(it))
    .map(({ to, typeOnly }) => `${from} → ${to}${typeOnly ? ' (type)' : ''}`)

test.each(rooms)('%s import only what lies below them', (room) => {
  const files = globSync(`${room}/**/*.ts`, { exclude: ['**/dist', '**/node_modules'] })
  expect(files.length).toBeGreaterThan(0)
  expect(files.flatMap((file) => banned(file, readFileSync(file, 'utf8')))).toEqual([])
})

test.each([
  ['services/http.ts', `import { setup } from 'xstate'`],
  ['services/http.ts', `import type { Session } from '../machines/session.ts'`],
  ['services/http.ts', `export * from '../adapters/index.ts'`],
  ['machines/signIn.ts', `import { createHttp } from '../services/http.ts'`],
  ['machines/signIn.ts', `import { ofetch } from 'ofetch'`],
  ['machines/signIn.ts', `import { session } from './session.ts'`],
  ['machines/signIn.ts', `import { captcha } from './captcha.ts'`],
  ['machines/verification.ts', `import { elevation } from './elevation.ts'`],
  ['machines/captcha.ts', `type Request = import('./request.ts').Request`],
  ['adapters/index.ts', `const { createSandbox } = await import('../sandbox/index.ts')`],
  ['adapters/index.ts', `import { createSandbox } from 'cloudbase-authflow-sandbox'`],
  ['adapters/index.ts', `import { fake } from '../test/support/fake.ts'`],
  ['sandbox/index.ts', `import { AuthError } from '../services/error.ts'`],
  ['sandbox/index.ts', `import { createAuth } from 'cloudbase-authflow'`],
])('%s may not say: %s', (file, line) => {
  expect(banned(file, line)).toHaveLength(1)
})

test.each([
  ['machines/signIn.ts', `import type { Api } from '../services/api.ts'`],
  ['machines/signIn.ts', `import { AuthError } from '../services/error.ts'`],
  ['machines/signIn.ts', `import { request } from './request.ts'`],
  ['machines/request.ts', `import type { Captcha } from './captcha.ts'`],
  ['machines/session.ts', `import { captcha } from './captcha.ts'`],
  ['sandbox/index.ts', `import { Hono } from 'hono'`],
])('%s may say: %s', (file, line) => {
  expect(banned(file, line)).toEqual([])
})
