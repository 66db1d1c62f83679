import { type Captchas, createCaptchas } from './rules/captchas.ts'
import { type Clock, createClock } from './clock.ts'
import { type Config, defaultConfig, mergeConfig } from './config.ts'
import { createEncryption, type Encryption } from './rules/encryption.ts'
import { createDocuments, type Documents } from './database/documents.ts'
import { createFaults, type Faults } from './http/faults.ts'
import { createRequestLog, type RequestLog } from './http/requestLog.ts'
import { createFiles, type Files } from './rules/files.ts'
import { type CloudFunction, createFunctions, type Functions } from './rules/functions.ts'
import { createProviders, type Providers } from './rules/providers.ts'
import { createSessions, type Sessions } from './rules/sessions.ts'
import { createState, type State } from './state.ts'
import { createSudo, type Sudo } from './rules/sudo.ts'
import { createCounters, type Counters } from './rules/counters.ts'
import { createTickets, type Tickets } from './rules/tickets.ts'
import { createUsers, type Users } from './rules/users.ts'
import { createVerifications, type Verifications } from './rules/verifications.ts'

/** The server without HTTP: the state and rules that all endpoints and the control API share. */
export interface Core {
  readonly state: State
  readonly clock: Clock
  readonly counters: Counters
  readonly users: Users
  readonly sessions: Sessions
  readonly verifications: Verifications
  readonly sudo: Sudo
  readonly providers: Providers
  readonly tickets: Tickets
  readonly encryption: Encryption
  readonly captchas: Captchas
  readonly documents: Documents
  readonly files: Files
  readonly functions: Functions
  readonly faults: Faults
  readonly requestLog: RequestLog
  /** Returns the current settings. */
  config(): Config
  /**
   * Merges settings and returns all of them.
   *
   * @throws ApiError `invalid_argument` for an unknown setting or an invalid value.
   */
  configure(patch: object): Config
  /** Restores the initial state: no users, sessions, faults or log; initial settings and time. */
  reset(): void
}

/** Options of {@link createCore}. */
export interface CoreOptions {
  /** Settings that differ from the defaults. */
  config?: Partial<Config>
  /** Returns milliseconds since the epoch. Default: `Date.now`. */
  now?: () => number
  /** Cloud functions by name, for `callFunction`. */
  functions?: Readonly<Record<string, CloudFunction>>
}

/**
 * Creates a core with an empty state.
 *
 * @param options Initial settings and clock.
 * @returns The core.
 * @throws ApiError `invalid_argument` for an unknown setting or an invalid value.
 */
export function createCore(options: CoreOptions = {}): Core {
  const initial = mergeConfig(defaultConfig, options.config ?? {})
  let config = initial
  const current = (): Config => config
  const clock = createClock(options.now ?? Date.now)
  const state = createState()
  const faults = createFaults()
  const requestLog = createRequestLog(clock)
  return {
    state,
    clock,
    faults,
    requestLog,
    counters: createCounters(state, clock),
    users: createUsers(state, clock),
    sessions: createSessions(state, clock, current),
    verifications: createVerifications(state, clock, current),
    sudo: createSudo(state, clock, current),
    providers: createProviders(state, clock, current),
    tickets: createTickets(state, clock),
    encryption: createEncryption(state),
    captchas: createCaptchas(state, clock, current),
    documents: createDocuments(state, clock, current),
    files: createFiles(state, clock),
    functions: createFunctions(options.functions ?? {}),
    config: current,
    configure(patch) {
      config = mergeConfig(config, patch)
      return config
    },
    reset() {
      config = initial
      clock.offsetSeconds = 0
      Object.assign(state, createState())
      faults.set([])
      requestLog.clear()
    },
  }
}
