import type { World } from './world.ts'

/**
 * What a person does on the page of a third party: reads it, chooses who they are, allows or, as
 * nobody, denies. Answers the address the browser is led to.
 */
export async function consentAt(uri: string, account: string | null = 'alex'): Promise<string> {
  const page = await (await fetch(uri)).text()
  if (!page.includes('<form method="post">'))
    throw new Error(`there is nothing to decide on ${uri}`)
  const form = account ? { action: 'allow', account } : { action: 'deny' }
  const body = new URLSearchParams(form as Record<string, string>)
  const decided = await fetch(uri, { method: 'POST', body, redirect: 'manual' })
  const address = decided.headers.get('location')
  if (!address) throw new Error(`${uri} leads nowhere`)
  return address
}

/** What a provider vouches for a person with, fetched by an app of its own. */
export async function providerTokenOf(world: Pick<World, 'call'>): Promise<string> {
  const provider_id = 'demo_idp'
  const redirect_uri = 'https://app.example/'
  const asked = await world.call('getProviderUri', { provider_id, redirect_uri })
  const { uri } = asked as { uri: string }
  const provider_code = new URL(await consentAt(uri)).searchParams.get('code')
  const grant = { provider_id, provider_redirect_uri: redirect_uri, provider_code }
  const granted = await world.call('grantProviderToken', grant)
  return (granted as { provider_token: string }).provider_token
}
