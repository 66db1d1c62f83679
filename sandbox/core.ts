import { type Captchas, createCaptchas } from './rules/captchas.ts'
import { type Clock, createClock } from './clock.ts'
import { type Config, defaultConfig, mergeConfig } from './config.ts'
import { createEnvelopes, type Envelopes } from './rules/envelopes.ts'
import { createFaults, type Faults } from './http/faults.ts'
import { createJournal, type Journal } from './http/journal.ts'
import { createProviders, type Providers } from './rules/providers.ts'
import { createSessions, type Sessions } from './rules/sessions.ts'
import { createState, type State } from './state.ts'
import { createSudo, type Sudo } from './rules/sudo.ts'
import { createTally, type Tally } from './rules/tally.ts'
import { createTickets, type Tickets } from './rules/tickets.ts'
import { createUsers, type Users } from './rules/users.ts'
import { createVerifications, type Verifications } from './rules/verifications.ts'

/** The server without its HTTP face: what every endpoint and the control API work on. */
export interface Core {
  readonly state: State
  readonly clock: Clock
  readonly tally: Tally
  readonly users: Users
  readonly sessions: Sessions
  readonly verifications: Verifications
  readonly sudo: Sudo
  readonly providers: Providers
  readonly tickets: Tickets
  readonly envelopes: Envelopes
  readonly captchas: Captchas
  readonly faults: Faults
  readonly journal: Journal
  config(): Config
  /** Merges settings and answers all of them. */
  configure(patch: object): Config
  /** Back to the start: no users, no sessions, no faults, the first settings, the real time. */
  reset(): void
}

/** How a core starts. */
export interface CoreOptions {
  /** Settings that differ from {@link defaultConfig}. */
  config?: Partial<Config>
  /** Milliseconds since the epoch; the machine's clock unless given. */
  now?: () => number
}

/** Makes a core. */
export function createCore(options: CoreOptions = {}): Core {
  const first = mergeConfig(defaultConfig, options.config ?? {})
  let config = first
  const current = (): Config => config
  const clock = createClock(options.now ?? Date.now)
  const state = createState()
  const faults = createFaults()
  const journal = createJournal(clock)
  return {
    state,
    clock,
    faults,
    journal,
    tally: createTally(state, clock),
    users: createUsers(state, clock),
    sessions: createSessions(state, clock, current),
    verifications: createVerifications(state, clock, current),
    sudo: createSudo(state, clock, current),
    providers: createProviders(state, clock, current),
    tickets: createTickets(state, clock),
    envelopes: createEnvelopes(state),
    captchas: createCaptchas(state, clock, current),
    config: current,
    configure(patch) {
      config = mergeConfig(config, patch)
      return config
    },
    reset() {
      config = first
      clock.offsetSeconds = 0
      Object.assign(state, createState())
      faults.set([])
      journal.clear()
    },
  }
}
