/** Measures a thousand callers whose token has expired. */
import { createAuth, memoryStore } from '../../adapters/client/index.ts'
import { signIn } from '../../services/endpoints.ts'

/** A clock that can be set forward. */
function createClock() {
  let ahead = 0
  return {
    advance: (ms: number) => void (ahead += ms),
    now: () => Date.now() + ahead,
    until: (deadline: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const ms = Math.max(0, deadline - Date.now() - ahead)
        const timer = setTimeout(resolve, Math.min(ms, 2 ** 30)).unref()
        signal?.addEventListener('abort', () => {
          clearTimeout(timer)
          reject(signal.reason as Error)
        })
      }),
  }
}

/** What the callers have caused. */
export interface Refreshes {
  requests: number
  ms: number
  answered: number
}

/**
 * Lets 1,000 callers ask for an expired token at once.
 *
 * @param read asks the server of the benchmark
 * @param isFailing whether the server refuses to refresh
 */
export async function refreshByThousand(
  url: string,
  read: (path: string) => Promise<string>,
  isFailing: boolean,
): Promise<Refreshes> {
  const clock = createClock()
  const storage = { shared: memoryStore(), tab: memoryStore() }
  const auth = createAuth({ env: 'env-1', endpoint: url, flows: {}, storage, clock })
  auth.start()
  await auth.call(signIn, { username: 'ada', password: 'Passw0rd!1' })
  clock.advance(3 * 3600_000)
  if (isFailing) await read('/fail')
  const before = Number(await read('/requests'))
  const since = performance.now()
  const answers = await Promise.allSettled(
    Array.from({ length: 1000 }, () => auth.getAccessToken()),
  )
  const ms = performance.now() - since
  const requests = Number(await read('/requests')) - before
  if (isFailing) await read('/fail')
  auth.stop()
  return { requests, ms, answered: answers.filter(({ status }) => status === 'fulfilled').length }
}
