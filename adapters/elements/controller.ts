import { AuthError } from '../../services/error.ts'
import { getProviders, getUser } from '../../services/http/endpoints.ts'
import type { User } from '../../services/http/wire.ts'
import { takeReturn } from '../../services/platform/popup.ts'
import type { Auth } from '../client/options.ts'
import type { UiEvent, UiFlows } from '../ui/fields.ts'
import { type EditName, type Screen, screenOf, type UiView } from './screens.ts'
import { editSuccessOf, type Success, successOf } from './success.ts'
import { loadUiState, saveUiState, type UiState } from './uiState.ts'

/**
 * A client of `createAuth` with any flows. An element shows the steps of those that this package has,
 * under their own names: `signIn`, `provider`, `resetPassword`, `upgrade`, `account`.
 */
export interface AnyAuth {
  start(): void
  get(): object
  subscribe(run: (view: object) => void): () => void
  send(event: never): void
}

/** A provider as the server lists it. */
export interface LinkedProvider {
  id: string
  name?: string
  bind?: boolean
  provider_user_name?: string
}

interface Loaded<T> {
  value?: T
  /** When the server answered, in milliseconds since the epoch. */
  at?: number
  isLoading: boolean
  error?: AuthError
}

const nothing = { isLoading: false }

/** The network or the server failed: what was typed may be right. */
const NETWORK = new Set(['unreachable', 'deadline_exceeded', 'unavailable', 'invalid_response'])

/** What all elements of one client share: its view, and what they show beside it. */
export interface Controller {
  readonly auth: Auth<UiFlows>
  readonly view: UiView
  readonly screen: Screen
  readonly state: Readonly<UiState>
  /** Why a flow or a session ended by itself. */
  readonly notice: AuthError | undefined
  readonly success: Success | undefined
  readonly user: Loaded<User>
  readonly providers: Loaded<LinkedProvider[]>
  /** This page is a popup whose response has been posted, so that nothing is left to do. */
  readonly isFinishedPopup: boolean
  /** The error of the running flow, unless it is over or dismissed. */
  readonly error: AuthError | undefined
  /** A provider was unlinked, and nothing has happened since. */
  readonly hasUnlinked: boolean
  /** The screen that has had the focus last. */
  focused: Screen
  /** Whether an element of this name shows the client. */
  isShown(name: string): boolean
  /** Calls `run` after every change, as long as the element shows the client; returns how to end that. */
  attach(name: string, run: () => void): () => void
  save(changes: UiState): void
  send(event: UiEvent): void
  can(event: UiEvent): boolean
  /** Sends the first of these events that is accepted now. */
  sendFirst(...events: UiEvent[]): void
  openEdit(name: EditName): void
  closeEdit(): void
  cancelEdit(): void
  submitEdit(event: UiEvent, target?: UiState['target']): void
  loadUser(): Promise<void>
  loadProviders(): Promise<void>
}

/** Checks whether the network failed, which is no fault of a field. */
export const isNetworkError = (error: AuthError | undefined): boolean =>
  !!error && NETWORK.has(error.code)

/** An authorization response in the address, taken once for the page. */
let response: { url?: string; isFinishedPopup: boolean } | undefined

function takeResponse() {
  if (response) return response
  const before = location.href
  const url = takeReturn()
  return (response = { url, isFinishedPopup: url === undefined && location.href !== before })
}

const controllers = new WeakMap<AnyAuth, Controller>()

/** Returns the controller of a client, which starts the client. */
export function controllerOf(auth: AnyAuth): Controller {
  const known = controllers.get(auth)
  if (known) return known
  const created = createController(auth as unknown as Auth<UiFlows>)
  controllers.set(auth, created)
  return created
}

