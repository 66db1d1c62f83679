/** Prints what sessions have shown, in its long form: `npm run test:session [what] [trials]`. */
import { chromium } from 'playwright-core'
import { findBrowser } from '../support/browser.ts'
import { type BrowserWorld, openBrowserWorld } from './browserWorld.ts'
import { check } from './check.ts'
import { launchFirefox } from './firefox.ts'
import { clockCases, outages, runClock, runOutage } from './clocks.ts'
import { probes, runProbe, runTabs } from './probes.ts'
import { places, policies } from './schedule.ts'

const [what = 'all', trials] = process.argv.slice(2)
const isWanted = (part: string) => what === 'all' || what === part
let failures = 0

/** What 1,000 callers a second may leave on the heap. */
const MAX_BYTES = 2_000_000
/** The longest pause after a failure, where nothing says that the line is back. */
const MAX_SECONDS = 60

if (isWanted('schedules')) {
  const count = Number(trials ?? 2_000)
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  console.log(`\nGenerated schedules, seed ${seed} (SEED=${seed} plays the same ones)`)
  for (const place of places) {
    const { schedules, requests, failure, inevitable } = await check(place, count, seed)
    console.log(`  ${place}: ${schedules} schedules, ${requests} refreshes`)
    for (const [name, times] of [...inevitable].toSorted((a, b) => b[1] - a[1]))
      console.log(`    ${String(times).padStart(5)} inevitable: ${name}`)
    if (!failure) continue
    failures++
    console.log(`    BROKEN: ${failure.broken.join(', ')}\n${failure.log.join('\n')}`)
    console.log(JSON.stringify(failure.schedule))
  }
}

if (isWanted('clocks')) {
  console.log('\nTwelve hours, a token asked for every five minutes')
  const right = await runClock(clockCases[0]!)
  for (const each of clockCases) {
    const { refreshes, expired, failed } = await runClock(each)
    if (refreshes > right.refreshes + 1 || expired > 0 || failed > 0) failures++
    console.log(`  ${refreshes} refreshes, ${expired} expired, ${failed} failed: ${each.title}`)
  }
}

if (isWanted('outages')) {
  console.log('\n1,000 callers a second through an outage of one minute')
  for (const outage of outages) {
    const { attempts, bytes, seconds } = await runOutage(outage)
    if (attempts > 30 || bytes > MAX_BYTES || seconds > MAX_SECONDS) failures++
    console.log(
      `  ${outage}: ${attempts} attempts, ${Math.round(bytes / 1024)} kB left, well after ${seconds} s`,
    )
  }
}

if (isWanted('tabs') || isWanted('probes')) {
  const chrome = await chromium.launch({
    executablePath: findBrowser(),
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const world = await openBrowserWorld(chrome)
  if (isWanted('tabs')) await reportTabs('Chromium', world)
  if (isWanted('probes')) {
    console.log('\nFaults')
    for (const probe of probes) {
      const count = Number(trials ?? 20)
      const { good, ms, errors } = await runProbe(world, probe, count)
      if (good < count || errors.length > 0) failures++
      console.log(`  ${good}/${count} ${probe.title}, at most ${ms} ms ${errors.join(' | ')}`)
    }
  }
  await world.close()
  await chrome.close()
}

if (isWanted('tabs') || isWanted('firefox')) {
  const firefox = await launchFirefox()
  if (firefox) {
    const world = await openBrowserWorld(firefox)
    await reportTabs('Firefox', world)
    await world.close()
    await firefox.close()
  } else console.log('\nFirefox is not installed: apt-get install firefox-esr')
}

async function reportTabs(name: string, world: BrowserWorld) {
  console.log(`\nTabs of ${name}, 20 callers each, an expired token`)
  for (const library of ['ours', 'official'] as const) {
    for (const policy of policies) {
      for (const tabs of [2, 5, 10]) {
        // A quarter is enough to see what the official client does.
        const count = Math.ceil(Number(trials ?? 100) / (library === 'ours' ? 1 : 4))
        const row = await runTabs(world, { library, policy, tabs, trials: count })
        if (library === 'ours' && (row.requests > 1 || row.rejected || row.lost || row.several))
          failures++
        console.log(`  ${Object.entries(row).flat().join(' ')}`)
      }
    }
  }
}

console.log(failures ? `\n${failures} rows failed` : '\nAll as promised')
process.exitCode = failures ? 1 : 0
