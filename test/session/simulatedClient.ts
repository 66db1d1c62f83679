import { AuthError } from '../../services/error.ts'
import type { Tokens } from '../../services/http/wire.ts'
import { type Credentials, toCredentials } from '../../services/session/credentials.ts'
import { validityOf } from '../../services/session/expiry.ts'
import {
  createSharedSession,
  type SharedSession,
  type SharedSessionOptions,
} from '../../services/session/sharedSession.ts'
import type { Process } from './simulation.ts'

/** What a caller gets. */
export type Answer =
  | { type: 'token'; token: string; user: string | undefined }
  | { type: 'signedOut'; error?: AuthError }
  | { type: 'unavailable' }
  | { type: 'cancelled' }

/** A client as an app sees it: the real session, and what the `tokens` machine does with it. */
export class SimulatedClient {
  readonly name: string
  readonly process: Process
  readonly session: SharedSession
  credentials: Credentials | undefined
  /** The access token of the record that it has last known, none for a signed-out one; also while it is stopped. */
  known: { token?: string } | undefined
  state: 'stopped' | 'loading' | 'kept' | 'refreshing' | 'pausing' | 'absent' = 'stopped'
  #serial = 0
  #turn = 0
  #isUrgent = false
  #error: AuthError | undefined
  #close: (() => void) | undefined
  #waiting: (() => void)[] = []

  constructor(
    name: string,
    process: Process,
    options: Omit<SharedSessionOptions, 'clock' | 'clientId'>,
  ) {
    this.name = name
    this.process = process
    this.session = createSharedSession({ ...options, clientId: 'app', clock: process.clock })
  }

  get isBusy(): boolean {
    return this.state === 'loading' || this.state === 'refreshing'
  }

  #enter(state: SimulatedClient['state']): number {
    this.state = state
    if (state === 'absent' || state === 'stopped') this.credentials = undefined
    if (state === 'absent') this.known = {}
    const turn = ++this.#turn
    if (!this.isBusy) for (const run of this.#waiting.splice(0)) run()
    return turn
  }

  #take(credentials: Credentials): void {
    this.credentials = credentials
    this.known = { token: credentials.access_token.reveal() }
    this.#serial++
    this.#error = undefined
    this.#isUrgent = false
    this.#enter('kept')
  }

  start(): void {
    const turn = this.#enter('loading')
    this.#close = this.session.open((change) => {
      const { simulation } = this.process
      if (change.type === 'pair.restored' || change.type === 'pair.refreshed') {
        simulation.note(
          this.name,
          change.type,
          change.credentials.access_token.reveal(),
          change.credentials.sub,
        )
        this.#take(change.credentials)
      } else if (change.type === 'pair.lost') {
        simulation.note(this.name, 'pair.lost', change.error?.code ?? '')
        this.#error = change.error
        this.#enter('absent')
      } else simulation.note(this.name, change.type)
    })
    // A stored session comes as a change, before this settles.
    const loaded = () => this.#turn === turn && this.#enter('absent')
    this.session.load().then(loaded, loaded)
  }

  stop(): void {
    this.#close?.()
    this.#close = undefined
    this.#enter('stopped')
  }

  signIn(tokens: Tokens): void {
    if (this.state === 'stopped') return
    const credentials = toCredentials(tokens, this.process.clock)
    this.session.begin(credentials)
    this.#take(credentials)
  }

  /** Returns whether there was a session to end. */
  signOut(): boolean {
    if (!this.credentials || this.state === 'stopped' || this.state === 'loading') return false
    this.session.end()
    this.#error = undefined
    this.#enter('absent')
    return true
  }

  /** The page is seen again, or the line is back. */
  wake(): void {
    if (this.state === 'stopped') return
    this.session.reload()
    if (this.state === 'pausing' && this.#error?.retryAfter === undefined) {
      this.#isUrgent = true
      this.#enter('kept')
    }
  }

  #refresh(): void {
    if (this.state !== 'kept') return
    const turn = this.#enter('refreshing')
    const isUrgent = this.#isUrgent
    this.session.refresh({ isUrgent }).then(
      () => this.#turn === turn && this.#enter('kept'),
      (thrown: unknown) => {
        if (this.#turn !== turn) return
        this.#error = AuthError.from(thrown)
        this.#isUrgent = false
        const pause = this.#enter('pausing')
        void this.process.clock
          .until(this.session.retryAt)
          .then(() => this.#turn === pause && this.#enter('kept'))
      },
    )
  }

  #freshness() {
    return this.credentials
      ? validityOf(this.credentials, this.process.clock).freshness()
      : 'expired'
  }

  #usable(): Answer | undefined {
    if (!this.credentials) return undefined
    const freshness = this.#freshness()
    const isUsable = freshness === 'due' || (freshness === 'fresh' && !this.isBusy)
    return isUsable ? this.#answer(this.credentials) : undefined
  }

  #answer({ access_token, sub }: Credentials): Answer {
    return { type: 'token', token: access_token.reveal(), user: sub }
  }

  /** Asks for a token, as a request does. */
  async ask(): Promise<Answer> {
    if (this.state === 'stopped') return { type: 'cancelled' }
    const usable = this.#usable()
    if (usable) {
      if (this.#freshness() !== 'fresh') this.#refresh()
      return usable
    }
    for (let last: number | undefined; ;) {
      if (this.isBusy) await new Promise<void>((resolve) => this.#waiting.push(resolve))
      if ((this.state as string) === 'stopped') return { type: 'cancelled' }
      const usable = this.#usable()
      if (usable) return usable
      if (!this.credentials) return { type: 'signedOut', error: this.#error }
      if (this.#serial === last || this.state === 'pausing')
        return this.#freshness() === 'expired'
          ? { type: 'unavailable' }
          : this.#answer(this.credentials)
      last = this.#serial
      this.#refresh()
    }
  }
}
