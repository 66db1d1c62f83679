import fc from 'fast-check'
import { places, play, schedules, type Place } from './schedule.ts'
const [name = 'all', count = '200', seed = '1'] = process.argv.slice(2)
for (const place of name === 'all' ? places : [name as Place]) {
  const began = process.cpuUsage().user
  const bad = new Map<string, number>(),
    ok = new Map<string, number>()
  let n = 0
  for (const isCalm of [true, false]) {
    const runs = isCalm ? Math.ceil(+count / 10) : +count
    for (const s of fc.sample(schedules(fc.constant(place), isCalm), {
      numRuns: runs,
      seed: +seed,
    })) {
      const { broken, inevitable } = await play(s)
      n++
      for (const b of broken) bad.set(b, (bad.get(b) ?? 0) + 1)
      for (const b of inevitable) ok.set(b, (ok.get(b) ?? 0) + 1)
    }
  }
  console.log(
    place,
    n,
    'schedules',
    Math.round((process.cpuUsage().user - began) / 1000),
    'ms',
    '\n  broken',
    Object.fromEntries(bad),
    '\n  inevitable',
    Object.fromEntries(ok),
  )
}
