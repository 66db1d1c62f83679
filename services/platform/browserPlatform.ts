import { AuthError } from '../error.ts'
import { randomHex } from '../randomHex.ts'
import { Secret } from '../secret.ts'
import { providedTo } from '../system.ts'
import { destinationOf, pageAt } from './destination.ts'
import type { Platform, SecretPlatform } from './platform.ts'

/** The platform of a browser; popups and authorization responses are loaded when first needed. */
const browserPlatform: Omit<Platform, 'redirect'> = {
  nonce: randomHex,
  openPopup: async (...openPopup) => (await import('./popup.ts')).openPopup(...openPopup),
  readCallback: async (callback) => (await import('./popup.ts')).readCallback(callback),
  destinationOf,
}

/**
 * Returns the platform of an actor system: the functions of the app where it has given any, else
 * those of a browser. Tools that inspect a machine without a client get those of a browser.
 *
 * @param system the actor system of a client
 */
export function platformOf(system: object): Omit<SecretPlatform, 'redirect'> {
  const { platform: own, returnOrigins } = providedTo(system) ?? {}
  const platform = { ...browserPlatform, ...own }
  return {
    nonce: platform.nonce,
    async openPopup(url, ...openPopup) {
      try {
        return new Secret(await platform.openPopup(pageAt(url, 'openPopup'), ...openPopup))
      } catch (thrown) {
        throw AuthError.from(thrown, 'openPopup')
      }
    },
    readCallback: ({ url, state }) => platform.readCallback({ url: url.reveal(), state }),
    destinationOf: (redirect) => platform.destinationOf(redirect, returnOrigins),
  }
}
