import { AuthError } from '../../services/error.ts'
import type { Tokens } from '../../services/http/wire.ts'
import { Secret } from '../../services/secret.ts'
import type { RefreshPolicy } from '../../sandbox/config.ts'
import type { Process, Simulation } from './simulation.ts'

/** Seconds for which an access token is valid. */
export const LIFETIME = 100

/** Milliseconds in which the `window` policy accepts a used token. */
const WINDOW_MS = 10_000

/** What goes wrong between a client and the server while it lasts. */
export type Fault =
  /** The line is down before the server acts. */
  | 'lostBefore'
  /** The server acts, and its answer is lost. */
  | 'lostAfter'
  /** The server takes requests, and acts on those that are still open when it is well again. */
  | 'hangs'
  /** The server acts, and answers when it is well again. */
  | 'answersLate'
  | 'unavailable'
  /** Unavailable, and it says when to come back. */
  | 'ordersPause'
  /** Refuses with a code that does not end a session. */
  | 'refusesOddly'

/** A refresh token, as the server knows it. */
export interface ServerToken {
  id: string
  access: string
  session: ServerSession
  spentAt?: number
  firstSpentAt?: number
  /** The process that the successor was sent to. */
  sentTo?: Process
  /** The successor never reached a client. */
  isAnswerLost?: boolean
  /** The client had given up waiting when the server answered. */
  isAnswerLate?: boolean
  /** The app has damaged the only copy of it, which no client had read. */
  isErased?: boolean
}

/** A session at the server. */
export interface ServerSession {
  user: string
  newest: ServerToken
  /** Why it has ended. */
  ended?: string
}

/** A server that rotates refresh tokens by one of three policies. */
export class SimulatedServer {
  readonly tokens = new Map<string, ServerToken>()
  readonly byAccess = new Map<string, ServerToken>()
  requests = 0
  fault: { how: Fault; until: number } | undefined
  /** Is called before the server acts on a token. */
  onAct: ((process: Process, token: ServerToken) => void) | undefined
  readonly #simulation: Simulation
  readonly #policy: RefreshPolicy

  constructor(simulation: Simulation, policy: RefreshPolicy) {
    this.#simulation = simulation
    this.#policy = policy
  }

  #issue(session: ServerSession): ServerToken {
    const id = `r${this.tokens.size}`
    const token: ServerToken = { id, access: `a${this.tokens.size}`, session }
    this.tokens.set(id, token)
    this.byAccess.set(token.access, token)
    session.newest = token
    return token
  }

  signIn(user: string): ServerToken {
    return this.#issue({ user } as ServerSession)
  }

  tokensOf({ id, access, session }: ServerToken): Tokens {
    return {
      access_token: new Secret(access),
      refresh_token: new Secret(id),
      expires_in: LIFETIME,
      sub: session.user,
      token_type: 'Bearer',
    }
  }

  /** Acts on a refresh token at once. Throws how it is refused. */
  act(process: Process, id: string): ServerToken {
    const token = this.tokens.get(id)!
    const { session } = token
    this.onAct?.(process, token)
    const refused = new AuthError('invalid_grant', { operation: 'refresh', status: 400 })
    if (session.ended) throw refused
    if (token.spentAt !== undefined) {
      const isInWindow = this.#simulation.now - token.spentAt < WINDOW_MS
      if (this.#policy === 'family') session.ended = 'reuse'
      if (this.#policy !== 'window' || !isInWindow) throw refused
    }
    token.spentAt ??= this.#simulation.now
    const next = this.#issue(session)
    next.sentTo = process
    this.#simulation.note('server: ', token.id, '->', next.id, 'for', process.name)
    return next
  }

  /** Sends a refresh from a process. */
  send(process: Process, id: string, signal?: AbortSignal): Promise<Tokens> {
    const simulation = this.#simulation
    this.requests++
    return new Promise((resolve, reject) => {
      let isOver = false
      const finish = (ms: number, settle: () => void) =>
        process.post(ms, () => {
          isOver = true
          settle()
        })
      let successor: ServerToken | undefined
      signal?.addEventListener('abort', () => {
        if (isOver) return
        isOver = true
        if (successor) successor.isAnswerLate = true
        reject(signal.reason as Error)
      })
      const fail = (ms: number, code: string, retryAfter?: number) =>
        finish(ms, () => reject(new AuthError(code, { operation: 'refresh', retryAfter })))
      const transit = () => 5 + process.random() * 60
      const act = (delay: number, isLost = false) => {
        // A request that was given up is closed, which most servers notice before they act.
        if (isOver && process.random() < 0.8) return
        let token: ServerToken
        try {
          token = successor = this.act(process, id)
        } catch (thrown) {
          return void finish(delay, () => reject(thrown as Error))
        }
        if (isLost) {
          token.isAnswerLost = true
          return void fail(delay, 'unavailable')
        }
        if (isOver) token.isAnswerLate = true
        finish(delay, () => resolve(this.tokensOf(token)))
      }
      simulation.after(transit(), () => {
        const { fault } = this
        const how = fault && simulation.now < fault.until ? fault.how : undefined
        const left = how ? fault!.until - simulation.now : 0
        if (process.isDead && process.random() < 0.5) return
        if (how) simulation.note('server:', how, process.name, id)
        if (how === 'lostBefore') fail(transit(), 'unavailable')
        else if (how === 'unavailable') fail(transit(), 'unavailable')
        else if (how === 'ordersPause') fail(transit(), 'unavailable', 5)
        else if (how === 'refusesOddly') fail(transit(), 'failed_precondition')
        else if (how === 'hangs') simulation.after(left, () => act(transit()))
        else if (how === 'lostAfter') act(transit(), true)
        else if (how === 'answersLate') act(left + transit())
        else act(transit())
      })
    })
  }
}
