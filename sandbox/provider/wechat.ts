import { ApiError } from '../error.ts'
import { Fields } from '../fields.ts'
import { isPersonId, profileOf, unionIdOf } from './people.ts'
import { noProfile } from '../rules/providers.ts'
import type { ProviderProfile, ProviderToken } from '../state.ts'

const kinds = ['open_id', 'union_id', 'phone'] as const

/**
 * What WeChat says about a code of `wx.login`. The real ones cannot be had here, so any text
 * `wx-code-<person>` is one, and `wx-phone-<digits>` is the code of a phone number in China.
 */
export function readLoginCode(
  providerId: string,
  code: string,
  params: Fields,
): Omit<ProviderToken, 'expiresAt'> {
  const kind = params.oneOf('provider_code_type', kinds) ?? 'open_id'
  const person = code.startsWith(codePrefix) ? code.slice(codePrefix.length) : ''
  if (!isPersonId(person)) throw noProfile()
  const profile = profileOf(providerId, person)
  profile.meta = { appid: params.text('appid') ?? providerId, openid: profile.sub }
  if (kind === 'union_id') profile.sub = unionIdOf(person)
  if (kind === 'phone') profile.phone_number = readPhoneCode(params.need('code'))
  return { profile, isPhone: kind === 'phone' }
}

/**
 * What `provider_params` add to a profile: a phone code, or data that would be encrypted for
 * WeChat's server and is base64 of its JSON here: `nickName`, `avatarUrl`, `phoneNumber`.
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
