import { ApiError } from '../error.ts'
import { Fields } from '../fields.ts'
import { isAccountId, profileOf, unionIdOf } from './accounts.ts'
import { noProfile } from '../rules/providers.ts'
import type { ProviderProfile, ProviderToken } from '../state.ts'

const kinds = ['open_id', 'union_id', 'phone'] as const

/**
 * Exchanges a code of `wx.login` for a profile. Real codes require WeChat's server, so the sandbox
 * accepts `wx-code-<account>`, and `wx-phone-<digits>` as the code of a Chinese phone number.
 *
 * @param providerId The provider.
 * @param code The code.
 * @param params The `provider_params` of the call.
 * @returns The fields of a provider token.
 * @throws ApiError `failed_precondition` for another code, `invalid_argument` for malformed params.
 */
export function readLoginCode(
  providerId: string,
  code: string,
  params: Fields,
): Omit<ProviderToken, 'expiresAt'> {
  const kind = params.oneOf('provider_code_type', kinds) ?? 'open_id'
  const account = code.startsWith(codePrefix) ? code.slice(codePrefix.length) : ''
  if (!isAccountId(account)) throw noProfile()
  const profile = profileOf(providerId, account)
  profile.meta = { appid: params.text('appid') ?? providerId, openid: profile.sub }
  if (kind === 'union_id') profile.sub = unionIdOf(account)
  if (kind === 'phone') profile.phone_number = readPhoneCode(params.requireText('code'))
  return { profile, isPhone: kind === 'phone' }
}

/**
 * Reads profile fields from a phone code or from `encryptedData`. WeChat's server would decrypt the
 * data; the sandbox expects base64 of its JSON: `nickName`, `avatarUrl`, `phoneNumber`.
 *
 * @param params The `provider_params` of the call.
 * @returns The profile fields to change.
 * @throws ApiError `invalid_argument` without either, `failed_precondition` for malformed data.
 */
export function readAdditions(params: Fields): Partial<ProviderProfile> {
  const code = params.text('code')
  const encrypted = params.text('encryptedData')
  if (code === undefined && encrypted === undefined) {
    throw new ApiError('invalid_argument', 'provider_params needs a code or encryptedData')
  }
  const data = encrypted === undefined ? new Fields([]) : decode(encrypted)
  const additions: [string, string | undefined][] = [
    ['name', data.text('nickName')],
    ['picture', data.text('avatarUrl')],
    ['phone_number', toPhone(data.text('phoneNumber'))],
    ['phone_number', code === undefined ? undefined : readPhoneCode(code)],
  ]
  return Object.fromEntries(additions.filter(([, value]) => value !== undefined))
}

const codePrefix = 'wx-code-'

function readPhoneCode(code: string): string {
  const digits = /^wx-phone-(\d{4,15})$/.exec(code)?.[1]
  if (digits === undefined) throw noProfile()
  return `+86 ${digits}`
}

function toPhone(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  return readPhoneCode(`wx-phone-${text}`)
}

function decode(encrypted: string): Fields {
  try {
    return Fields.parse(Buffer.from(encrypted, 'base64').toString())
  } catch {
    throw noProfile()
  }
}
