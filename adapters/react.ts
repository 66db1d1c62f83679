import { useMemo, useSyncExternalStore } from 'react'
import type { Flows } from '../machines/core/session.ts'
import type { Auth } from './client/options.ts'
import type { View } from './client/view.ts'

/**
 * Returns a client's view, or what `select` takes from it, and renders the component again when that
 * changes. The client itself is neither started nor stopped: create and start it once per app, or on
 * a server once per request. Server rendering and hydration show the client's `initialView`.
 *
 * @param auth a client of `createAuth`
 * @param select a pure function of the view; the plain objects and arrays it returns are compared by
 *   their fields. Default: the whole view
 * @returns what `select` returns
 * @example
 *   const { step, error, busy } = useAuth(auth)
 *   const isSignedIn = useAuth(auth, ({ status }) => status === 'signedIn')
 */
export function useAuth<F extends Flows, T = View<F>>(
  auth: Auth<F>,
  select: (view: View<F>) => T = whole,
): T {
  const [get, getHydrated] = useMemo(() => {
    // A server has no page to hydrate: its client has read the session before it renders.
    const getFirst = typeof document === 'undefined' ? auth.get : auth.getInitial
    return [selector(auth.get, select), selector(getFirst, select)] as const
  }, [auth, select])
  return useSyncExternalStore(auth.subscribe, get, getHydrated)
}

const whole = (view: unknown) => view as never

/** Keeps what was selected while the view stays the same, or the selection has equal fields. */
function selector<V, T>(get: () => V, select: (view: V) => T): () => T {
  let last: { view: V; selected: T } | undefined
  return () => {
    const view = get()
    if (last?.view !== view) {
      const selected = select(view)
      last = {
        view,
        selected: last && hasSameFields(last.selected, selected) ? last.selected : selected,
      }
    }
    return last.selected
  }
}

/** Compares plain objects and arrays by their fields, and everything else by identity. */
function hasSameFields(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (!isPlain(a) || !isPlain(b) || Array.isArray(a) !== Array.isArray(b)) return false
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => name in b && Object.is(a[name], b[name]))
  )
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  Array.isArray(value) ||
  (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
