/**
 * What flows have in common. An app's own flow may use it too; see `docs/examples/naming.ts`.
 */
import { assign, type EventObject } from 'xstate'
import { AuthError, errorOf, isSecondFactorWanted, isTransient } from '../../services/error.ts'
import type { Contact } from '../../services/http/wire.ts'
import { normalizeContact } from '../../services/contact.ts'

/**
 * Makes the actions for the error of the last step: `rememberError` keeps the event's error in
 * `context.error`, `forgetError` clears it.
 *
 * @example
 *   setup({ actions: { ...errorActions<Context, Event>() } })
 */
export function errorActions<C extends { error?: AuthError }, E extends EventObject>() {
  const setError = (errorFor: (event: E) => AuthError | undefined) =>
    assign<C, E, undefined, E, never>(({ event }) => ({ error: errorFor(event) }) as Partial<C>)
  return { forgetError: setError(() => undefined), rememberError: setError(errorOf) }
}

/** Guards about the error that an event carries. */
export const errorGuards = {
  /** The request itself was right and may succeed later. */
  isTransient: ({ event }: { event: object }) => isTransient(errorOf(event)),
  /** The proof was right, but the account needs a second one. */
  isSecondFactorWanted: ({ event }: { event: object }) => isSecondFactorWanted(errorOf(event)),
}

/**
 * Makes an edge that keeps the event's error in the context.
 *
 * @param guard takes the edge only where it holds
 *
 * @example
 *   onError: [failTo('askingRetry', 'isTransient'), failTo('askingAccount')]
 */
export function failTo<const T extends string, const G extends string | undefined = undefined>(
  target: T,
  guard?: G,
) {
  return { target, guard: guard as G, actions: 'rememberError' } as const
}

/**
 * Assigns the error of a secret that a reload has lost, as secrets are never stored.
 *
 * @param operation the call that needed the secret
 */
export const lostSecret = (code: string, operation: string) => ({
  error: () => new AuthError(code, { operation }),
})

/**
 * Narrows an event where its type is known.
 *
 * @throws Error when the event is of another type, which is a mistake in the machine
 */
export function expectEvent<E extends EventObject, T extends E['type']>(event: E, type: T) {
  if (event.type !== type) throw new Error(`expected ${type}, got ${event.type}`)
  return event as Extract<E, { type: T }>
}

/**
 * Makes the two edges of an event that brings a contact: to `target` with its normal form, or nowhere
 * with an `invalid_argument` error that says what is wrong.
 *
 * @example
 *   'contact.submit': contactEdges('verification')
 */
export function contactEdges<const T extends string>(target: T) {
  return [
    { guard: 'hasValidContact', target, actions: 'rememberContact' },
    { actions: 'rememberContactError' },
  ] as const
}

/** The guard that {@link contactEdges} uses. */
export const contactGuards = {
  hasValidContact: ({ event }: { event: object }) => !(readContact(event) instanceof AuthError),
}

/** Makes the actions that {@link contactEdges} uses; they set `context.contact` and `context.error`. */
export function contactActions<
  C extends { contact?: Contact; error?: AuthError },
  E extends EventObject,
>() {
  const set = (patchFor: (event: E) => Partial<C>) =>
    assign<C, E, undefined, E, never>(({ event }) => patchFor(event))
  return {
    rememberContact: set((event) => ({ contact: readContact(event) }) as Partial<C>),
    rememberContactError: set((event) => ({ error: readContact(event) }) as Partial<C>),
  }
}

/** @returns the normal form of the event's contact, or the error that says what is wrong with it */
export function readContact(event: object): Contact | AuthError {
  try {
    return normalizeContact(event as Contact)
  } catch (thrown) {
    return AuthError.from(thrown, 'sendVerification')
  }
}

interface Setup {
  createStateConfig(config: never): unknown
}
type InvokeOf<S extends Setup> = Parameters<S['createStateConfig']>[0] extends { invoke?: infer I }
  ? Extract<I, { src: string }>
  : never
interface CallState<I> {
  tags: 'busy'
  entry: 'forgetError'
  invoke: I
}
/** One signature for each actor: TypeScript infers nested actions only without a type parameter. */
type Call<I> = (
  I extends { src: infer K }
    ? (
        of: (src: K, edges: Pick<I, keyof I & ('input' | 'onDone' | 'onError')>) => CallState<I>,
      ) => 0
    : never
) extends (of: infer Signatures) => 0
  ? Signatures
  : never

/**
 * Returns a function that makes the states in which a flow calls the server. Such a state is busy,
 * forgets the last error, and invokes the actor under its own name.
 *
 * The type parameter is the type of what `setup` returned; it has an action `forgetError`.
 *
 * @example
 *   const call = callsOf<typeof flow>()
 *   // in `states`:
 *   signingIn: call('signIn', { input: …, onDone: 'done', onError: failTo('askingAccount') })
 */
export function callsOf<S extends Setup>(): Call<InvokeOf<S>> {
  const call = (src: string, edges: object) => ({
    tags: 'busy',
    entry: 'forgetError',
    invoke: { id: src, src, ...edges },
  })
  return call as Call<InvokeOf<S>>
}
