import { type Clock, steadyNow, wait } from '../clock.ts'

/** The reason that ends the wait for an answer; without one, each abort would record a stack. */
const ANSWERED = /* @__PURE__ */ new Error('answered')

/**
 * Limits how long an answer is waited for.
 *
 * @param ms milliseconds in which it has to come
 * @throws what `fail` returns when the time is over
 */
export async function inTime<T>(
  answer: Promise<T>,
  clock: Clock,
  ms: number,
  fail: () => Error,
): Promise<T> {
  const waiting = new AbortController()
  const began = [clock.now(), steadyNow(clock)] as const
  const late = wait(clock, ms, waiting.signal).then(() => {
    // The clock of a test may end every wait at once.
    const passed = Math.max(clock.now() - began[0], steadyNow(clock) - began[1])
    if (passed < ms / 2) return new Promise<never>(() => undefined)
    throw fail()
  })
  late.catch(() => undefined)
  try {
    return await Promise.race([answer, late])
  } finally {
    waiting.abort(ANSWERED)
  }
}
