import { addUser, type NewUser, removeUser, type UserView, viewUser } from './manageUsers.ts'
import { authorizeByUri } from './endpoints/providerPage.ts'
import { createApp } from './http/app.ts'
import type { Connection } from './http/route.ts'
import type { AccessRule, AppSource, Config, ProviderSettings, RefreshPolicy } from './config.ts'
import { inbox, setClock } from './control.ts'
import { createCore, type CoreOptions } from './core.ts'
import { admin } from './database/documents.ts'
import type { Fields as Document } from './database/values.ts'
import type { Fault } from './http/faults.ts'
import { Fields } from './fields.ts'
import type { LoggedRequest } from './http/requestLog.ts'
import { listen, type Listener, type ListenOptions } from './http/server.ts'
import { type LoadOutcome, loadState, saveState } from './stateFile.ts'
import { listFiles, type FileView } from './manageFiles.ts'
import type { CloudFunction, FunctionContext } from './rules/functions.ts'
import type { TicketOptions } from './rules/tickets.ts'
import type { Message, UserStatus } from './state.ts'

export type { AccessRule, AppSource, CloudFunction, Document, FileView, FunctionContext }
export type { Config, Fault, Listener, ListenOptions, LoggedRequest, Message, NewUser, UserView }
export type { LoadOutcome, ProviderSettings, RefreshPolicy, TicketOptions, UserStatus }

/** Options of {@link createSandbox}. */
export interface SandboxOptions extends CoreOptions {
  /** Called after every operation that may have changed the state. Use it to save the state. */
  onChange?: () => void
}

/** A CloudBase-compatible auth server in the current process. */
export interface Sandbox {
  /**
   * Sends a request to the server without a socket, including those to the control API.
   *
   * @throws TypeError if a planned fault breaks the connection.
   */
  fetch(input: Request | URL | string, init?: RequestInit): Promise<Response>
  /** Listens on a socket. Default: a free port of `127.0.0.1`. */
  listen(options?: ListenOptions): Promise<Listener>
  /** Lists delivered codes, newest first; with `to`, those sent to one contact. */
  inbox(to?: string): Message[]
  /** Lists the last 1,000 requests, newest last, with secrets masked. */
  requests(): LoggedRequest[]
  /**
   * Merges settings, if given, and returns all of them.
   *
   * @throws ApiError `invalid_argument` for an unknown setting or an invalid value.
   */
  config(patch?: Partial<Config>): Config
  /**
   * Replaces the planned faults, if given, and returns the remaining ones.
   *
   * @throws ApiError `invalid_argument` for a malformed fault.
   */
  faults(faults?: readonly Fault[]): Fault[]
  /**
   * Returns the text of a captcha picture.
   *
   * @param token came with the picture; default: that of the newest one that is not solved
   */
  captchaAnswer(token?: string): string | undefined
  /**
   * Submits the consent page of an identity provider.
   *
   * @param uri The `uri` that `GET /auth/v1/provider/uri` returned.
   * @param account The provider account that consents. Without one, the request is denied.
   * @returns The URL the page redirects to.
   * @throws ApiError `invalid_argument` for another URI or a malformed account.
   */
  consent(uri: string, account?: string): string
  /**
   * Creates a ticket for `POST /auth/v1/signin/custom`, as an app's own server would.
   *
   * @throws ApiError `invalid_argument` for a malformed uid.
   */
  mintTicket(uid: string, options?: TicketOptions): Promise<string>
  /** Advances the server's clock; a negative number sets it back. */
  advance(seconds: number): void
  /**
   * Adds a user without any verification.
   *
   * @throws ApiError `invalid_argument`, `already_exists` or `failed_precondition`.
   */
  addUser(user: NewUser): Promise<UserView>
  /** Removes a user and revokes the user's sessions. Does nothing for an unknown id. */
  removeUser(sub: string): void
  /** Lists all users, including guests. */
  users(): UserView[]
  /** Lists all documents of a collection. */
  documents(collection: string): Document[]
  /**
   * Adds documents to a collection, as the app's server would.
   *
   * @returns Their ids.
   * @throws ServiceError `DATABASE_DUPLICATE_WRITE` for an id in use.
   */
  addDocuments(collection: string, documents: readonly object[]): string[]
  /** Lists the stored files. */
  files(): FileView[]
  /** Restores the initial state: no users, sessions, documents, files, faults or log; initial settings and time. */
  reset(): void
  /** Writes users, sessions, documents, files, keys and settings to a file, which is replaced as a whole. */
  save(file: string): Promise<void>
  /** Reads a file that `save` wrote. A damaged file is renamed and changes nothing. */
  load(file: string): Promise<LoadOutcome>
}

