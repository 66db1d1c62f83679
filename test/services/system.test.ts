import { expect, test, vi } from 'vitest'

test('system: a call comes after those of an earlier page, also where the clock was set back', async () => {
  // A new page loads the modules anew.
  vi.resetModules()
  const { orderOf } = await import('../../services/system.ts')
  const anHourAhead = Date.now() + 3_600_000
  expect(orderOf({}, anHourAhead)).toBe(anHourAhead + 1)
  expect(orderOf({})).toBe(anHourAhead + 2)
})
