import { provider } from 'cloudbase-authflow'
import { openWorld, type WorldOptions } from './world.ts'

/** The input of the provider flow. */
export const providerInput = {
  provider_id: 'demo_idp',
  redirect_uri: 'https://app.example/back',
}

/** @returns the `state` parameter of a provider's page */
export const stateOf = (address: string) => new URL(address).searchParams.get('state')!

/** A world with the provider flow; see {@link openProviderWorld}. */
export type ProviderWorld = Awaited<ReturnType<typeof openProviderWorld>>

/**
 * Opens a world with the provider flow.
 *
 * @param options as for `openWorld`
 * @returns the world, with shorthands for the flow
 */
export async function openProviderWorld(options: WorldOptions = {}) {
  const world = await openWorld({ flows: { provider }, ...options })
  const send = async (...events: object[]) => {
    for (const event of events) {
      world.auth.send(event as never)
      await world.settle()
    }
  }
  return Object.assign(world, {
    /** Sends the events one after the other, each once only the user can go on. */
    send,
    /** Starts the flow. */
    start: (more: object = {}) =>
      send({ type: 'flow.start', flow: 'provider', input: { ...providerInput, ...more } }),
    /** Handles a callback. */
    handleCallback: (url: string) => send({ type: 'provider.return', url }),
    /** How often a provider's code was exchanged. */
    countGrants: () => world.calls.filter((call) => call.endsWith('/provider/token')).length,
    /** Signs in a registered user. */
    async signInUser() {
      await world.sandbox.addUser({ sub: 'li.hua', phone_number: '+86 13800000000' })
      const ticket = await world.sandbox.mintTicket('li.hua')
      await world.call('signInWithCustomTicket', { provider_id: 'custom', ticket })
    },
  })
}
