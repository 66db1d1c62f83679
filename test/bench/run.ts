/**
 * Measures the library beside other clients and writes `docs/performance.md`: `npm run bench`. Run it
 * on a quiet machine; `BENCH_ROUNDS=3` makes it short.
 */
import { execFileSync, fork, spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Row } from './stats.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const folder = at('.')

if (!existsSync(at('node_modules/.package-lock.json')))
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: 'inherit',
  })

const { compare, median } = await import('./stats.ts')
const { openSubjects } = await import('./subjects.ts')
const { measureParts, measureSizes } = await import('./sizes.ts')
const { measurePages } = await import('./browser.ts')
const { refreshByThousand } = await import('./callers.ts')
const { countInstructions, isValgrindThere } = await import('./instructions.ts')
const { explore, model, paths } = await import('../../adapters/testing/index.ts')
const { signIn } = await import('../../adapters/client/index.ts')

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 25)
/** The load of a machine on which figures can be quoted. */
const QUIET = 0.5

// The build before this loads the machine by itself.
for (let tries = 0; tries < 18 && loadavg()[0]! > QUIET; tries++) await setTimeout(10_000)
const began = Date.now()
const load = loadavg()[0]!
const lines: string[] = []
const say = (...texts: string[]) => {
  for (const text of texts) console.log(text)
  lines.push(...texts)
}
const head = (...cells: string[]) =>
  say('', `| ${cells.join(' | ')} |`, `| --- |${' --: |'.repeat(cells.length - 1)}`)
const row = (...cells: (string | number)[]) => say(`| ${cells.join(' | ')} |`)
const fixed = (value: number, digits = 2) => value.toFixed(digits)
const times = (value: number) => `${fixed(value)} ×`
const spreadOf = ({ spread }: Row) => spread.map((value) => fixed(value)).join(' … ')

function table(title: string, rows: Row[], unit: 'ms' | 'µs' = 'ms') {
  const scale = unit === 'ms' ? 1 : 1000
  say('', `### ${title}`)
  head('', unit, `CPU ${unit}`, `time, ratio to ${rows[0]!.name}`, 'quartiles', 'CPU, ratio')
  for (const each of rows)
    row(
      each.name,
      fixed(each.ms * scale),
      fixed(each.cpuMs * scale),
      times(each.ratio),
      spreadOf(each),
      times(each.cpuRatio),
    )
  return (name: string) => rows.find((each) => each.name === name)!
}

/** Starts a server in a process of its own. */
async function openServer(delayMs: number) {
  const server = fork(at('server.ts'), [String(delayMs)])
  const port = await new Promise<number>((resolve) => server.once('message', resolve as never))
  const url = `http://127.0.0.1:${port}`
  const read = async (path: string) => (await fetch(url + path)).text()
  return { url, read, close: () => server.disconnect() }
}

/** A figure with its goal. */
interface Budget {
  name: string
  here: number
  goal: number
  digits?: number
  /** Why the goal is missed, and what would be tried next. */
  reason?: string
}
const budgets: Budget[] = []

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
say(
  '# Performance',
  '',
  'Written by `npm run bench`. Do not edit it.',
  '',
  `cloudbase-authflow ${version}, Node.js ${process.versions.node}, ${cpus().length} × ` +
    `${cpus()[0]!.model}, load ${fixed(load, 1)} at the start.`,
  '',
  'Each subject has its turn in every round, in another order each time, in one process; the server is',
  'another process on the same machine. The tables show medians of the rounds, and the medians and',
  'quartiles of the ratios round by round: on a busy machine the ratios mean something, the times do not.',
  `There were ${rounds} rounds after two to warm up. CPU is user and system time of the client’s process.`,
  ...(load > QUIET
    ? ['', '**The machine was busy: run it again on a quiet one before you quote a figure.**']
    : []),
  '',
  '## Signing in',
)

