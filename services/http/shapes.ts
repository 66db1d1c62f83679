/** The shapes of answers that several endpoints share. */
import type { Shape } from './shape.ts'
import type * as wire from './wire.ts'

/** An answer without fields. */
export const nothing: Shape<wire.Empty> = {}

/** A session. */
export const tokens: Shape<wire.Tokens> = {
  access_token: 'secret',
  refresh_token: 'secret?',
  token_type: 'string?',
  expires_in: 'seconds?',
  sub: 'string?',
  scope: 'string?',
  groups: 'list?',
}

/** A user. */
export const user: Shape<wire.User> = {
  sub: 'string',
  name: 'string?',
  username: 'string?',
  gender: 'string?',
  picture: 'string?',
  locale: 'string?',
  birthdate: 'string?',
  phone_number: 'string?',
  email: 'string?',
  email_verified: 'boolean?',
  zoneinfo: 'string?',
  created_at: 'string?',
  groups: 'list?',
  providers: 'list?',
  hasPassword: 'boolean?',
  password: 'string?',
}

/** A deleted user, whose id the answer may lack. */
export const deletedUser: Shape<wire.DeletedUser> = /* @__PURE__ */ Object.assign({}, user, {
  sub: 'string?' as const,
})

/** The proof of an identity at a provider. */
export const providerToken: Shape<wire.ProviderToken> = {
  provider_token: 'secret',
  expires_in: 'seconds?',
  provider_profile: 'record?',
}

/** A list with its length. */
export const list: Shape<wire.Users & wire.Providers> = { total: 'count?', data: 'list' }
