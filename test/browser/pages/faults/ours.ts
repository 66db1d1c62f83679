import { createAuth } from 'cloudbase-authflow'
import { signInWithCustomTicket } from 'cloudbase-authflow/endpoints'
import { endpoint, env } from './open.ts'

declare global {
  /** The auth client of this package. */
  var ours: ReturnType<typeof createOurs>
  /** Signs in by a ticket of custom sign-in. */
  var signInWithTicket: (ticket: string) => Promise<unknown>
}

const createOurs = () => createAuth({ env, endpoint, flows: {} })

globalThis.ours = createOurs()
globalThis.signInWithTicket = (ticket) =>
  ours.call(signInWithCustomTicket, { provider_id: 'custom', ticket })
ours.start()