for (const delayMs of [0, 10]) {
  const server = await openServer(delayMs)
  const subjects = await openSubjects(server.url)
  const runs = delayMs ? 3 : 10
  const when = `the server answers ${delayMs ? `after ${delayMs} ms` : 'at once'}`
  const byCode = table(
    `By code, three requests; ${when}`,
    await compare(subjects.code, rounds, runs),
  )
  table(`By password; ${when}`, await compare(subjects.password, rounds, runs))
  if (!delayMs) {
    say('', 'One request each, but two of `@cloudbase/js-sdk` and `@firebase/auth`.')
    const cpuOf = (name: string) => byCode(name).cpuMs / byCode('@cloudbase/oauth').cpuMs
    budgets.push(
      {
        name: 'sign-in by code through the view, over bare `fetch`, at once',
        here: byCode('this library, flow').ratio,
        goal: 2.2,
        reason:
          'the HTTP layer alone is 1.5; eleven actors take the rest. Next: `request` as one task until its first interruption',
      },
      {
        name: 'CPU of the same, over `@cloudbase/oauth`',
        here: cpuOf('this library, flow'),
        goal: 1.3,
        reason: 'the same',
      },
      {
        name: 'CPU of three calls, over `@cloudbase/oauth`',
        here: cpuOf('this library, calls'),
        goal: 1,
        reason: 'the same',
      },
    )
    say('', '## Tokens')
    const tokens = await compare(subjects.token, rounds, 1000)
    const ofOne = table('A valid token, one after the other', tokens, 'µs')
    budgets.push({
      name: '`getAccessToken()` of a valid token, over an async field',
      here: ofOne('this library').ratio,
      goal: 1.3,
      reason:
        'a settled promise alone is 0.8 to 1, and with one look at the clock 1.5: that look is all that is left. A timer instead of it would be late after sleep and return an expired token. Next: none',
    })
    const thousand = Object.fromEntries(
      Object.entries(subjects.token).map(([name, run]) => [
        name,
        () => Promise.all(Array.from({ length: 1000 }, run)),
      ]),
    )
    table('A valid token, 1,000 callers at once', await compare(thousand, rounds, 2))

    say('', '### An expired token, 1,000 callers at once')
    head('', 'refreshes', 'callers with a token', 'ms')
    for (const isFailing of [false, true]) {
      const { requests, answered, ms } = await refreshByThousand(server.url, server.read, isFailing)
      row(isFailing ? 'the server fails' : 'the server is well', requests, answered, fixed(ms, 1))
      const name = `refreshes for 1,000 callers, ${isFailing ? 'the server fails' : 'the server is well'}`
      budgets.push({ name, here: requests, goal: 1, digits: 0 })
    }

    say('', '## Calls at once')
    head('calls', 'fetch, ms', 'this library, ms', 'µs per call', 'ratio', 'quartiles')
    for (const count of [50, 100, 200, 400, 800, 1600, 3200]) {
      const many = Object.fromEntries(
        Object.entries(subjects.atOnce).map(([name, run]) => [
          name,
          () => Promise.all(Array.from({ length: count }, run)),
        ]),
      )
      const [plain, ours] = await compare(many, Math.max(3, Math.round(rounds / 5)), 1)
      const perCall = fixed((ours!.ms / count) * 1000, 0)
      row(count, fixed(plain!.ms), fixed(ours!.ms), perCall, times(ours!.ratio), spreadOf(ours!))
      if (count === 1600)
        budgets.push({ name: '1,600 calls at once, over bare `fetch`', here: ours!.ratio, goal: 3 })
    }
  } else {
    budgets.push({
      name: 'sign-in by code through the view, over bare `fetch`, server after 10 ms',
      here: byCode('this library, flow').ratio,
      goal: 1.05,
      reason: 'CPU of the actors, which a user does not see: it is a few milliseconds',
    })
  }
  server.close()
}

if (isValgrindThere()) {
  say('', '## Instructions')
  say(
    '',
    'Millions of instructions of a sign-in by code against answers that come at once, counted by',
    '`valgrind --tool=callgrind`: the difference of 70 and 20 sign-ins in processes of one thread.',
  )
  head('', 'millions')
  for (const name of ['@cloudbase/oauth', 'this library, calls', 'this library, flow']) {
    // A busy machine may be too slow for it.
    const count = await countInstructions(name).catch(() => undefined)
    row(name, count === undefined ? 'took longer than a minute' : fixed(count))
  }
}

