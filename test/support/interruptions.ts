import type { Fault, Sandbox } from '../../sandbox/index.ts'

/** What happens to every flow of a world, beside its own course. */
export const interruptions = [
  'nothing',
  /** Every call asks for a captcha. */
  'captcha',
  /** The same, and the server rejects the first captcha token of every call. */
  'captcha rejected',
  /** Access tokens expire between any two steps. */
  'token expiry',
  /** The first attempt of every call does not reach the server. */
  'network failure',
  /** The page reloads after every step. */
  'reload',
] as const

/** One of {@link interruptions}. */
export type Interruption = (typeof interruptions)[number]

/** The requests of a client to its sandbox, with the interruption applied to them. */
export interface Network {
  fetch: typeof globalThis.fetch
  /** The requests that were sent, as `POST /auth/v1/token`. */
  calls: string[]
  /** Faults each of which waits for the ones before it. */
  faultQueue: Fault[]
  /** Requests without an answer yet. */
  pending: Set<Promise<unknown>>
  /** The tokens of the captcha pictures that were shown. */
  dialogs: Set<string>
  /** From now on requests like `POST /auth/v1/token` wait until `release`. */
  hold(pattern: RegExp): void
  /** Waits until a request is held. */
  untilHeld(): Promise<void>
  /** Sends the held requests; later ones are held again. */
  release(): void
}

/**
 * Creates the network between a client and a sandbox.
 *
 * @param sandbox the server, which the queued faults are given to
 * @param interruption what happens to the requests
 * @param send sends one request; default: to the sandbox, without a socket
 * @returns the network
 */
export function createNetwork(
  sandbox: Sandbox,
  interruption: Interruption,
  send: typeof globalThis.fetch = (input, init) => sandbox.fetch(input as string, init),
): Network {
  const interrupted = new Set<string>()
  /** Interrupts a key the first time, and then every other time. */
  const shouldInterrupt = (key: string) => !interrupted.delete(key) && !!interrupted.add(key)
  const calls: string[] = []
  const faultQueue: Fault[] = []
  const pending = new Set<Promise<unknown>>()
  const dialogs = new Set<string>()
  let gate: Gate | undefined

  /** Makes the first queued fault the sandbox's next one if it is about this request. */
  function planFault(method: string | undefined, pathname: string) {
    const [next] = faultQueue
    if (next?.method !== method || !pathname.startsWith(next!.path.replace('*', ''))) return
    sandbox.faults([...sandbox.faults(), faultQueue.shift()!])
  }

  async function sendAndRead(url: URL, init?: RequestInit) {
    const response = await send(url.href, init)
    const body = await response.clone().text()
    if (url.pathname.endsWith('/captcha/data') && response.ok) {
      dialogs.add((JSON.parse(body) as { token: string }).token)
    }
    return response
  }

  return {
    calls,
    faultQueue,
    pending,
    dialogs,
    async fetch(input, init) {
      const url = new URL(input as string)
      const { pathname, searchParams } = url
      const call = `${init?.method} ${pathname}`
      if (gate?.pattern.test(call)) {
        gate.reached.resolve()
        await gate.opened.promise
        init?.signal?.throwIfAborted()
      }
      // The body of these is new each time, so they are interrupted by their path.
      const hasNewBody = /\/provider\/(token|bind)$/.test(pathname)
      const key = hasNewBody ? call : `${call} ${init?.body as string}`
      if (interruption === 'network failure' && shouldInterrupt(key)) {
        throw new TypeError('fetch failed')
      }
      if (interruption === 'captcha rejected' && searchParams.has('captcha_token')) {
        if (shouldInterrupt(key)) searchParams.set('captcha_token', 'an unknown token')
      }
      planFault(init?.method, pathname)
      calls.push(call)
      const answer = sendAndRead(url, init)
      pending.add(answer)
      return answer.finally(() => pending.delete(answer))
    },
    hold(pattern) {
      gate = { pattern, reached: deferred(), opened: deferred() }
    },
    untilHeld: () => gate!.reached.promise,
    release() {
      const held = gate!
      this.hold(held.pattern)
      held.opened.resolve()
    },
  }
}

/** Holds the requests of a pattern. */
interface Gate {
  pattern: RegExp
  reached: Deferred
  opened: Deferred
}

interface Deferred {
  promise: Promise<void>
  resolve(): void
}

function deferred(): Deferred {
  let resolve!: () => void
  const promise = new Promise<void>((settle) => (resolve = settle))
  return { promise, resolve }
}
