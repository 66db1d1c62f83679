import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { buildPage } from '../../build/inspectorPage.ts'
import { weigh, withEsbuild, withRolldown, type Weight } from '../support/bundle.ts'

const kB = 1000
const print = ({ atOnce, inAll }: Weight) =>
  `${(atOnce / kB).toFixed(2).padStart(6)} /${(inAll / kB).toFixed(2).padStart(6)}`

const rows: string[] = []
afterAll(() => {
  const head = `${'kB at once / in all, min + gzip'.padEnd(36)}   rolldown         esbuild`
  console.log([head, ...rows].join('\n'))
})

const flows = 'account, hostedLogin, provider, resetPassword, signIn, upgrade'
const signIn = `
  import { createAuth, signIn } from 'cloudbase-authflow'
  createAuth({ env: 'demo', flows: { signIn } }).start()
`
const everyFlow = `
  import { createAuth, ${flows} } from 'cloudbase-authflow'
  createAuth({ env: 'demo', flows: { ${flows} } }).start()
`
const compat = `
  import cloudbase from 'cloudbase-authflow/cloudbase'
  cloudbase.init({ env: 'demo' }).auth()
`
const serverAuth = `
  import { createServerAuth, redisLock, redisStore } from 'cloudbase-authflow/server'
  export const serve = (request, client) =>
    createServerAuth({ env: 'demo', request, store: redisStore(client), lock: redisLock(client) })
`
const elementsOfApp = `
  import { AuthflowSignIn } from 'cloudbase-authflow/elements'
  ${everyFlow}
  export { AuthflowSignIn }
`
const getUser = `export { getUser } from 'cloudbase-authflow/endpoints'`
const inspectorAlone = `export { inspector } from 'cloudbase-authflow/inspect'`
const whole = (entry: string) => `export * from 'cloudbase-authflow/${entry}'`

/** The kB that an app may download, at once and in all, as Rolldown and as esbuild bundle it. */
test.each([
  ['createAuth and the flow signIn', signIn, [36.4, 49.4], [40.5, 54]],
  ['createAuth and every flow', everyFlow, [40.8, 55.1], [45, 58.5]],
  ['./cloudbase', compat, [42, 73.5], [46.9, 78.9]],
  ['./cloudbase, createAuth, every flow', compat + everyFlow, [48.8, 80.5], [55.8, 87.7]],
  ['./messages/zh', whole('messages/zh'), [3.5, 3.5], [3.6, 3.6]],
  ['./messages/en', whole('messages/en'), [3.2, 3.2], [3.2, 3.2]],
  ['./messages', whole('messages'), [5.8, 5.8], [5.8, 5.8]],
  ['./endpoints, one of them', getUser, [0.4, 0.4], [0.4, 0.4]],
  ['inspector of ./inspect', inspectorAlone, [3, 3], [3.1, 5.7]],
  // The inspector page is another 28 kB, see below.
  ['./inspect', whole('inspect'), [6.9, 9.4], [7.1, 9.7]],
  ['./react', whole('react'), [0.5, 0.5], [0.5, 0.5]],
  ['./vue', whole('vue'), [0.2, 0.2], [0.2, 0.2]],
  ['createServerAuth', serverAuth, [36.4, 49.9], [38.1, 51.5]],
  ['./svelte', whole('svelte'), [0.2, 0.2], [0.2, 0.2]],
  // Runs in Node only.
  ['./testing', whole('testing'), [48.7, 62], [51, 64.3]],
  ['./elements, with a client', whole('elements'), [36.5, 100.1], [37.2, 103.4]],
  ['./elements, of an app', elementsOfApp, [74.9, 100.9], [76.7, 103.8]],
  ['./ui', whole('ui'), [1.9, 1.9], [1.9, 1.9]],
  ['./ui/en', whole('ui/en'), [3.2, 3.2], [3.2, 3.2]],
  ['./ui/zh', whole('ui/zh'), [3.7, 3.7], [3.9, 3.9]],
  ['./wechat', whole('wechat'), [3.8, 3.8], [3.9, 3.9]],
])('size: an app with %s stays within its budgets', async (name, code, ...budgets) => {
  const weights = [weigh(await withRolldown(code)), weigh(await withEsbuild(code))]
  rows.push([name.padEnd(36), ...weights.map(print)].join('  '))
  for (const [index, { atOnce, inAll }] of weights.entries()) {
    const [atOnceBudget, inAllBudget] = budgets[index]!
    expect(atOnce).toBeLessThanOrEqual(atOnceBudget! * kB)
    expect(inAll).toBeLessThanOrEqual(inAllBudget! * kB)
  }
})

test.each([
  ['Rolldown', withRolldown],
  ['esbuild', withEsbuild],
])('size: an app with one endpoint carries no other when %s bundles it', async (_, bundle) => {
  const chunks = await bundle(getUser)
  const paths = chunks.flatMap(({ code }) => code.match(/["'`]\/v\d\/[^"'`]*/g) ?? [])
  expect(paths.map((path) => path.slice(1))).toEqual(['/v1/user/me'])
})

test('size: the inspector page is one file of at most 200 kB, 40 kB compressed, without a request', async () => {
  const html = await buildPage()
  const compressed = gzipSync(html, { level: 9 }).length
  rows.push(
    `${'the inspector page'.padEnd(36)}  ${html.length / kB} kB, ${compressed / kB} kB gzip`,
  )
  expect(html.length).toBeLessThanOrEqual(200 * kB)
  expect(compressed).toBeLessThanOrEqual(40 * kB)
  const addresses = html.match(/\b(?:https?|wss?):\/\/[\w.-]+/g) ?? []
  expect([...new Set(addresses)]).toEqual(['http://www.w3.org'])
  expect(html).not.toMatch(/ (src|href)="(?!data:)/)
  // elkjs is not in it.
  expect(html).not.toContain('org.eclipse')
})

test.each([
  ['createAuth', signIn],
  ['./cloudbase', compat],
])('size: an app with %s carries nothing of the inspector', async (_, code) => {
  const chunks = await withRolldown(code)
  expect(chunks.map(({ code }) => code).join('')).not.toMatch(/authflow-trace|xstate\.inspecting/)
})
