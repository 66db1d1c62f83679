import { addUser, type NewUser, removeUser, type UserView, viewUser } from './accounts.ts'
import { decideAt } from './endpoints/providerPage.ts'
import { createApp } from './http/app.ts'
import type { Link } from './http/route.ts'
import type { Config, ProviderSettings, RefreshPolicy } from './config.ts'
import { inbox, setClock } from './control.ts'
import { createCore, type CoreOptions } from './core.ts'
import type { Fault } from './http/faults.ts'
import { Fields } from './fields.ts'
import type { LoggedRequest } from './http/journal.ts'
import { listen, type Listener, type ListenOptions } from './http/server.ts'
import { type LoadOutcome, loadState, saveState } from './stateFile.ts'
import type { TicketOptions } from './rules/tickets.ts'
import type { Message, UserStatus } from './state.ts'

export type { Config, Fault, Listener, ListenOptions, LoggedRequest, Message, NewUser, UserView }
export type { LoadOutcome, ProviderSettings, RefreshPolicy, TicketOptions, UserStatus }

/** How a sandbox starts. */
export interface SandboxOptions extends CoreOptions {
  /** Called after whatever may have changed the state, which is then worth saving. */
  onChange?: () => void
}

/** A CloudBase-compatible auth server in this process. */
export interface Sandbox {
  /** Like the global `fetch`, but into this server. A broken connection is a `TypeError`. */
  fetch(input: Request | URL | string, init?: RequestInit): Promise<Response>
  /** Listens on a socket. */
  listen(options?: ListenOptions): Promise<Listener>
  /** Delivered codes, newest first. */
  inbox(to?: string): Message[]
  /** Requests so far, newest last, secrets masked. */
  requests(): LoggedRequest[]
  /** Merges settings, if given, and answers all of them. */
  config(patch?: Partial<Config>): Config
  /** Replaces the planned faults, if given, and answers those still to come. */
  faults(faults?: readonly Fault[]): Fault[]
  /** What a picture says, by the token it came with. */
  captchaAnswer(token: string): string | undefined
  /**
   * Decides on the page of a third party, named by the `uri` that `provider/uri` answered, as this
   * person or, without one, by a denial. Answers where the page leads.
   */
  consent(uri: string, person?: string): string
  /** A ticket for `POST /auth/v1/signin/custom`, as an app's own server would make it. */
  mintTicket(uid: string, options?: TicketOptions): Promise<string>
  /** Moves the server's clock on. */
  advance(seconds: number): void
  /** Makes a user. */
  addUser(user: NewUser): Promise<UserView>
  /** Removes a user and ends their sessions; one who is not there stays so. */
  removeUser(sub: string): void
  /** All users, guests included. */
  users(): UserView[]
  /** Back to the start: no users, no sessions, no faults, the first settings, the real time. */
  reset(): void
  /** Writes users, sessions, the signing key and settings to a file, whole or not at all. */
  save(file: string): Promise<void>
  /** Reads what `save` wrote. A damaged file is moved aside and changes nothing. */
  load(file: string): Promise<LoadOutcome>
}

/**
 * Makes a sandbox.
 *
 * @example
 *   const sandbox = createSandbox({ config: { accessTokenSeconds: 5 } })
 *   const { url, close } = await sandbox.listen()
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const core = createCore(options)
  const changed = (): void => options.onChange?.()
  const app = createApp(core)
  const handle = async (request: Request, link: Link): Promise<Response> => {
    const response = await app.fetch(overrideMethod(request), link)
    if (request.method !== 'GET') changed()
    return response
  }
  return {
    async fetch(input, init) {
      const request = new Request(input, init)
      const link: Link = { isLocal: true, isBroken: false }
      const response = await Promise.race([handle(request, link), aborted(request.signal)])
      if (link.isBroken) throw new TypeError('fetch failed')
      return response
    },
    listen: (where) => listen(handle, where),
    inbox: (to) => structuredClone(inbox(core, to)),
    requests: () => core.journal.list(),
    config(patch) {
      if (patch) {
        core.configure(patch)
        changed()
      }
      return structuredClone(core.config())
    },
    faults(faults) {
      if (faults) core.faults.set(faults)
      return core.faults.list()
    },
    captchaAnswer: (token) => core.captchas.answer(token),
    consent(uri, person) {
      const location = decideAt(core, uri, person)
      changed()
      return location
    },
    mintTicket: (uid, options) => core.tickets.mint(uid, options),
    advance(seconds) {
      setClock(core, { offsetSeconds: core.clock.offsetSeconds + seconds })
      changed()
    },
    async addUser(user) {
      const added = await addUser(core, new Fields(Object.entries(user)))
      changed()
      return added
    },
    removeUser(sub) {
      removeUser(core, sub)
      changed()
    },
    users: () => [...core.state.users.values()].map((user) => structuredClone(viewUser(user))),
    reset() {
      core.reset()
      changed()
    },
    save: (file) => saveState(core, file),
    load: (file) => loadState(core, file),
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    if (signal.aborted) reject(signal.reason)
  })

/** Some clients can only POST and name the method they mean in a header. */
function overrideMethod(request: Request): Request {
  const method = request.headers.get('x-http-method-override')?.toUpperCase() ?? ''
  const isOverride = request.method === 'POST' && ['PATCH', 'PUT', 'DELETE'].includes(method)
  return isOverride ? new Request(request, { method }) : request
}
