/** Endpoints whose input is not sent as it is: options that convert the fields. */
import { AuthError } from '../error.ts'
import type { Secret } from '../secret.ts'
import type { ProviderUriRequest, RefreshRequest, UnbindProviderRequest } from './wire.ts'

/** Sends a refresh token as RFC 6749 §6 requires. */
export const refreshing = {
  toFields: (input: RefreshRequest, client_id: string) => ({
    ...input,
    client_id,
    client_secret: '',
    grant_type: 'refresh_token',
  }),
}

/** Sends an empty sudo token where the input has none, because the server requires the field. */
export const elevated = {
  toFields: (input: { sudo_token?: Secret }) => ({ ...input, sudo_token: input.sudo_token ?? '' }),
}

/** Sends `other_params: { a: 'b' }` as `other_params[a]=b`, and empty ones not at all. */
export const withOtherParams = {
  toFields: ({ other_params = {}, ...input }: ProviderUriRequest) => ({
    ...input,
    ...Object.fromEntries(
      Object.entries(other_params)
        .filter(([, value]) => value)
        .map(([name, value]) => [`other_params[${name}]`, value]),
    ),
  }),
}

/** Sends nothing but the path, whose provider id must not lead to another path. */
export const inPathOnly = {
  toFields({ provider_id }: UnbindProviderRequest): object {
    if (typeof provider_id === 'string' && /^[\w-]{1,64}$/.test(provider_id)) return {}
    throw new AuthError('invalid_argument', {
      description: 'provider_id must be letters, digits, _ and -',
    })
  },
}
