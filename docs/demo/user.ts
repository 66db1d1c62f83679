import * as endpoints from '../../services/http/endpoints.ts'
/** Who is signed in, and by which providers they may come: asked for once and after every change. */
import { AuthError, type User } from 'cloudbase-authflow'
import { auth, ui } from './auth.ts'
import { beforeDrawing, refresh } from './live.ts'

/** A provider as the server lists it. */
export interface Provider {
  id: string
  name?: string
  bind?: boolean
  provider_user_name?: string
}

interface Known<T> {
  value?: T
  /** When it was answered. */
  at?: number
  isLoading: boolean
  error?: AuthError
}

const nothing = { isLoading: false }

export let user: Known<User> = nothing
export let providers: Known<Provider[]> = nothing

const isHere = () => ui.view.status === 'signedIn' || ui.view.status === 'anonymous'

async function ask<T>(before: Known<T>, call: () => Promise<T>, set: (known: Known<T>) => void) {
  const { error, ...rest } = before
  const known: Known<T> = { ...rest, isLoading: true }
  set(known)
  queueMicrotask(refresh)
  try {
    known.value = await call()
    known.at = Date.now()
  } catch (thrown) {
    known.error = thrown instanceof AuthError ? thrown : new AuthError('unknown')
  }
  known.isLoading = false
  refresh()
}

export function loadUser(): void {
  void ask(
    user,
    () => auth.call(endpoints.getUser),
    (known) => (user = known),
  )
}

export function loadProviders(): void {
  void ask(
    providers,
    async () => (await auth.call(endpoints.getProviders)).data as Provider[],
    (known) => (providers = known),
  )
}

/** Somebody else, or the same with other rights: nothing that is known holds. */
let whose = ''

beforeDrawing(() => {
  const { status, user: now, flow } = ui.view
  const who = `${status} ${now?.uid ?? ''}`
  if (who !== whose) user = providers = nothing
  whose = who
  if (!isHere()) return
  const isResting = !flow || flow === 'account'
  if (isResting && user === nothing) loadUser()
  if (flow === 'account' && providers === nothing) loadProviders()
})
