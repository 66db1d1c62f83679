import fc from 'fast-check'
import { play, schedules, type Place } from './schedule.ts'
const [place, match = '', count = '2000', seed = '1'] = process.argv.slice(2)
const r = await fc.check(
  fc.asyncProperty(schedules(fc.constant(place as Place)), async (s) => {
    const { broken } = await play(s)
    return !broken.some((b) => b.includes(match))
  }),
  { numRuns: +count, seed: +seed },
)
if (!r.failed) console.log('none in', r.numRuns)
else {
  const s = r.counterexample![0]
  const { log, broken } = await play(s, true)
  console.log(log.join('\n').slice(0, 9000))
  console.log(JSON.stringify(s), broken, r.numRuns, r.error)
}
