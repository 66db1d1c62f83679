import { captchaPicture, type CaptchaService } from './captcha.ts'
import type { Clock } from './clock.ts'
import type { Endpoint, endpoints } from './endpoints.ts'
import { AuthError } from './error.ts'
import type { Http } from './http.ts'
import type { SealedPlatform } from './platform.ts'
import { toPhoneNumber, toUsername } from './phone.ts'
import type { Secret } from './secret.ts'
import type { moreEndpoints } from './moreEndpoints.ts'
import { read } from './wire.ts'

/** What interrupts a call brings back with it. */
export interface Grants {
  accessToken?: Secret
  captchaToken?: Secret
  signal?: AbortSignal
}

/** One endpoint as a function. The marks beside it tell `request` how to treat an interruption. */
export interface Operation<Input, Output> extends Pick<
  Endpoint<Input, Output>,
  'method' | 'path' | 'credential' | 'signsIn' | 'signsOut' | 'repeatable'
> {
  (input: Input, grants?: Grants): Promise<Output>
}

type Endpoints = typeof endpoints & typeof moreEndpoints

/** Every endpoint as a function, under the name the machines call it by. */
export type Operations = {
  [K in keyof Endpoints]: Endpoints[K] extends Endpoint<infer I, infer O> ? Operation<I, O> : never
}

export type OperationName = keyof Operations
export type InputOf<K extends OperationName> = Parameters<Operations[K]>[0]
export type OutputOf<K extends OperationName> = Awaited<ReturnType<Operations[K]>>

/** What the machines may touch of the world: the endpoints, the time, and the way to a provider. */
export type Api = Operations & { clock: Clock; captcha: CaptchaService } & SealedPlatform

/**
 * @param endpoints those that this app has loaded; the others are missing from the answer
 * @param clientId sent along where the protocol wants it in the body (RFC 6749 §6)
 */
export function createApi(
  http: Http,
  clientId: string,
  clock: Clock,
  endpoints: Partial<Endpoints>,
): Operations & Pick<Api, 'clock' | 'captcha'> {
  const entries = Object.entries(endpoints).map(([operation, endpoint]) => {
    const { shape, fields, check, ...marks } = endpoint as Endpoint<object, object>
    const { method, path, credential } = marks
    const place = method === 'GET' || method === 'DELETE' ? 'query' : 'body'
    const call = async (input: object, grants?: Grants) => {
      try {
        const filled = path.replace(/{(\w+)}/, (_, name: string) =>
          encodeURIComponent(String(input[name as never])),
        )
        const request = {
          [place]: normalize(fields ? fields(input, clientId, grants?.accessToken) : input),
        }
        const accessToken = credential === 'field' ? undefined : grants?.accessToken
        const call = { operation, method, path: filled, ...request, ...grants, accessToken }
        const output = read<object>(await http(call), shape)
        check?.(output, input)
        return output
      } catch (thrown) {
        throw AuthError.from(thrown, operation)
      }
    }
    return [operation, Object.assign(call, marks)]
  })
  const operations = Object.fromEntries(entries) as Operations
  return { ...operations, clock, captcha: captchaPicture(operations) }
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