say('', '## Clients')
const costs = Array.from(
  { length: 3 },
  () =>
    JSON.parse(
      execFileSync(process.execPath, ['--expose-gc', 'test/support/measureCost.ts'], {
        encoding: 'utf8',
      }),
    ) as Record<'clientBytes' | 'stoppedBytes' | 'callBytes' | 'startMs', number>,
)
const cost = (name: keyof (typeof costs)[number]) => median(costs.map((each) => each[name]))
head('', 'median of three processes')
row('`createAuth` and `start`', `${fixed(cost('startMs'))} ms`)
row('heap per started client', `${fixed(cost('clientBytes') / 1000, 1)} kB`)
row(
  'heap left of a client that was stopped and dropped',
  `${fixed(cost('stoppedBytes') / 1000, 1)} kB`,
)
row('heap left by 10,000 calls', `${fixed((cost('callBytes') * 10_000) / 1000, 0)} kB`)
const server = JSON.parse(
  execFileSync(process.execPath, ['--expose-gc', 'test/support/measureServer.ts'], {
    encoding: 'utf8',
  }),
) as Record<'clientBytes' | 'startedBytes' | 'createMs' | 'leftBytes', number>
row('`createServerAuth`', `${fixed(server.createMs)} ms`)
row(
  'heap per request of a server that knows who is signed in',
  `${fixed(server.clientBytes / 1000, 1)} kB`,
)
row('heap per request of a server that makes calls', `${fixed(server.startedBytes / 1000, 1)} kB`)
row('heap left by an answered request', `${fixed(server.leftBytes, 0)} B`)
budgets.push(
  {
    name: '`createServerAuth`, ms',
    here: server.createMs,
    goal: 0.2,
    reason: 'the same as of its heap',
  },
  {
    name: 'heap per request of a server, kB',
    here: server.clientBytes / 1000,
    goal: 10,
    digits: 1,
    reason: 'who is signed in is read without actors. Next: smaller services',
  },
  {
    name: 'heap per request of a server that makes calls, kB',
    here: server.startedBytes / 1000,
    goal: 10,
    digits: 1,
    reason:
      'the three actors that a call relies on and their system take 8 kB of it, the services that read the session 9. Next: the session and its callers without actors where no flow runs',
  },
  { name: '`createAuth` and `start`, ms', here: cost('startMs'), goal: 0.5 },
  {
    name: 'heap per started client, kB',
    here: cost('clientBytes') / 1000,
    goal: 15,
    digits: 1,
    reason: 'Next: tasks whose abort signal is made on demand, instead of XState’s promise actors',
  },
  { name: 'heap left by a call, B', here: cost('callBytes'), goal: 100, digits: 0 },
)

say('', '### Importing in a new process of Node.js')
const imports: Record<string, string> = {
  nothing: 'data:text/javascript,',
  'this library': new URL('../../dist/adapters/client/index.js', import.meta.url).href,
  '@cloudbase/oauth': import.meta.resolve('@cloudbase/oauth'),
  '@cloudbase/js-sdk': import.meta.resolve('@cloudbase/js-sdk'),
  '@supabase/auth-js': import.meta.resolve('@supabase/auth-js'),
  'oidc-client-ts': import.meta.resolve('oidc-client-ts'),
  '@firebase/auth': import.meta.resolve('@firebase/auth'),
}
const startup = new Map<string, number[]>(Object.keys(imports).map((name) => [name, []]))
for (let round = 0; round < Math.min(rounds, 9); round++) {
  for (const [name, specifier] of Object.entries(imports)) {
    const script = `const t = process.cpuUsage(); await import(${JSON.stringify(specifier)})
      const { user, system } = process.cpuUsage(t); console.log((user + system) / 1000)`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    })
    startup.get(name)!.push(Number(stdout))
  }
}
head('', 'CPU ms')
for (const [name, measured] of startup) row(name, fixed(median(measured), 1))

