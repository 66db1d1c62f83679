import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Clock, retryAt, systemClock } from '../../services/clock.ts'

const start = Date.UTC(2030, 0, 1)
const minute = 60 * 1000
const day = 24 * 60 * minute

describe('systemClock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: start })
    return () => vi.useRealTimers()
  })

  /** The state of a wait. */
  const watch = (wait: Promise<void>) => {
    const seen: { outcome: unknown } = { outcome: 'waiting' }
    wait.then(
      () => (seen.outcome = 'over'),
      (reason: unknown) => (seen.outcome = reason),
    )
    return seen
  }

  test('systemClock: now returns the system time', () => {
    expect(systemClock.now()).toBe(start)
    vi.setSystemTime(start + 5)
    expect(systemClock.now()).toBe(start + 5)
  })

  test.each([
    ['now', start],
    ['a moment ago', start - 1],
    ['the epoch', 0],
    ['before time', -Infinity],
    ['never said', NaN],
  ])('systemClock: a deadline that is %s is over at once', async (_, deadline) => {
    await systemClock.until(deadline)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('systemClock: until waits for the deadline and no longer', async () => {
    const seen = watch(systemClock.until(start + 1000))
    await vi.advanceTimersByTimeAsync(999)
    expect(seen.outcome).toBe('waiting')
    await vi.advanceTimersByTimeAsync(1)
    expect(seen.outcome).toBe('over')
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([25 * day, 50 * day])('waits %d ms, longer than one timer can', async (wait) => {
    const seen = watch(systemClock.until(start + wait))
    await vi.advanceTimersByTimeAsync(wait - 1)
    expect(seen.outcome).toBe('waiting')
    await vi.advanceTimersByTimeAsync(1)
    expect(seen.outcome).toBe('over')
  })

  test.each([1000, 5 * minute])(
    'waits %d ms where the clock is set back, and no longer',
    async (wait) => {
      const seen = watch(systemClock.until(start + wait))
      await vi.advanceTimersByTimeAsync(wait / 2)
      vi.setSystemTime(start - day)
      await vi.advanceTimersByTimeAsync(wait / 2 - 1)
      expect(seen.outcome).toBe('waiting')
      await vi.advanceTimersByTimeAsync(1)
      expect(seen.outcome).toBe('over')
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  test('systemClock: a wait ends within a minute when the clock is set past its deadline', async () => {
    const seen = watch(systemClock.until(start + day))
    await vi.advanceTimersByTimeAsync(1000)
    vi.setSystemTime(start + day)
    await vi.advanceTimersByTimeAsync(minute)
    expect(seen.outcome).toBe('over')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('systemClock: an endless wait can be aborted', async () => {
    const abort = new AbortController()
    const seen = watch(systemClock.until(Infinity, abort.signal))
    await vi.advanceTimersByTimeAsync(day)
    expect(seen.outcome).toBe('waiting')
    abort.abort()
    await vi.advanceTimersByTimeAsync(0)
    expect(seen.outcome).toHaveProperty('name', 'AbortError')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('systemClock: an aborted wait rejects with the reason of the signal and leaves no timer', async () => {
    const abort = new AbortController()
    const seen = watch(systemClock.until(start + 1000, abort.signal))
    await vi.advanceTimersByTimeAsync(500)
    const reason = new Error('no longer needed')
    abort.abort(reason)
    await vi.advanceTimersByTimeAsync(0)
    expect(seen.outcome).toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('systemClock: a wait with an aborted signal does not start', async () => {
    const reason = new Error('no longer needed')
    const seen = watch(systemClock.until(start + 1000, AbortSignal.abort(reason)))
    await vi.advanceTimersByTimeAsync(0)
    expect(seen.outcome).toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('systemClock: a wait leaves no listener on its signal', async () => {
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    const seen = watch(systemClock.until(start + day, signal))
    await vi.advanceTimersByTimeAsync(day)
    expect(seen.outcome).toBe('over')
    expect(added.mock.calls.length).toBeGreaterThan(0)
    expect(removed.mock.calls).toEqual(added.mock.calls)
  })
})

describe('retryAt', () => {
  const clock: Clock = { now: () => start, until: () => Promise.resolve() }
  const delays = (random: number, ...attempts: number[]) => {
    vi.spyOn(Math, 'random').mockReturnValue(random)
    return attempts.map((attempt) => retryAt(clock, attempt) - start)
  }

  afterEach(() => vi.restoreAllMocks())

  test('retryAt: the delay doubles from half a second to a minute', () => {
    const most = 1 - Number.EPSILON
    expect(delays(most, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2000).map(Math.round)).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ])
  })

  test('retryAt: jitter shortens the delay by up to a half', () => {
    expect(delays(0, 1, 2, 8, 2000)).toEqual([250, 500, 30_000, 30_000])
    expect(delays(0.5, 1, 2, 8)).toEqual([375, 750, 45_000])
  })

  test('retryAt: the jitter is that of the clock, so that a run can be repeated', () => {
    expect(retryAt({ ...clock, random: () => 0 }, 2) - start).toBe(500)
    expect(retryAt({ ...clock, random: () => 0.5 }, 2) - start).toBe(750)
  })

  test('retryAt: many clients do not return at the same time', () => {
    const moments = new Set(Array.from({ length: 100 }, () => retryAt(clock, 5)))
    expect(moments.size).toBeGreaterThan(90)
  })

  test('retryAt: the delay is at least what the server asked for', () => {
    expect(retryAt(clock, 1, 60)).toBe(start + 60_000)
    expect(retryAt(clock, 1, 0.4)).toBeGreaterThanOrEqual(start + 400)
    expect(delays(0, 8)[0]).toBe(30_000)
    expect(retryAt(clock, 8, 10)).toBe(start + 30_000)
  })

  test('retryAt: the delay lies between its bounds for any attempt and any retryAfter', () => {
    const retryAfter = fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), retryAfter, (attempt, seconds) => {
        const least = Math.min(500 * 2 ** (attempt - 1), 60_000) / 2
        const delay = retryAt(clock, attempt, seconds) - start
        expect(delay).toBeGreaterThanOrEqual(Math.max(least, Math.floor((seconds ?? 0) * 1000)))
        expect(delay).toBeLessThanOrEqual(Math.max(least * 2, Math.ceil((seconds ?? 0) * 1000)))
      }),
    )
  })
})
