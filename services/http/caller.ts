import type { Endpoint } from './endpoint.ts'
import { AuthError } from '../error.ts'
import type { Http } from './http.ts'
import { toPhoneNumber, toUsername } from '../phone.ts'
import type { Secret } from '../secret.ts'
import { read } from './wire.ts'

/** What interrupts a call brings back with it. */
export interface Grants {
  accessToken?: Secret
  captchaToken?: Secret
  signal?: AbortSignal
}

/** Sends one call: what goes out as the endpoint says, and what comes back checked by its shape. */
export type Caller = <Input, Output>(
  endpoint: Endpoint<Input, Output>,
  input: Input,
  grants?: Grants,
) => Promise<Output>

/** @param clientId sent along where the protocol wants it in the body (RFC 6749 §6) */
export function createCaller(http: Http, clientId: string): Caller {
  return async (endpoint, input, grants) => {
    const { operation, method, path, credential, shape, fields, check, fetch } = endpoint
    const place = method === 'GET' || method === 'DELETE' ? 'query' : 'body'
    try {
      const filled = path.replace(/{(\w+)}/, (_, name: string) =>
        encodeURIComponent(String(input[name as never])),
      )
      const request = {
        [place]: normalize(
          fields ? fields(input, clientId, grants?.accessToken) : (input as object),
        ),
      }
      const accessToken = credential === 'field' ? undefined : grants?.accessToken
      const call = { operation, method, path: filled, ...request, ...grants, accessToken, fetch }
      const output = read(await http(call), shape)
      check?.(output, input)
      return output
    } catch (thrown) {
      throw AuthError.from(thrown, operation)
    }
  }
}

/** Phone numbers in the wire's form, wherever one is accepted. */
function normalize(
  fields: Partial<Record<'phone' | 'phone_number' | 'username', unknown>>,
): object {
  const { phone, phone_number, username } = fields
  return {
    ...fields,
    ...(phone !== undefined && { phone: toPhoneNumber(phone) }),
    ...(phone_number !== undefined && { phone_number: toPhoneNumber(phone_number) }),
    ...(username !== undefined && { username: toUsername(username) }),
  }
}