say('', '### Importing in Chromium')
say(
  '',
  'A bundle in a new browser context, with nothing in its caches: downloading it from this machine,',
  'compiling and running it, and the time until the view says that no user is signed in.',
)
head('', 'ms', 'ms until the first view')
const pages = [
  'this library, signIn',
  'this library, every flow',
  '@cloudbase/oauth',
  '@cloudbase/js-sdk',
  '@supabase/auth-js',
  'oidc-client-ts',
  '@aws-amplify/auth',
  '@firebase/auth',
]
for (const { name, ms, viewMs } of await measurePages(pages, Math.min(rounds, 9)))
  row(name, fixed(ms, 1), viewMs === undefined ? '' : fixed(viewMs, 1))

say('', '## Tests from the machines')
say(
  '',
  'The flow `signIn` of `cloudbase-authflow/testing` with its default events and answers, up to 1,000 states.',
)
head('', 'ms', 'found')
const world = model({ signIn })
const bounds = { limit: 1000 }
for (const [name, run] of [
  ['`explore`', async () => `${(await explore(world, bounds)).states.length} states`],
  ['`paths`', async () => `${(await paths(world, bounds)).length} stories`],
] as const) {
  const since = performance.now()
  const found = await run()
  row(name, fixed(performance.now() - since, 0), found)
}

say('', '## Sizes')
say(
  '',
  'kB as bundled by Rolldown for a browser, with all dependencies. What the start loads comes while the',
  'first screen is drawn.',
)
const sizes = await measureSizes()
head('', 'at once, min', 'gzip', 'brotli', 'with what the start loads, gzip', 'in all, gzip')
for (const { name, ...bytes } of sizes)
  row(
    name,
    ...[bytes.min, bytes.gzip, bytes.brotli, bytes.started, bytes.inAll].map((n) =>
      fixed(n / 1000, 1),
    ),
  )
say(
  '',
  '### The parts of a client with signIn',
  '',
  'kB by gzip, each by leaving it out. The rest is the client itself.',
)
head('', 'at once', 'in all')
for (const { name, atOnce, inAll } of await measureParts())
  row(name, fixed(atOnce / 1000, 1), fixed(inAll / 1000, 1))
const declarations = globSync('dist/**/*.d.ts').reduce((sum, path) => sum + statSync(path).size, 0)
const kB = (name: string, part: 'gzip' | 'inAll') =>
  sizes.find((size) => size.name === `this library, ${name}`)![part] / 1000
const floor =
  'XState is 12.0 of it and the session that cannot be lost 7.2, see decision 2. Next: none that is worth what it costs'
budgets.push(
  { name: 'signIn at once, kB', here: kB('signIn', 'gzip'), goal: 28, digits: 1, reason: floor },
  {
    name: 'signIn in all, kB',
    here: kB('signIn', 'inAll'),
    goal: 33.5,
    digits: 1,
    reason: 'the same, and 7.2 of ofetch and superjson',
  },
  {
    name: 'every flow in all, kB',
    here: kB('every flow', 'inAll'),
    goal: 37,
    digits: 1,
    reason: 'the same',
  },
  {
    name: 'all declarations, kB',
    here: declarations / 1000,
    goal: 300,
    digits: 0,
    reason:
      'two fifths are JSDoc, a fifth is the API of the official SDK. Next: its older versions in an entry of their own',
  },
)

say('', '## Budgets')
say(
  '',
  'What the design asks for. A goal that is missed has its reason and the next idea beside it.',
)
head('', 'here', 'goal', '', 'reason and next idea')
for (const { name, here, goal, digits = 2, reason = '' } of budgets) {
  const isMet = Number(fixed(here, digits)) <= goal
  row(name, fixed(here, digits), goal, isMet ? 'met' : 'not met', isMet ? '' : reason)
}

const minutes = fixed((Date.now() - began) / 60_000, 1)
say('', `The run took ${minutes} minutes.`)
writeFileSync('docs/performance.md', lines.join('\n') + '\n')
process.exit(0)
