import type { Sandbox } from '../../sandbox/index.ts'

/** What the network or the server can do to a request. */
export const faults = [
  'drop before',
  'drop after',
  'held',
  '500',
  '503 with retry-after',
  'HTML',
  'HTML as 502',
  'nonsense',
  'captcha_required',
  'captcha_invalid',
  'unauthenticated',
  'invalid_grant',
  'permission_denied',
  'mfa_phone_required',
] as const

/** One of {@link faults}. */
export type Fault = (typeof faults)[number]

/** A server whose next requests can be planned to fail. */
export interface RandomServer {
  fetch: typeof globalThis.fetch
  /** Applies the fault to the next request whose path matches. */
  plan(fault: Fault, pattern: RegExp): void
  forgetPlans(): void
  /** Lets the held requests go on. */
  releaseHeld(): void
  /** Whether a request has no answer yet, or the server still works on an aborted one. */
  isBusy(): boolean
  /** The paths of requests without an answer, with their number. */
  pending(): [string, number][]
}

/**
 * Creates a server on a sandbox in this process.
 *
 * @param sandbox what answers
 * @param onServed is called after every request that the sandbox has handled
 * @param onViolation is called with what must not happen
 * @returns the server
 */
export function createRandomServer(
  sandbox: Sandbox,
  onServed: () => void,
  onViolation: (what: string) => void,
): RandomServer {
  const planned: { fault: Fault; pattern: RegExp }[] = []
  const pendingByPath = new Map<string, number>()
  const held = new Set<() => void>()
  let serving = 0

  /** Handles a request to its end, also when the client has aborted it. */
  async function serve(input: string, init: RequestInit) {
    serving++
    try {
      return await sandbox.fetch(input, { ...init, signal: null })
    } finally {
      serving--
      onServed()
    }
  }

  async function answer(fault: Fault | undefined, input: string, init: RequestInit) {
    switch (fault) {
      case undefined:
        return serve(input, init)
      case 'drop before':
        throw new TypeError('fetch failed')
      case 'drop after':
        await serve(input, init)
        throw new TypeError('fetch failed')
      case 'held':
        await new Promise<void>((resolve) => held.add(resolve))
        return serve(input, init)
      default:
        return refusalOf(fault)
    }
  }

  return {
    async fetch(target, given) {
      const input = String(target as string)
      const init = given!
      const signal = init.signal!
      const { pathname } = new URL(input)
      const index = planned.findIndex(({ pattern }) => pattern.test(pathname))
      const fault = index < 0 ? undefined : planned.splice(index, 1)[0]!.fault
      const count = (pendingByPath.get(pathname) ?? 0) + 1
      pendingByPath.set(pathname, count)
      const isSingle = /\/(captcha\/data|v\d\/token)$/.test(pathname)
      if (isSingle && count > 1) onViolation(`${count} calls to ${pathname} at once`)
      try {
        const aborted = new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        )
        return await Promise.race([answer(fault, input, init), aborted])
      } finally {
        pendingByPath.set(pathname, pendingByPath.get(pathname)! - 1)
      }
    },
    plan: (fault, pattern) => void planned.push({ fault, pattern }),
    forgetPlans: () => void planned.splice(0),
    releaseHeld() {
      for (const release of held) release()
      held.clear()
    },
    isBusy: () => serving > 0 || [...pendingByPath.values()].some((count) => count > 0),
    pending: () => [...pendingByPath].filter(([, count]) => count > 0),
  }
}

/** The answer of a server that does not handle the request. */
function refusalOf(fault: Fault): Response {
  const respond = (status: number, body: object | string, headers = {}) =>
    new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers })
  switch (fault) {
    case '500':
      return respond(500, { message: 'sorry' })
    case '503 with retry-after':
      return respond(503, { error: 'unavailable' }, { 'retry-after': '7' })
    case 'HTML':
      return respond(200, '<h1>Hello</h1>')
    case 'HTML as 502':
      return respond(502, '<h1>Bad gateway</h1>')
    case 'nonsense':
      return respond(200, { access_token: 1, verification_id: [], data: {}, uri: null })
    case 'unauthenticated':
      return respond(401, { error: fault })
    default:
      return respond(400, { error: fault })
  }
}
