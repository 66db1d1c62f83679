import { addUser, type NewUser, type UserView, viewUser } from './accounts.ts'
import { createApp, type Link } from './app.ts'
import type { Config, RefreshPolicy } from './config.ts'
import { inbox, setClock } from './control.ts'
import { createCore, type CoreOptions } from './core.ts'
import type { Fault } from './faults.ts'
import { Fields } from './fields.ts'
import type { LoggedRequest } from './journal.ts'
import { listen, type Listener, type ListenOptions } from './server.ts'
import type { Message, UserStatus } from './state.ts'

export type { Config, Fault, Listener, ListenOptions, LoggedRequest, Message, NewUser, UserView }
export type { CoreOptions as SandboxOptions, RefreshPolicy, UserStatus }

/** A CloudBase-compatible auth server in this process. */
export interface Sandbox {
  /** Answers a request as if it had come over the network. A broken connection is a TypeError. */
  fetch(request: Request): Promise<Response>
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
  /** Moves the server's clock on. */
  advance(seconds: number): void
  /** Makes a user. */
  addUser(user: NewUser): Promise<UserView>
  /** All users, guests included. */
  users(): UserView[]
  /** Back to the start: no users, no sessions, no faults, the first settings, the real time. */
  reset(): void
}

/**
 * Makes a sandbox.
 *
 * @example
 *   const sandbox = createSandbox({ config: { accessTokenSeconds: 5 } })
 *   const { url, close } = await sandbox.listen()
 */
export function createSandbox(options: CoreOptions = {}): Sandbox {
  const core = createCore(options)
  const app = createApp(core)
  const handle = (request: Request, link: Link): Response | Promise<Response> =>
    app.fetch(overrideMethod(request), link)
  return {
    async fetch(request) {
      const link: Link = { isLocal: true, isBroken: false }
      const response = await handle(request, link)
      if (link.isBroken) throw new TypeError('fetch failed')
      return response
    },
    listen: (where) => listen(handle, where),
    inbox: (to) => structuredClone(inbox(core, to)),
    requests: () => core.journal.list(),
    config: (patch) => (patch ? core.configure(patch) : core.config()),
    faults(faults) {
      if (faults) core.faults.set(faults)
      return core.faults.list()
    },
    captchaAnswer: (token) => core.captchas.answer(token),
    advance: (seconds) => setClock(core, { offsetSeconds: core.clock.offsetSeconds + seconds }),
    addUser: (user) => addUser(core, new Fields(Object.entries(user))),
    users: () => [...core.state.users.values()].map((user) => structuredClone(viewUser(user))),
    reset: () => core.reset(),
  }
}

/** Some clients can only POST and name the method they mean in a header. */
function overrideMethod(request: Request): Request {
  const method = request.headers.get('x-http-method-override')?.toUpperCase() ?? ''
  const isOverride = request.method === 'POST' && ['PATCH', 'PUT', 'DELETE'].includes(method)
  return isOverride ? new Request(request, { method }) : request
}
