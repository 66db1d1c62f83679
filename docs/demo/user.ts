/** The signed-in user and the linked providers, loaded once and after every change. */
import { AuthError, type User } from 'cloudbase-authflow'
import { getProviders, getUser } from 'cloudbase-authflow/endpoints'
import { auth, ui } from './auth.ts'
import { beforeRefresh, refresh } from './dom.ts'

/** A provider as the server lists it. */
export interface Provider {
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

export let user: Loaded<User> = nothing
export let providers: Loaded<Provider[]> = nothing

const isSignedIn = () => ui.view.status === 'signedIn' || ui.view.status === 'anonymous'

async function load<T>(before: Loaded<T>, call: () => Promise<T>, set: (next: Loaded<T>) => void) {
  const { error, ...rest } = before
  const next: Loaded<T> = { ...rest, isLoading: true }
  set(next)
  queueMicrotask(refresh)
  try {
    next.value = await call()
    next.at = Date.now()
  } catch (thrown) {
    next.error = thrown instanceof AuthError ? thrown : new AuthError('unknown')
  }
  next.isLoading = false
  refresh()
}

export function loadUser(): void {
  void load(
    user,
    () => auth.call(getUser),
    (next) => (user = next),
  )
}

export function loadProviders(): void {
  void load(
    providers,
    async () => (await auth.call(getProviders)).data as Provider[],
    (next) => (providers = next),
  )
}

/** The status and user that the loaded data belongs to. */
let owner = ''

beforeRefresh(() => {
  const { status, user: viewUser, flow } = ui.view
  const ownerNow = `${status} ${viewUser?.uid ?? ''}`
  if (ownerNow !== owner) user = providers = nothing
  owner = ownerNow
  if (!isSignedIn()) return
  const isResting = !flow || flow === 'account'
  if (isResting && user === nothing) loadUser()
  if (flow === 'account' && providers === nothing) loadProviders()
})
