/**
 * Measures the library beside other clients and writes `docs/performance.md`: `npm run bench`. Run it
 * on a quiet machine; `BENCH_ROUNDS=5` makes it short.
 */
import { execFileSync, fork, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
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
const { measureSizes } = await import('./sizes.ts')

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 25)
const lines: string[] = []
const say = (...texts: string[]) => {
  for (const text of texts) console.log(text)
  lines.push(...texts)
}
const head = (...cells: string[]) =>
  say('', `| ${cells.join(' | ')} |`, `| --- |${' --: |'.repeat(cells.length - 1)}`)
const row = (...cells: (string | number)[]) => say(`| ${cells.join(' | ')} |`)
const fixed = (value: number, digits = 2) => value.toFixed(digits)

function table(title: string, rows: Row[], unit: 'ms' | 'µs' = 'ms') {
  const scale = unit === 'ms' ? 1 : 1000
  say('', `### ${title}`)
  head('', unit, `CPU ${unit}`, `time, ratio to ${rows[0]!.name}`, 'quartiles', 'CPU, ratio')
  for (const { name, ms, cpuMs, ratio, spread, cpuRatio } of rows)
    row(
      name,
      fixed(ms * scale),
      fixed(cpuMs * scale),
      `${fixed(ratio)} ×`,
      spread.map((value) => fixed(value)).join(' … '),
      `${fixed(cpuRatio)} ×`,
    )
}

/** Starts a server in a process of its own. */
async function openServer(delayMs: number) {
  const server = fork(at('server.ts'), [String(delayMs)])
  const port = await new Promise<number>((resolve) => server.once('message', resolve as never))
  const url = `http://127.0.0.1:${port}`
  const read = async (path: string) => (await fetch(url + path)).text()
  return { url, read, close: () => server.disconnect() }
}

