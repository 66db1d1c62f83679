import { createSandbox, type LoggedRequest } from 'cloudbase-authflow-sandbox'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { openPage, servePage } from '../support/chromium.ts'
import { moreSteps } from './pages/parityForms.ts'
import {
  accessKey,
  email,
  pageSteps,
  password,
  phone,
  username,
  wxSteps,
} from './pages/paritySteps.ts'
import { differences, report, type Row, type Rows } from './sdkParityReport.ts'
import { type Difference, rules } from './sdkParityRules.ts'

/** Holds the state of the sandbox before each step, because hashing passwords anew takes long. */
const temp = mkdtempSync(join(tmpdir(), 'sdk-parity-'))
afterAll(() => rmSync(temp, { recursive: true }))

/** Plays steps on one SDK against a sandbox of its own; returns the requests and result of each. */
async function playAll(entry: string, steps: readonly string[]) {
  const served = await servePage(`test/browser/pages/${entry}.ts`)
  onTestFinished(served.close)
  const sandbox = createSandbox({ config: { resendSeconds: 0, accessKeys: [accessKey] } })
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  await sandbox.addUser({ phone_number: phone, email, username, password })
  await sandbox.addUser({ username: 'grace', email: 'grace@example.com', password })
  const initialState = join(temp, `${entry}.json`)
  await sandbox.save(initialState)
  const page = await openPage(`${served.url}?${new URLSearchParams({ sandbox: url })}`)
  let before = 0
  const redirects: string[] = []
  const open = new Set<unknown>()
  page.on('request', (request) => open.add(request))
  page.on('requestfinished', (request) => open.delete(request))
  page.on('requestfailed', (request) => open.delete(request))
  await page.exposeFunction('answered', () => vi.waitUntil(() => open.size === 0))
  await page.exposeFunction('mark', () => void (before = sandbox.requests().length))
  await page.exposeFunction('codeFor', (to: string) => sandbox.inbox(to)[0]!.code)
  await page.exposeFunction('ticket', () => sandbox.mintTicket('employee-7'))
  await page.exposeFunction('consent', (uri: string) => sandbox.consent(uri, 'alex'))
  await page.exposeFunction('readPicture', (token: string) => sandbox.captchaAnswer(token))
  await page.exposeFunction('refuse', (path: string, error: string, more = {}) => {
    const body = { error, error_description: 'refused', ...more }
    sandbox.faults([{ method: '*', path, status: 400, body }])
  })
  await page.route('**/__auth/**', async (route) => {
    redirects.push(route.request().url())
    await route.fulfill({ status: 204 })
  })
  await page.waitForFunction(() => 'play' in globalThis)

  const rows: Rows = {}
  for (const step of steps) {
    sandbox.reset()
    await sandbox.load(initialState)
    const { result, events } = await page.evaluate((name) => globalThis.play(name), step)
    if (step === 'toDefaultLoginPage') await vi.waitUntil(() => redirects.length > 0)
    const sent = sandbox.requests().slice(before).filter(isCall)
    const calls = [...sent.map(describeCall), ...redirects.splice(0).map(describePage)]
    rows[step] = { calls, events, result } satisfies Row
  }
  return { rows, names: await page.evaluate(() => globalThis.methods()) }
}

const isCall = ({ method }: LoggedRequest) => method !== 'OPTIONS'
const list = (fields: object | string | undefined) =>
  Object.keys(Object(fields) as object)
    .toSorted()
    .join(', ')

function describeCall({ method, path, query, body, headers }: LoggedRequest): string {
  const scheme = headers['authorization']?.split(' ')[0]?.toLowerCase()
  const credential = scheme ?? (query['client_id'] ? 'client id' : 'nothing')
  const { client_id: _, ...rest } = query
  const names = [
    list(rest) && `?${list(rest)}`,
    body !== undefined && `{ ${list(body)} }`.replace('{  }', '{}'),
  ]
  return [method, path, `(${credential})`, ...names].filter(Boolean).join(' ')
}

function describePage(address: string): string {
  const { pathname, searchParams } = new URL(address)
  return `→ ${pathname} ?${[...searchParams.keys()].toSorted().join(', ')}`
}

const allPageSteps = [...pageSteps, ...Object.keys(moreSteps)]

/** Methods that the official SDK has for itself. */
const INTERNALS = new Set([
  'convertToUser',
  'createLoginState',
  'formatPhone',
  'init',
  'notifyListeners',
  'setAccessKey',
  'setupListeners',
  'validateAtLeastOne',
  'validateParams',
])

test('compat API: one script has the same effect as on the official SDK, except for the intended differences', async () => {
  const [page, officialPage, mini, officialMini] = await Promise.all([
    playAll('parityOurs', allPageSteps),
    playAll('parityOfficial', allPageSteps),
    playAll('parityWxOurs', wxSteps),
    playAll('parityWxOfficial', wxSteps),
  ])
  const ours: Rows = { ...page.rows, ...mini.rows }
  const official: Rows = { ...officialPage.rows, ...officialMini.rows }
  const found = Object.keys(ours).flatMap((step) => differences(step, ours[step]!, official[step]!))

  const ruleOf = (difference: Difference) => rules.find((rule) => rule.isIntended(difference))
  expect(found.filter((difference) => !ruleOf(difference))).toEqual([])

  const stepsOf = (rule: (typeof rules)[0]) => [
    ...new Set(found.filter((difference) => ruleOf(difference) === rule).map(({ step }) => step)),
  ]
  const intended = new Map(rules.map((rule) => [rule, stepsOf(rule)]))
  expect(rules.filter((rule) => intended.get(rule)!.length === 0).map(({ what }) => what)).toEqual(
    [],
  )

  const missing = officialPage.names.filter(
    (name) => !page.names.includes(name) && !INTERNALS.has(name),
  )
  const text = await report({ ours, intended, missing })
  await expect(text).toMatchFileSnapshot('../../docs/differences.md')
}, 240_000)
