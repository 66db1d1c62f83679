import { destinationOf, pageAt } from './address.ts'
import { AuthError } from './error.ts'
import { randomHex } from './http.ts'
import { providedTo } from './instance.ts'
import type { Platform, SealedPlatform } from './platform.ts'
import { Secret } from './secret.ts'

/** How a browser gets to a provider and back; fetched when it is first needed. */
const browserPlatform: Omit<Platform, 'leave'> = {
  nonce: randomHex,
  visit: async (...visit) => (await import('../adapters/browser.ts')).visit(...visit),
  readCallback: async (callback) => (await import('../adapters/browser.ts')).readCallback(callback),
  destinationOf,
}

/** The same, or what the app says instead; a tool is given the browser's. */
export function platformOf(system: object): Omit<SealedPlatform, 'leave'> {
  const { platform: own, returnOrigins } = providedTo(system) ?? {}
  const platform = { ...browserPlatform, ...own }
  return {
    nonce: platform.nonce,
    async visit(url, ...visit) {
      try {
        return new Secret(await platform.visit(pageAt(url, 'visit'), ...visit))
      } catch (thrown) {
        throw AuthError.from(thrown, 'visit')
      }
    },
    readCallback: ({ url, state }) => platform.readCallback({ url: url.reveal(), state }),
    destinationOf: (journey) => platform.destinationOf(journey, returnOrigins),
  }
}