function createController(auth: Auth<UiFlows>): Controller {
  const hosts = new Set<{ name: string; run(): void }>()
  const { url, isFinishedPopup } = takeResponse()
  /** What happened to the authorization response that this page was opened with. */
  let responseState: 'none' | 'sent' | 'read' = 'none'
  let dismissed: AuthError | undefined
  let isLeavingEdit = false
  let shownError: AuthError | undefined
  let owner = ''
  let isScheduled = false
  /** The running flow began while signed out. */
  let wasSignedOut = false

  const c = {
    auth,
    view: auth.get(),
    screen: 'loading' as Screen,
    state: loadUiState(),
    notice: undefined as AuthError | undefined,
    success: undefined as Success | undefined,
    user: nothing as Loaded<User>,
    providers: nothing as Loaded<LinkedProvider[]>,
    isFinishedPopup,
    hasUnlinked: false,
    focused: 'loading' as Screen,

    get error() {
      const { error } = c.view
      return error === dismissed ? undefined : error
    },

    isShown: (name: string) => [...hosts].some((host) => host.name === name),
    attach(name: string, run: () => void) {
      const host = { name, run }
      hosts.add(host)
      if (!isFinishedPopup) onView(c.view)
      return () => void hosts.delete(host)
    },
    save(changes: UiState) {
      const entries = Object.entries(changes) as [keyof UiState, unknown][]
      if (entries.every(([name, value]) => c.state[name] === value)) return
      c.state = { ...c.state, ...changes }
      saveUiState(c.state)
      notify()
    },
    send: (event: UiEvent) => auth.send(event),
    can: (event: UiEvent) => c.view.can(event),
    sendFirst(...events: UiEvent[]) {
      const event = events.find(c.can)
      if (event) c.send(event)
    },

    openEdit: showEdit,
    closeEdit: () => showEdit(undefined),
    cancelEdit() {
      isLeavingEdit = true
      c.save({ edit: undefined, target: undefined })
      c.send({ type: 'edit.cancel' })
    },
    submitEdit(event: UiEvent, target?: UiState['target']) {
      dismissed = undefined
      c.save({ target })
      c.send(event)
    },

    loadUser: () => load('user', () => auth.call(getUser)),
    loadProviders: () =>
      load(
        'providers',
        async () => (await auth.call(getProviders)).data as readonly LinkedProvider[],
      ),
  }

  /** Shows a form of the account or, without a name, its overview; what was said before is over. */
  function showEdit(name: EditName | undefined) {
    dismissed = c.view.error
    c.notice = c.success = undefined
    c.save({ edit: name, target: undefined })
    update()
  }

  function notify() {
    if (isScheduled) return
    isScheduled = true
    queueMicrotask(() => {
      isScheduled = false
      for (const { run } of hosts) run()
    })
  }

  async function load(name: 'user' | 'providers', call: () => Promise<unknown>) {
    const { error: _, ...rest } = c[name]
    const next: Loaded<unknown> = { ...rest, isLoading: true }
    const set = (loaded: Loaded<unknown>) => Object.assign(c, { [name]: loaded })
    set(next)
    notify()
    const done: Loaded<unknown> = { ...rest, isLoading: false }
    try {
      done.value = await call()
      done.at = Date.now()
    } catch (thrown) {
      done.error = thrown instanceof AuthError ? thrown : new AuthError('unknown')
    }
    // Another user may have signed in meanwhile.
    if (c[name] === next) set(done)
    notify()
  }

  /** Shows a notice if the response belongs to no authorization request of this tab. */
  function checkResponse({ status, step }: UiView) {
    if (responseState === 'none' || status === 'unknown') return
    if (step === 'readingCallback') return void (responseState = 'read')
    const isAccepted = responseState === 'read' && step !== 'askingReturn' && step !== 'askingPopup'
    responseState = 'none'
    if (!isAccepted) c.notice = new AuthError('foreign_callback')
  }

  /** The user has signed in in another tab while this one waited for a provider. */
  const isForeignSignIn = (flow?: string) =>
    flow === 'provider' && wasSignedOut && c.view.status === 'signedIn'

  /**
   * Starts `signIn` while signed out, and cancels it when the user has signed in in another tab. The
   * error of a flow that has ended is kept as a notice, unless the flow achieved something.
   */
  function startOrCancel({ status, flow, step, busy, error }: UiView, success?: Success) {
    const isEntry = flow === 'signIn' || flow === 'resetPassword' || flow === 'upgrade'
    const isDone = status === 'signedIn' && isEntry && step !== 'askingProfile'
    if ((isDone || isForeignSignIn(flow)) && !busy) return c.send({ type: 'flow.cancel' })
    if (flow || status !== 'signedOut' || !c.isShown('authflow-sign-in')) return
    if (!success && error) c.notice ??= error
    c.send({ type: 'flow.start', flow: 'signIn' })
  }

  /** Closes the form of an edit that is done, and keeps it open where the edit failed. */
  function followEdit(before: UiView, { status, flow, step, error }: UiView) {
    if (status === 'unknown') return
    if (flow !== 'account') return c.save({ edit: undefined, target: undefined })
    if (step === 'unbindingProvider') c.hasUnlinked = true
    else if (step !== 'askingEdit' || error) c.hasUnlinked = false
    if (step !== 'askingEdit') return
    if (isLeavingEdit) {
      isLeavingEdit = false
      dismissed = error
    }
    const last = before.flow === 'account' ? before.step : undefined
    if (error || !last || last === step) return
    const success = editSuccessOf(last, c.state.edit)
    if (success) c.success = success
    else if (last !== 'unbindingProvider') return
    c.save({ edit: undefined, target: undefined })
    void c.loadUser()
    void c.loadProviders()
  }

  function loadWhatIsShown({ status, user, flow }: UiView) {
    const ownerNow = `${status} ${user?.uid ?? ''}`
    if (ownerNow !== owner) c.user = c.providers = nothing
    owner = ownerNow
    const isSignedIn = status === 'signedIn' || status === 'anonymous'
    if (!isSignedIn || !c.isShown('authflow-account')) return
    if ((!flow || flow === 'account') && c.user === nothing) void c.loadUser()
    if (flow === 'account' && c.providers === nothing) void c.loadProviders()
  }

  /** Brings all that is shown beside the view in line with it. */
  function update() {
    const { view } = c
    if (view.code) c.save({ contact: view.code.contact })
    const before = c.screen
    const current = before === 'loading' ? (c.state.screen ?? before) : before
    c.screen = screenOf(view, current, c.state.edit)
    if (c.screen !== 'loading') c.save({ screen: c.screen })
    notify()
    return c.screen !== before
  }

  function onView(view: UiView) {
    const before = c.view
    const { notice, success } = c
    c.view = view
    if (view.flow !== before.flow) wasSignedOut = view.status === 'signedOut'
    checkResponse(view)
    const achieved = successOf(before, view)
    if (achieved) c.success = achieved
    startOrCancel(view, achieved)
    followEdit(before, view)
    loadWhatIsShown(view)
    const hasMoved = update()
    // A notice or a success stays until the screen or the error changes.
    const isNew = notice !== c.notice || success !== c.success
    const isOver = hasMoved || (view.error && view.error !== shownError)
    if (isOver && !isNew) c.notice = c.success = undefined
    shownError = view.error
  }

  /** What a network failure said is no longer true. */
  function onOnline() {
    if (!isNetworkError(c.view.error)) return
    dismissed = c.view.error
    notify()
  }

  if (isFinishedPopup) return c
  auth.subscribe(onView)
  addEventListener('online', onOnline)
  auth.start()
  if (url) {
    responseState = 'sent'
    c.send({ type: 'provider.return', url })
  }
  return c
}
