import { randomHex } from '../../../services/randomHex.ts'
import type { Store } from '../../../services/session/store.ts'
import { CloudbaseError } from '../errors.ts'

/** What is stored of an authorization request under its `state`, in the official SDK's form. */
export interface AuthorizationState {
  provider: string
  /** The redirect URI; the official SDK uses the address of the page. */
  redirect?: string
  /** Query and fragment of the page to restore. */
  search: string
  hash: string
  type: 'sign_in' | 'bind_identity'
}

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
  authorization: AuthorizationState,
): Promise<void> {
  await tab.set(state, JSON.stringify(authorization))
}

/**
 * Returns the authorization request with this `state` and removes it: each is answered once.
 *
 * @throws CloudbaseError `permission_denied` for a `state` that is unknown or used already
 */
export async function takeAuthorizationState(
  tab: Store,
  state: string,
): Promise<AuthorizationState> {
  const authorization = parse(await tab.get(state))
  if (authorization) {
    await tab.remove(state)
    return authorization
  }
  throw new CloudbaseError('permission_denied', {
    operation: 'verifyOAuth',
    description: 'state belongs to no authorization request of this tab, or was used already',
  })
}

/** Restores the page's query and fragment, without the parameters that the provider added. */
export function restoreAddress({ search, hash }: AuthorizationState): void {
  if (typeof location === 'undefined') return
  const url = Object.assign(new URL(location.href), { search, hash })
  history.replaceState(history.state, '', url)
}

function parse(text: string | null | undefined): AuthorizationState | undefined {
  try {
    const authorization = JSON.parse(text ?? '') as AuthorizationState
    return authorization.provider ? authorization : undefined
  } catch {
    return undefined
  }
}
