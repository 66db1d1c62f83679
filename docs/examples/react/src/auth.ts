import {
  account,
  createAuth,
  provider,
  resetPassword,
  signIn,
  takeReturn,
  upgrade,
  type View,
} from 'cloudbase-authflow'

export const flows = { signIn, resetPassword, provider, upgrade, account }
export type AuthView = View<typeof flows>

// On the page that a provider leads back to, before the router reads the address.
const url = takeReturn()

export const auth = createAuth({
  env: import.meta.env.VITE_CLOUDBASE_ENV,
  endpoint: import.meta.env.VITE_CLOUDBASE_ENDPOINT,
  language: 'en-US',
  flows,
})
auth.start()
if (url) auth.send({ type: 'provider.return', url })

/** The pages with a form, and the flows whose steps they show; the first one starts with the page. */
export const pages = {
  '/sign-in': ['signIn', 'resetPassword', 'provider'],
  '/upgrade': ['upgrade'],
  '/account': ['account'],
} as const

/** Resolves when it is known who is signed in. */
export const ready = new Promise<void>((resolve) => {
  auth.subscribe(({ status }) => status !== 'unknown' && resolve())
})

/** The page to show instead of `path` to this user, if `path` is not for them. */
export function redirectOf(path: string, { status, flow, step, busy }: AuthView) {
  const isSignedOut = status === 'signedOut'
  // A new user is signed in already when the flow asks for the profile.
  if (path === '/sign-in') return isSignedOut || busy || step === 'askingProfile' ? undefined : '/'
  if (isSignedOut) return '/sign-in'
  const isOpen =
    path === '/upgrade' ? status === 'anonymous' : path !== '/account' || status === 'signedIn'
  return isOpen || flow ? undefined : '/'
}

/** Starts the flow of a page, unless the page is not for this user, or a reload goes on with it. */
export function startFlow(page: keyof typeof pages): void {
  const view = auth.get()
  const [flow, ...others] = pages[page] as readonly (keyof typeof flows)[]
  if (view.status === 'unknown' || redirectOf(page, view)) return
  if (view.flow !== flow && !others.includes(view.flow!)) auth.send({ type: 'flow.start', flow })
}
