import { AuthError } from '../error.ts'
import { randomHex } from '../randomHex.ts'
import { Secret } from '../secret.ts'
import { providedTo } from '../system.ts'
import { destinationOf, requireHttpUrl } from './destination.ts'
import type { Platform, SecretPlatform } from './platform.ts'

/** The popup code is loaded on first use. */
const browserPlatform: Omit<Platform, 'redirect'> = {
  nonce: randomHex,
  openPopup: async (...popup) => (await import('./popup.ts')).openPopup(...popup),
  readCallback: async (callback) => (await import('./popup.ts')).readCallback(callback),
  destinationOf,
}

/**
 * Returns the platform of an actor system: the browser's, with the parts the app overrides. Outside
 * a client, such as in XState's tools, it is the browser's.
 *
 * @param system the actor system of a client
 */
export function platformOf(system: object): Omit<SecretPlatform, 'redirect'> {
  const { platform: own, returnOrigins } = providedTo(system) ?? {}
  const platform = { ...browserPlatform, ...own }
  return {
    nonce: platform.nonce,
    async openPopup(url, ...popup) {
      try {
        return new Secret(await platform.openPopup(requireHttpUrl(url, 'openPopup'), ...popup))
      } catch (thrown) {
        throw AuthError.from(thrown, 'openPopup')
      }
    },
    readCallback: ({ url, state }) => platform.readCallback({ url: url.reveal(), state }),
    destinationOf: (redirect) => platform.destinationOf(redirect, returnOrigins),
  }
}
