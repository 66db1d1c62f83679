import { type Config, createSandbox } from '../../sandbox/index.ts'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { openPage, type ServedPage, servePage } from '../support/chromium.ts'

/** A global, or a property of one. */
type Api = string

/** What ECMAScript has since 2022. */
const ecmascript: Api[] = [
  'Array.fromAsync',
  'Array.prototype.at',
  'Array.prototype.findLast',
  'Array.prototype.findLastIndex',
  'Array.prototype.toReversed',
  'Array.prototype.toSorted',
  'Array.prototype.toSpliced',
  'Array.prototype.with',
  'Iterator',
  'Map.groupBy',
  'Object.groupBy',
  'Object.hasOwn',
  'Promise.try',
  'Promise.withResolvers',
  'Set.prototype.union',
  'String.prototype.at',
  'String.prototype.isWellFormed',
]

/** What browsers have had only for some years, by groups that came together. */
const web = {
  'AbortSignal.any, timeout': ['AbortSignal.any', 'AbortSignal.timeout'],
  'reason of an AbortSignal': [
    'AbortSignal.prototype.reason',
    'AbortSignal.prototype.throwIfAborted',
  ],
  'URL.canParse, parse': ['URL.canParse', 'URL.parse'],
  'crypto.randomUUID': ['Crypto.prototype.randomUUID'],
  'dialog.showModal': [
    'HTMLDialogElement.prototype.showModal',
    'HTMLDialogElement.prototype.close',
    'HTMLDialogElement.prototype.open',
  ],
  'iterable streams': ['ReadableStream.prototype.values'],
  structuredClone: ['structuredClone'],
  'reportError, scheduler': ['reportError', 'scheduler', 'requestIdleCallback'],
} satisfies Record<string, Api[]>

/** What is also missing without https, in private windows and in web-views. */
const local = {
  BroadcastChannel: ['BroadcastChannel'],
  'crypto.subtle': ['Crypto.prototype.subtle'],
  indexedDB: ['indexedDB'],
  localStorage: ['localStorage'],
  'navigator.locks': ['Navigator.prototype.locks'],
  'a body that is a stream': ['Response.prototype.body'],
  performance: ['performance'],
} satisfies Record<string, Api[]>

const young = Object.values(web).flat()
const without = (apis: Api[], ...names: Api[]) => apis.filter((api) => !names.includes(api))

const safari15 = [...ecmascript, ...young, 'BroadcastChannel', 'Navigator.prototype.locks']
const chrome87 = [...ecmascript, ...without(young, ...web['dialog.showModal'])]

/**
 * Each row of the table with the APIs that are taken away. A row for every group of APIs alone is added by
 * `EVERY_API=1`: together they are in the row before the last.
 */
const rows: [string, Api[]][] = [
  ['Safari 15.0', safari15],
  ['Chrome 87', chrome87],
  [
    'Firefox 100',
    [
      ...without(ecmascript, 'Array.prototype.at', 'String.prototype.at', 'Object.hasOwn'),
      'AbortSignal.any',
      'URL.canParse',
      'URL.parse',
      'scheduler',
    ],
  ],
  ['WeChat web-view, iOS, http', [...safari15, 'Crypto.prototype.subtle']],
  ['WeChat web-view, Android', [...chrome87, 'indexedDB', 'Navigator.prototype.locks']],
  ['everything below at once', [...ecmascript, ...young, ...Object.values(local).flat()]],
  ['nothing', []],
  ...(process.env['EVERY_API']
    ? ([
        ['ECMAScript since 2022', ecmascript],
        ...Object.entries(web),
        ...Object.entries(local),
      ] as const)
    : []
  ).map(([name, apis]): [string, Api[]] => [name, [...apis]]),
]

/** Runs in the page before anything else. */
function takeAway(apis: string[]) {
  for (const api of apis) {
    const path = api.split('.')
    const name = path.pop()!
    const owner = path.reduce<object | undefined>(
      (object, key) => object && (Reflect.get(object, key) as object),
      globalThis,
    )
    if (owner) Object.defineProperty(owner, name, { value: undefined, configurable: true })
  }
}

let served: ServedPage
beforeAll(async () => {
  served = await servePage('test/browser/pages/places/scenarios.ts')
  return served.close
})

const scenarios = [
  'code sign-in',
  'password sign-in',
  'guest and upgrade',
  'captcha',
  'refresh',
  'sign-out',
  'compat sign-in',
  'compat captcha',
  'provider redirect',
]

/** How many pages run at the same time: they wait more than they compute. */
const PAGES = 6

/** Runs every scenario with every set of APIs taken away, and prints how each ended. */
async function runTable(): Promise<string[][]> {
  const outcomes = new Map<string, string[]>()
  const left = [...rows]
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift())
      outcomes.set(next[0], await runAll(next[1]))
  }
  await Promise.all(Array.from({ length: PAGES }, work))
  const table = rows.map(([name]) => [name, ...outcomes.get(name)!])
  const all = [['API taken away', ...scenarios], ...table]
  const widths = all[0]!.map((_, at) => Math.max(...all.map((row) => row[at]!.length)))
  const lines = all.map((row) => row.map((cell, at) => cell.padEnd(widths[at]!)).join('  '))
  console.log(lines.join('\n'))
  return table
}
/** Runs every scenario in one page. @returns how each ended */
async function runAll(apis: Api[]): Promise<string[]> {
  const sandbox = createSandbox({ config: { resendSeconds: 0 } satisfies Partial<Config> })
  const { url: endpoint, close } = await sandbox.listen()
  onTestFinished(close)
  await sandbox.addUser({ username: 'ada', password: 'Correct-horse-7' })
  const page = await openPage('about:blank')
  await page.addInitScript(takeAway, apis)
  await page.exposeFunction('readCode', (contact: string) => sandbox.inbox(contact)[0]!.code)
  const tokens = new Map<string, string>()
  await page.exposeFunction('readPicture', (image: string) =>
    sandbox.captchaAnswer(tokens.get(image)!),
  )
  await page.exposeFunction('requireCaptcha', (isRequired: boolean) =>
    sandbox.config({ captchaOnEveryCall: isRequired ? 'on' : 'off' }),
  )
  await page.route('**/captcha/data?*', async (route) => {
    const response = await route.fetch()
    const { data, token } = (await response.json()) as { data: string; token: string }
    tokens.set(data, token)
    await route.fulfill({ response })
  })
  await page.goto(`${served.url}?${new URLSearchParams({ endpoint })}`)
  await page.waitForFunction(() => 'scenarios' in globalThis)
  // The consent page of the provider.
  await page.route('**/auth/idp/**', (route) => {
    const back = JSON.stringify(sandbox.consent(route.request().url(), 'alex'))
    const body = `<script>location.replace(${back})</script>`
    return route.fulfill({ contentType: 'text/html', body })
  })
  const outcomes: string[] = []
  for (const name of scenarios) {
    const outcome = await page
      .evaluate(
        (name) =>
          globalThis.scenarios[name]!().then(
            () => 'ok',
            (error: unknown) => String(error),
          ),
        name,
      )
      .catch(String)
    outcomes.push(outcome)
  }
  // The last scenario leaves the page and ends in the next one.
  const isBack = () => page.waitForFunction(() => globalThis.isBack, null, { timeout: 60_000 })
  await isBack().catch(() => (outcomes[outcomes.length - 1] = 'did not come back'))
  return outcomes
}

test('older browsers: every way to sign in works with any API taken away, in the browsers of README too', async () => {
  expect(await runTable()).toEqual(rows.map(([name]) => [name, ...scenarios.map(() => 'ok')]))
})
