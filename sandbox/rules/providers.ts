import type { Clock } from '../clock.ts'
import type { Config, ProviderSettings } from '../config.ts'
import { ApiError } from '../error.ts'
import { digest, newToken } from '../secret.ts'
import type { ProviderCode, ProviderToken, State } from '../state.ts'

/** A valid provider token. The caller invokes `spend` once nothing else can fail. */
export interface ProviderProof {
  token: ProviderToken
  spend(): void
}

/** Identity providers: their settings, authorization codes and provider tokens. */
export interface Providers {
  /**
   * Returns the settings of a provider.
   *
   * @throws ApiError `provider_not_enabled`.
   */
  require(providerId: string): ProviderSettings
  /** Stores a consent and returns its code or token. */
  consent(consent: Omit<ProviderCode, 'expiresAt'>): string
  /**
   * Redeems a code, which works once, or an access token, which works until it expires.
   *
   * @throws ApiError `failed_precondition` for an invalid one.
   */
  redeem(code: string): ProviderCode
  /** Issues a provider token for a profile. */
  issue(token: Omit<ProviderToken, 'expiresAt'>): string
  /**
   * Checks a provider token without spending it.
   *
   * @throws ApiError `permission_denied` for a spent, wrong or expired one.
   */
  check(providerToken: string): ProviderProof
}

/** Prefix of the codes that provider pages issue. */
export const codePrefix = 'pc.'

/**
 * Creates the documented error for a code that yields no profile.
 *
 * @returns An error `failed_precondition`.
 */
export const noProfile = (): ApiError =>
  new ApiError('failed_precondition', '从第三方获取用户信息失败')

/**
 * Checks whether a provider accepts codes of `wx.login`.
 *
 * @param providerId The provider.
 * @returns Whether it is the app id of a mini-program, or `wx_mp`.
 */
export const isMiniProgram = (providerId: string): boolean =>
  providerId.startsWith('wx') && providerId !== 'wx_open'

/**
 * Creates providers whose codes and tokens are stored in the state.
 *
 * @param state The server's state.
 * @param clock The server's clock.
 * @param config Returns the current settings.
 * @returns The providers.
 */
export function createProviders(state: State, clock: Clock, config: () => Config): Providers {
  const settingsOf = (providerId: string): ProviderSettings | undefined => {
    const { providers } = config()
    if (Object.hasOwn(providers, providerId)) return providers[providerId]
    return isMiniProgram(providerId) ? providers['wx_mp'] : undefined
  }
  return {
    require(providerId) {
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
      if (consent?.kind === 'code') state.providerCodes.delete(key)
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
