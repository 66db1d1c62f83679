import type { Clock } from '../clock.ts'
import type { Config, ProviderSettings } from '../config.ts'
import { ApiError } from '../error.ts'
import { digest, newToken } from '../secret.ts'
import type { ProviderCode, ProviderToken, State } from '../state.ts'

/** A living provider token, and how to spend it once nothing else can fail. */
export interface ProviderProof {
  token: ProviderToken
  spend(): void
}

/** What the server has to do with third parties. */
export interface Providers {
  /** The settings of a provider; one that is not enabled is refused. */
  need(providerId: string): ProviderSettings
  /** Notes a person's consent and answers the code they are sent back with. */
  consent(consent: Omit<ProviderCode, 'expiresAt'>): string
  /** Spends a code, whatever it was sent back for; a bad one is `failed_precondition`. */
  redeem(code: string): ProviderCode
  /** A provider token for what a third party said. */
  issue(token: Omit<ProviderToken, 'expiresAt'>): string
  /** Refuses a token that is spent or expired. */
  check(providerToken: string): ProviderProof
}

/** How every code of a page begins. */
export const codePrefix = 'pc.'

/** As documented: the third party does not say who it is. */
export const noProfile = (): ApiError =>
  new ApiError('failed_precondition', '从第三方获取用户信息失败')

/** Whether a provider id takes codes of `wx.login`: a mini-program's app id, or `wx_mp`. */
export const isMiniProgram = (providerId: string): boolean =>
  providerId.startsWith('wx') && providerId !== 'wx_open'

/** Keeps codes and tokens in `state`. */
export function createProviders(state: State, clock: Clock, config: () => Config): Providers {
  const settingsOf = (providerId: string): ProviderSettings | undefined => {
    const { providers } = config()
    if (Object.hasOwn(providers, providerId)) return providers[providerId]
    return isMiniProgram(providerId) ? providers['wx_mp'] : undefined
  }
  return {
    need(providerId) {
      const settings = settingsOf(providerId)
      if (!settings) throw new ApiError('provider_not_enabled')
      return settings
    },
    consent(consent) {
      const code = newToken(codePrefix)
      const expiresAt = clock.now() + config().providerCodeSeconds * 1000
      state.providerCodes.set(digest(code), { ...consent, expiresAt })
      return code
    },
    redeem(code) {
      const key = digest(code)
      const consent = state.providerCodes.get(key)
      state.providerCodes.delete(key)
      if (!consent || consent.expiresAt <= clock.now()) throw noProfile()
      return consent
    },
    issue(token) {
      const providerToken = newToken('pt.')
      const expiresAt = clock.now() + config().providerTokenSeconds * 1000
      state.providerTokens.set(digest(providerToken), { ...token, expiresAt })
      return providerToken
    },
    check(providerToken) {
      const key = digest(providerToken)
      const token = state.providerTokens.get(key)
      if (!token || token.expiresAt <= clock.now()) {
        throw new ApiError('permission_denied', 'provider_token is spent, wrong or expired')
      }
      return { token, spend: () => void state.providerTokens.delete(key) }
    },
  }
}
