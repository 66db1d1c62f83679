import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withMargin, withoutMargin } from '../../services/session/expiry.ts'

test.each([
  [7200, 7170],
  [60, 30],
  [40, 20],
  [0, 0],
])('withMargin: a token granted for %d s is sent for %d s', (granted, sent) => {
  expect(withMargin(granted)).toBe(sent)
  expect(withoutMargin(sent)).toBe(granted)
})

test('withoutMargin: it is the inverse of withMargin for every lifetime', () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000, max: 10_000_000 }), (seconds) => {
      expect(withMargin(withoutMargin(seconds))).toBe(seconds)
      expect(withoutMargin(withMargin(seconds))).toBe(seconds)
    }),
  )
})
