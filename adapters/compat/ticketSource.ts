import { invalid } from './checks.ts'

/** Gets a ticket from the app's server, or is the ticket already on its way. */
export type TicketSource = (() => Promise<string> | string) | PromiseLike<string>

/** Holds where the tickets of `signInWithCustomTicket` come from. */
export interface TicketHolder {
  /** Sets the source. @throws CloudbaseError `invalid_argument` when it is none */
  set(source: TicketSource): void
  /** Gets a ticket; undefined before `set`. */
  get?: () => Promise<string> | string
}

/** Creates a holder without a source. */
export function createTicketHolder(): TicketHolder {
  const holder: TicketHolder = {
    set(source) {
      holder.get = toGetter(source)
    },
  }
  return holder
}

function toGetter(source: TicketSource): () => Promise<string> | string {
  if (typeof source === 'function') return source
  if (typeof source?.then !== 'function') {
    throw invalid('getTickFn must be a function, or the promise of a ticket')
  }
  const ticket = Promise.resolve(source)
  // Its failure is the failure of the sign-in that asks for it.
  ticket.catch(() => undefined)
  return () => ticket
}