/**
 * Creates a CloudBase-compatible auth server.
 *
 * @example
 *   const sandbox = createSandbox({ config: { accessTokenSeconds: 5 } })
 *   const { url, close } = await sandbox.listen({ port: 0 })
 *   await sandbox.addUser({ username: 'ada', password: 'correct horse battery' })
 *   // … point a client at `url` …
 *   await close()
 *
 * @param options Initial settings, clock and change handler.
 * @returns The sandbox, which does not listen until `listen` is called.
 * @throws ApiError `invalid_argument` for an unknown setting or an invalid value.
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const core = createCore(options)
  const onChange = (): void => options.onChange?.()
  const app = createApp(core)
  const handle = async (request: Request, connection: Connection): Promise<Response> => {
    const response = await app.fetch(overrideMethod(request), connection)
    if (request.method !== 'GET') onChange()
    return response
  }
  return {
    async fetch(input, init) {
      const request = new Request(input, init)
      const connection: Connection = { isLocal: true, isBroken: false }
      const response = await Promise.race([
        handle(request, connection),
        rejectOnAbort(request.signal),
      ])
      if (connection.isBroken) throw new TypeError('fetch failed')
      return response
    },
    listen: (listenOptions) => listen(handle, listenOptions),
    inbox: (to) => structuredClone(inbox(core, to)),
    requests: () => core.requestLog.list(),
    config(patch) {
      if (patch) {
        core.configure(patch)
        onChange()
      }
      return structuredClone(core.config())
    },
    faults(faults) {
      if (faults) core.faults.set(faults)
      return core.faults.list()
    },
    captchaAnswer: (token) => core.captchas.answer(token),
    consent(uri, account) {
      const location = authorizeByUri(core, uri, account)
      onChange()
      return location
    },
    mintTicket: (uid, options) => core.tickets.mint(uid, options),
    advance(seconds) {
      setClock(core, { offsetSeconds: core.clock.offsetSeconds + seconds })
      onChange()
    },
    async addUser(user) {
      const added = await addUser(core, new Fields(Object.entries(user)))
      onChange()
      return added
    },
    removeUser(sub) {
      removeUser(core, sub)
      onChange()
    },
    users: () => [...core.state.users.values()].map((user) => structuredClone(viewUser(user))),
    documents: (collection) => core.documents.find(admin, collection, {}, { limit: Infinity }),
    addDocuments(collection, documents) {
      const ids = core.documents.add(admin, collection, documents)
      onChange()
      return ids
    },
    files: () => listFiles(core),
    reset() {
      core.reset()
      onChange()
    },
    save: (file) => saveState(core, file),
    load: (file) => loadState(core, file),
  }
}

const rejectOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    if (signal.aborted) reject(signal.reason)
  })

/** Applies `X-HTTP-Method-Override`, for clients that can only send GET and POST. */
function overrideMethod(request: Request): Request {
  const method = request.headers.get('x-http-method-override')?.toUpperCase() ?? ''
  const isOverride = request.method === 'POST' && ['PATCH', 'PUT', 'DELETE'].includes(method)
  return isOverride ? new Request(request, { method }) : request
}
