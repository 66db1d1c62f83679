import { randomHex } from '../../../services/randomHex.ts'
import type { Store } from '../../../services/session/store.ts'
import { CloudbaseError } from '../errors.ts'

/** Who began an authorization request. */
interface Owner {
  /** A page can have several clients. */
  clientId: string
  /** The id of the user; missing when no user was signed in. */
  sub?: string
}

/** What is stored of an authorization request under its `state`, in the official SDK's form. */
export interface AuthorizationState extends Owner {
  /** Marks an entry of this library: the page keeps entries of its own in the same storage. */
  by: typeof MARK
  provider: string
  /** The redirect URI; the official SDK uses the address of the page. */
  redirect?: string
  /** Query and fragment of the page to restore. */
  search: string
  hash: string
  type: (typeof AUTHORIZATION_TYPES)[number]
}

const MARK = 'cloudbase-authflow'

/** The purposes of an authorization request. */
export const AUTHORIZATION_TYPES = ['sign_in', 'bind_identity'] as const

/**
 * Creates a `state` of 128 random bits.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9700#section-2.1
 */
export const createState = (): string => `prd-${randomHex()}`

/** Stores an authorization request, for this tab only. */
export async function saveAuthorizationState(
  tab: Store,
  state: string,
  authorization: Omit<AuthorizationState, 'by'>,
): Promise<void> {
  await tab.set(state, JSON.stringify({ ...authorization, by: MARK }))
}

/**
 * Returns the authorization request with this `state` and removes it: each is answered once.
 *
 * @param owner the client, and the user who is signed in now
 * @throws CloudbaseError `permission_denied` for a `state` that is unknown, used already or of another
 *   client, and for another user than the one who began the request
 */
export async function takeAuthorizationState(
  tab: Store,
  state: string,
  { clientId, sub }: Owner,
): Promise<AuthorizationState> {
  const authorization = parse(await tab.get(state))
  if (authorization?.clientId !== clientId) {
    throw denied('state belongs to no authorization request of this tab, or was used already')
  }
  await tab.remove(state)
  if (authorization.sub !== sub) throw denied('another user has begun this authorization request')
  return authorization
}

const denied = (description: string) =>
  new CloudbaseError('permission_denied', { operation: 'verifyOAuth', description })

/** Restores the page's query and fragment, without the parameters that the provider added. */
export function restoreAddress({ search, hash }: AuthorizationState): void {
  if (typeof location === 'undefined') return
  const url = Object.assign(new URL(location.href), { search, hash })
  history.replaceState(history.state, '', url)
}

function parse(text: string | null | undefined): AuthorizationState | undefined {
  try {
    const authorization = JSON.parse(text ?? '') as AuthorizationState
    const { by, provider, type } = authorization
    return by === MARK && provider && AUTHORIZATION_TYPES.includes(type) ? authorization : undefined
  } catch {
    return undefined
  }
}
