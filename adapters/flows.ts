import { destinationOf } from '../services/address.ts'
import type { Api } from '../services/api.ts'
import { moreEndpoints as endpoints } from '../services/moreEndpoints.ts'
import type { Platform } from '../services/platform.ts'
import { account as accountChart } from '../machines/account.ts'
import { consent as consentChart } from '../machines/consent.ts'
import { elevation as elevationChart } from '../machines/elevation.ts'
import { provider as providerChart } from '../machines/provider.ts'
import { resetPassword as resetPasswordChart } from '../machines/resetPassword.ts'
import type { Status } from '../machines/session.ts'
import { upgrade as upgradeChart } from '../machines/upgrade.ts'

/** How a browser gets to a provider and back; fetched when it is first needed. */
const platform: Partial<Platform> = {
  visit: async (...visit) => (await import('./browser.ts')).visit(...visit),
  readCallback: async (callback) => (await import('./browser.ts')).readCallback(callback),
  destinationOf,
}

/** Flows bring along what they need beyond signing in. */
/* @__NO_SIDE_EFFECTS__ */
const withEndpoints = <Chart extends (api: Api) => unknown>(chart: Chart, who?: Status[]) =>
  Object.assign((api: Parameters<Chart>[0]) => chart(api as Api) as ReturnType<Chart>, {
    endpoints,
    platform,
    who,
  })

/** Edits of the account: password, phone, e-mail, profile, providers, deletion. */
export const account = withEndpoints(accountChart, ['anonymous', 'signedIn'])

/** Sign-in by a provider, or binding one. */
export const provider = withEndpoints(providerChart)

/** A new password for who has forgotten theirs. */
export const resetPassword = withEndpoints(resetPasswordChart)

/** A guest becomes a user. */
export const upgrade = withEndpoints(upgradeChart, ['anonymous'])

/** Proves who is signed in once more, for a flow of an app's own, which has `endpoints` of it. */
export const elevation = withEndpoints(elevationChart)

/** To a provider and back, for a flow of an app's own, which has `endpoints` and `platform` of it. */
export const consent = withEndpoints(consentChart)