const began = loadavg()[0]!
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
say(
  '# Performance',
  '',
  'Written by `npm run bench`. Do not edit it.',
  '',
  `cloudbase-authflow ${version}, Node.js ${process.versions.node}, ${cpus().length} × ` +
    `${cpus()[0]!.model}, load ${fixed(began, 1)} at the start.`,
  '',
  'Each subject has its turn in every round, in another order each time, in one process; the server is',
  'another process on the same machine. The tables show medians of the rounds, and the medians and',
  'quartiles of the ratios round by round: on a busy machine the ratios mean something, the times do not.',
  `There were ${rounds} rounds after two to warm up. CPU is user and system time of the client’s process.`,
  ...(began > 1
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
  table(`By code, three requests; ${when}`, await compare(subjects.code, rounds, runs))
  table(`By password, one request; ${when}`, await compare(subjects.password, rounds, runs))
  if (delayMs === 0) {
    say('', '## Tokens')
    table('A valid token, one after the other', await compare(subjects.token, rounds, 1_000), 'µs')
    const thousand = Object.fromEntries(
      Object.entries(subjects.token).map(([name, run]) => [
        name,
        () => Promise.all(Array.from({ length: 1000 }, run)),
      ]),
    )
    table('A valid token, 1,000 callers at once', await compare(thousand, rounds, 5))

    say('', '### An expired token, 1,000 callers at once')
    head('', 'refreshes')
    for (const isFailing of [false, true]) {
      const { createAuth, memoryStore } = await import('../../adapters/client/index.ts')
      const { signIn } = await import('../../services/endpoints.ts')
      let ahead = 0
      const auth = createAuth({
        env: 'env-1',
        endpoint: server.url,
        flows: {},
        storage: { shared: memoryStore(), tab: memoryStore() },
        clock: {
          now: () => Date.now() + ahead,
          until: (deadline, signal) =>
            new Promise((resolve, reject) => {
              const ms = Math.max(0, deadline - Date.now() - ahead)
              const timer = setTimeout(resolve, Math.min(ms, 2 ** 30)).unref()
              signal?.addEventListener('abort', () => {
                clearTimeout(timer)
                reject(signal.reason as Error)
              })
            }),
        },
      })
      auth.start()
      await auth.call(signIn, { username: 'ada', password: 'Passw0rd!1' })
      ahead = 3 * 3600_000
      if (isFailing) await server.read('/fail')
      const before = Number(await server.read('/requests'))
      await Promise.allSettled(Array.from({ length: 1000 }, () => auth.getAccessToken()))
      row(
        isFailing ? 'the server fails' : 'the server is well',
        Number(await server.read('/requests')) - before,
      )
      if (isFailing) await server.read('/fail')
      auth.stop()
    }

    say('', '## Calls at once')
    head('calls', 'fetch, ms', 'this library, ms', 'ratio', 'quartiles')
    for (const count of [50, 200, 800, 1600]) {
      const many = Object.fromEntries(
        Object.entries(subjects.atOnce).map(([name, run]) => [
          name,
          () => Promise.all(Array.from({ length: count }, run)),
        ]),
      )
      const [plain, ours] = await compare(many, Math.max(3, Math.round(rounds / 3)), 1)
      const spread = ours!.spread.map((value) => fixed(value)).join(' … ')
      row(count, fixed(plain!.ms), fixed(ours!.ms), `${fixed(ours!.ratio)} ×`, spread)
    }
  }
  server.close()
}

say('', '## Clients')
const cost = JSON.parse(
  execFileSync(process.execPath, ['--expose-gc', 'test/support/measureCost.ts'], {
    encoding: 'utf8',
  }),
) as { clientBytes: number; callBytes: number; startMs: number }
head('', '')
row('`createAuth` and `start`', `${fixed(cost.startMs)} ms`)
row('heap per started client', `${fixed(cost.clientBytes / 1000, 1)} kB`)
row('heap left by a call', `${Math.round(cost.callBytes)} B`)

say('', '### Importing in a new process of Node.js')
const imports: Record<string, string> = {
  nothing: 'data:text/javascript,',
  'this library': new URL('../../dist/adapters/client/index.js', import.meta.url).href,
  '@cloudbase/oauth': import.meta.resolve('@cloudbase/oauth'),
  '@supabase/auth-js': import.meta.resolve('@supabase/auth-js'),
}
const startup = new Map<string, number[]>(Object.keys(imports).map((name) => [name, []]))
for (let round = 0; round < Math.min(rounds, 15); round++) {
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
for (const [name, times] of startup) row(name, fixed(median(times), 1))

say('', '## Sizes')
say('', 'kB as bundled by Rolldown for a browser, with all dependencies.')
const sizes = await measureSizes()
head('', 'at once, min', 'at once, gzip', 'at once, brotli', 'in all, gzip')
for (const { name, ...bytes } of sizes)
  row(name, ...[bytes.min, bytes.gzip, bytes.brotli, bytes.inAll].map((n) => fixed(n / 1000, 1)))

/** Figures that are held by tests, and what would bring down those that miss their goal. */
say('', '## Budgets')
say('', 'A goal that is missed has the next idea beside it.')
head('', 'here', 'goal', 'next idea')
const kB = (name: string, part: 'gzip' | 'inAll') =>
  fixed(sizes.find((size) => size.name === `this library, ${name}`)![part] / 1000, 1)
row(
  'signIn, at once, kB',
  kB('signIn', 'gzip'),
  '28.0',
  'XState is 12.2 of it; fetch ofetch (3.4) after the first screen, and the locks of pages without https by `start()`',
)
row(
  'signIn, in all, kB',
  kB('signIn', 'inAll'),
  '33.5',
  'superjson (4.1) only where a flow is stored',
)
row('every flow, in all, kB', kB('every flow', 'inAll'), '37', 'the same')
row(
  'heap per started client, kB',
  fixed(cost.clientBytes / 1000, 1),
  '15',
  'tasks whose abort signal is made on demand, instead of XState’s promise actors',
)
row('heap left by a call, B', Math.round(cost.callBytes), '100', '')
row('`createAuth` and `start`, ms', fixed(cost.startMs), '0.5', '')

writeFileSync('docs/performance.md', lines.join('\n') + '\n')
process.exit(0)
