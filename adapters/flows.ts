import type { Api } from '../services/api.ts'
import { moreEndpoints as endpoints } from '../services/moreEndpoints.ts'
import { account as accountChart } from '../machines/account.ts'
import { provider as providerChart } from '../machines/provider.ts'
import { resetPassword as resetPasswordChart } from '../machines/resetPassword.ts'
import type { Status } from '../machines/session.ts'
import { upgrade as upgradeChart } from '../machines/upgrade.ts'

/** Flows that call endpoints beyond signing in bring them along. */
/* @__NO_SIDE_EFFECTS__ */
const withEndpoints = <Chart extends (api: Api) => unknown>(chart: Chart, who?: Status[]) =>
  Object.assign((api: Api) => chart(api) as ReturnType<Chart>, { endpoints, who })

/** Edits of the account: password, phone, e-mail, profile, providers, deletion. */
export const account = withEndpoints(accountChart, ['anonymous', 'signedIn'])

/** Sign-in by a provider, or binding one. */
export const provider = withEndpoints(providerChart)

/** A new password for who has forgotten theirs. */
export const resetPassword = withEndpoints(resetPasswordChart)

/** A guest becomes a user. */
export const upgrade = withEndpoints(upgradeChart, ['anonymous'])
