import { cleanCode, normalizeCode, normalizeUsername } from '../contact.ts'
import { toEmail } from '../email.ts'
import { AuthError } from '../error.ts'
import { toPhoneNumber } from '../phone.ts'
import { Secret } from '../secret.ts'
import type { Endpoint } from './endpoint.ts'
import type { Http } from './http.ts'
import { read } from './shape.ts'

export { createHttp } from './http.ts'

/** The permissions of a request and the signal that ends it. */
export interface Grants {
  accessToken?: Secret
  captchaToken?: Secret
  /** Aborted when the answer is no longer wanted. */
  signal?: AbortSignal
  /** Milliseconds in which it is answered. Default: that of the client. */
  timeout?: number
  /** The request outlives the page that sends it. */
  keepalive?: boolean
  /** Called when the answer begins, with its HTTP status. */
  onResponse?: (status: number, requestId: string) => void
}

/**
 * Calls one endpoint once and returns its answer, read by the shape of the endpoint.
 *
 * @throws AuthError that names the operation
 */
export type Caller = <Input, Output>(
  endpoint: Endpoint<Input, Output>,
  input: Input,
  grants?: Grants,
) => Promise<Output>

/**
 * Creates the function that calls endpoints.
 *
 * @param clientId sent where the protocol wants it in the body (RFC 6749 §6)
 */
export function createCaller(http: Http, clientId: string): Caller {
  return async (endpoint, input, grants) => {
    const { operation, method, path, credential, shape, toFields, check, fetch } = endpoint
    const place = method === 'GET' || method === 'DELETE' ? 'query' : 'body'
    try {
      const fields = toFields ? toFields(input, clientId, grants?.accessToken) : (input as object)
      const answer = await http({
        ...grants,
        operation,
        method,
        fetch,
        path: path.replace(/{(\w+)}/, (_, name: string) =>
          encodeURIComponent(String(input[name as never])),
        ),
        [place]: normalize(fields, operation),
        accessToken: credential === 'field' ? undefined : grants?.accessToken,
      })
      const output = read(answer, shape)
      check?.(output, input)
      return output
    } catch (thrown) {
      throw AuthError.from(thrown, operation)
    }
  }
}

/** The fields that users type, each with the function that returns its normal form. */
const normalizers: Record<string, (value: unknown) => unknown> = {
  email: toEmail,
  phone: toPhoneNumber,
  phone_number: toPhoneNumber,
  username: normalizeUsername,
  verification_code: (value) => new Secret(normalizeCode(value)),
}

function normalize(fields: object, operation: string): object {
  const normal: Record<string, unknown> = { ...fields }
  // An endpoint of the app may have a `key` that no user types.
  if (operation === 'verifyCaptcha') normal['key'] = new Secret(cleanCode(normal['key']))
  for (const [name, toNormal] of Object.entries(normalizers)) {
    if (normal[name] !== undefined) normal[name] = toNormal(normal[name])
  }
  return normal
}
