import { expect, test } from 'vitest'
import type { Clock } from '../../services/clock.ts'
import { Secret } from '../../services/secret.ts'
import { toCredentials } from '../../services/session/credentials.ts'
import { measureValidity } from '../../services/session/expiry.ts'

const HOUR = 3600_000

/** A clock whose system time and monotonic time move apart. */
function openClock({ isMonotonic = true } = {}) {
  let [wall, steady] = [1_000_000_000_000, 500]
  return {
    clock: {
      now: () => wall,
      until: () => Promise.resolve(),
      ...(isMonotonic && { monotonic: () => steady }),
    } satisfies Clock,
    pass(ms: number) {
      wall += ms
      steady += ms
    },
    /** Changes the system time alone. */
    set: (ms: number) => (wall += ms),
    /** The machine sleeps, during which some monotonic clocks stand still. */
    sleep: (ms: number) => (wall += ms),
  }
}

const access_token = new Secret('token')
const issue = (clock: Clock, expires_in = 7200) =>
  toCredentials({ access_token, expires_in }, clock)

test('validity: a token is refreshed 30 s early and used until it is over', () => {
  const { clock, pass } = openClock()
  const validity = measureValidity(issue(clock), clock)
  const seen = [7169, 1, 24, 1, 4, 1].map((seconds) => (pass(seconds * 1000), validity.freshness()))
  expect(seen).toEqual(['fresh', 'due', 'due', 'expiring', 'expiring', 'expired'])
})

test.each([-HOUR, -24 * HOUR, HOUR, 24 * HOUR])(
  'validity: a clock that jumps by %d ms makes no token valid for longer',
  (jump) => {
    for (const isMonotonic of [true, false]) {
      for (const jumpAt of [0, 600, 3600, 7000]) {
        const { clock, pass, set } = openClock({ isMonotonic })
        const validity = measureValidity(issue(clock), clock)
        const late: string[] = []
        for (let age = 0; age < 9000; age += 100) {
          if (age === jumpAt) set(jump)
          const freshness = validity.freshness()
          if (age >= 7200) late.push(freshness)
          pass(100_000)
        }
        expect(late).toEqual(Array(18).fill('expired'))
      }
    }
  },
)

test('validity: a token is expired after a sleep of three days', () => {
  const { clock, sleep } = openClock()
  const validity = measureValidity(issue(clock), clock)
  sleep(72 * HOUR)
  expect(validity.freshness()).toBe('expired')
  expect(validity.isSkewed()).toBe(false)
})

test('validity: a stored pair with more time left than it was issued for is refreshed to be sure', () => {
  const { clock, set } = openClock()
  const credentials = issue(clock)
  set(-24 * HOUR)
  const validity = measureValidity(credentials, clock)
  expect(validity.isSkewed()).toBe(true)
  expect(validity.freshness()).toBe('expired')
})

test('validity: without a lifetime a pair is used until its stated end', () => {
  const { clock, pass } = openClock()
  const validity = measureValidity({ expiresAt: clock.now() + 60_000 }, clock)
  expect(validity.freshness()).toBe('fresh')
  pass(60_000)
  expect(validity.freshness()).toBe('expired')
})

test('toCredentials: without expires_in the access token itself says how long it is valid', () => {
  const { clock } = openClock()
  const payload = btoa(JSON.stringify({ iat: 1000, exp: 1600 }))
  const jwt = new Secret(`e30.${payload}.x`)
  expect(toCredentials({ access_token: jwt }, clock)).toMatchObject({
    lifetime: 600_000,
    expiresAt: clock.now() + 570_000,
  })
  expect(toCredentials({ access_token }, clock)).toMatchObject({ lifetime: 7200_000 })
})
