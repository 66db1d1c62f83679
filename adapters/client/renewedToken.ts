import { freshTokens, type System, tokensOf } from '../../machines/core/freshTokens.ts'

/**
 * Refreshes a token that a service has rejected, although it has not expired. Callers at the same time
 * share the refresh.
 *
 * @throws AuthError `unauthenticated` when signed out, else why it could not be refreshed
 */
export async function renewedToken(system: System): Promise<string> {
  const { serial } = tokensOf(system)!.getSnapshot().context
  const { credentials, error } = await freshTokens(system, serial)
  if (!credentials) throw error!
  return credentials.access_token.reveal()
}
