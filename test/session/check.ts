import fc from 'fast-check'
import { type Place, play, type Schedule, schedules } from './schedule.ts'

/** What many schedules have shown. */
export interface Findings {
  schedules: number
  requests: number
  /** The shortest schedule found that breaks a promise, with its story. */
  failure?: { schedule: Schedule; broken: string[]; log: string[] }
  /** How many schedules have shown what no client could have prevented, by its name. */
  inevitable: Map<string, number>
}

/**
 * Plays generated schedules, one in ten of them without disturbances.
 *
 * @param place where the session is kept
 * @param count how many schedules
 * @param seed the same seed plays the same schedules
 * @returns what they have shown; after the first failure it is only shrunk
 */
export async function check(place: Place, count: number, seed: number): Promise<Findings> {
  const findings: Findings = { schedules: 0, requests: 0, inevitable: new Map() }
  for (const isCalm of [true, false]) {
    const numRuns = Math.ceil(isCalm ? count / 10 : (count * 9) / 10)
    const property = fc.asyncProperty(schedules(fc.constant(place), isCalm), async (schedule) => {
      const { broken, inevitable, requests } = await play(schedule)
      findings.schedules++
      findings.requests += requests
      for (const name of inevitable)
        findings.inevitable.set(name, (findings.inevitable.get(name) ?? 0) + 1)
      return broken.length === 0
    })
    const details = await fc.check(property, { numRuns, seed })
    if (!details.counterexample) continue
    const [schedule] = details.counterexample
    const { broken, log } = await play(schedule, true)
    return { ...findings, failure: { schedule, broken, log } }
  }
  return findings
}
