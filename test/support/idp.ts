import type { World } from './world.ts'

/**
 * Submits the consent page of an identity provider.
 *
 * @param uri the page
 * @param account the account to allow it with; null denies
 * @returns the address the page redirects to
 * @throws Error when there is no such page at `uri`
 */
export async function consentAt(uri: string, account: string | null = 'alex'): Promise<string> {
  const page = await (await fetch(uri)).text()
  if (!page.includes('<form method="post">')) throw new Error(`no consent page at ${uri}`)
  const form = account ? { action: 'allow', account } : { action: 'deny' }
  const body = new URLSearchParams(form as Record<string, string>)
  const decided = await fetch(uri, { method: 'POST', body, redirect: 'manual' })
  const address = decided.headers.get('location')
  if (!address) throw new Error(`${uri} does not redirect`)
  return address
}

/**
 * Obtains a provider token as an app does that handles the redirect itself.
 *
 * @param world where the calls are made
 * @returns the provider token
 */
export async function fetchProviderToken(world: Pick<World, 'call'>): Promise<string> {
  const provider_id = 'demo_idp'
  const redirect_uri = 'https://app.example/'
  const asked = await world.call('getProviderUri', { provider_id, redirect_uri })
  const { uri } = asked as { uri: string }
  const provider_code = new URL(await consentAt(uri)).searchParams.get('code')
  const grant = { provider_id, provider_redirect_uri: redirect_uri, provider_code }
  const granted = await world.call('grantProviderToken', grant)
  return (granted as { provider_token: string }).provider_token
}
