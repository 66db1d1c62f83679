import { destinationOf, pageAt } from './destination.ts'
import { AuthError } from '../error.ts'
import { randomHex } from '../randomHex.ts'
import { providedTo } from '../system.ts'
import type { Platform, SecretPlatform } from './platform.ts'
import { Secret } from '../secret.ts'

/** How a browser gets to a provider and back; fetched when it is first needed. */
const browserPlatform: Omit<Platform, 'redirect'> = {
  nonce: randomHex,
  openPopup: async (...openPopup) => (await import('./popup.ts')).openPopup(...openPopup),
  readCallback: async (callback) => (await import('./popup.ts')).readCallback(callback),
  destinationOf,
}

/** The same, or what the app says instead; a tool is given the browser's. */
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
