import { unref } from '../clock.ts'
import { AuthError } from '../error.ts'

/** The longest timer there is, in ms; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** The reason of all aborts. Without it `AbortController` creates an exception with a stack each time. */
const ABORTED = /* @__PURE__ */ Object.assign(new Error('the request was ended'), {
  name: 'AbortError',
})

/** The conditions that end a request before its answer. */
export interface Deadline {
  /** Milliseconds until the request is given up; `Infinity` for never. */
  timeout: number
  /** Aborted when the caller no longer wants the answer. */
  signal?: AbortSignal
  /** Creates the error the request then fails with. */
  fail(code: 'deadline_exceeded' | 'cancelled'): AuthError
}

/** For a script of this package: it has to come as soon as an answer of the server by default. */
export const scriptDeadline: Deadline = { timeout: 15_000, fail: (code) => new AuthError(code) }

/**
 * Runs `work` until it settles, the time is over or the caller aborts, whichever comes first. It
 * rejects on time even when `work` ignores its signal. Neither a timer nor a listener is left.
 *
 * @param work starts the request; the signal it gets aborts when the answer is no longer wanted
 * @returns what `work` returns
 * @throws AuthError `deadline_exceeded` or `cancelled`, else what `work` throws
 */
export function runUntil<T>(
  { timeout, signal, fail }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(fail('cancelled'))
    const controller = new AbortController()
    const cancel = () => end('cancelled')
    const timer =
      timeout <= MAX_TIMER_MS ? setTimeout(() => end('deadline_exceeded'), timeout) : undefined
    unref(timer)
    signal?.addEventListener('abort', cancel)
    function release() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
    }
    function end(code: 'deadline_exceeded' | 'cancelled') {
      release()
      reject(fail(code))
      controller.abort(ABORTED)
    }
    void work(controller.signal).then(resolve, reject).finally(release)
  })
}
