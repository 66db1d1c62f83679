import './before.ts'
import './client.ts'
import { type Auth, createAuth } from 'cloudbase-authflow'
import { signInWithCustomTicket } from 'cloudbase-authflow/endpoints'

// The same in all tabs, so that their clocks agree at any speed.
const start = Number(new URLSearchParams(location.search).get('start'))
const aheadOf = (now: number) => moves.reduce((sum, { at, ms }) => (at <= now ? sum + ms : sum), 0)
const steady = () => performance.now() * speed
const clock = {
  now() {
    const now = Date.now()
    return Math.floor(start + (now - start) * speed + aheadOf(now))
  },
  monotonic: () => steady() + Math.max(aheadOf(Date.now()), 0),
  async until(deadline: number, signal?: AbortSignal) {
    for (let left = deadline - clock.now(); left > 0; left = deadline - clock.now()) {
      signal?.throwIfAborted()
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, Math.min(left, 1_000) / speed)
        signal?.addEventListener('abort', () => {
          clearTimeout(timer)
          reject(signal.reason as Error)
        })
      })
    }
  },
}

const clients = new Map<string, Auth<Record<never, never>>>()

globalThis.client = {
  open(name, env, endpoint) {
    const auth = createAuth({ env, endpoint, flows: {}, clock })
    clients.set(name, auth)
    auth.start()
  },
  close(name) {
    clients.get(name)?.stop()
    clients.delete(name)
  },
  getToken: (name) => clients.get(name)!.getAccessToken(),
  async signIn(name, ticket) {
    await clients.get(name)!.call(signInWithCustomTicket, { provider_id: 'custom', ticket })
  },
  signOut: (name) => clients.get(name)!.send({ type: 'session.end' }),
  stop: (name) => clients.get(name)!.stop(),
  start: (name) => clients.get(name)!.start(),
  user(name) {
    const { status, user } = clients.get(name)!.get()
    return status === 'signedIn' ? (user?.uid ?? 'unknown') : undefined
  },
}
