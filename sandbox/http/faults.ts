import { ApiError } from '../error.ts'
import { checkDepth } from '../fields.ts'

/** A planned failure of the server. */
export interface Fault {
  /** HTTP method; `*` is any but OPTIONS. */
  method: string
  /** Path without query; a trailing `*` makes it a prefix. */
  path: string
  /** Number of requests it applies to. Default: 1. */
  times?: number
  /** Responds with this status instead of handling the request. */
  status?: number
  /** Responds with this body instead of handling the request. A text is sent as it is. */
  body?: unknown
  /** Handles the request although it responds with `status` or `body`, like a gateway timeout. */
  acts?: boolean
  /** Headers of that response. */
  headers?: Record<string, string>
  /** Milliseconds of real time to wait before anything else. */
  delayMs?: number
  /** Breaks the connection before or after the request is handled. */
  drop?: 'before' | 'after'
}

/** The planned faults that remain. */
export interface Faults {
  /**
   * Replaces all faults.
   *
   * @throws ApiError `invalid_argument` for a malformed fault.
   */
  set(faults: unknown): void
  /** Lists the remaining faults with their remaining `times`. */
  list(): Fault[]
  /** Returns the next fault that matches a request, and counts it. */
  take(method: string, path: string): Fault | undefined
}

/**
 * Creates an empty list of faults.
 *
 * @returns The faults.
 */
export function createFaults(): Faults {
  let planned: Fault[] = []
  return {
    set(faults) {
      if (!Array.isArray(faults)) throw new ApiError('invalid_argument', 'faults must be a list')
      checkDepth(faults)
      planned = faults.map(parseFault)
    },
    list: () => structuredClone(planned),
    take(method, path) {
      const fault = planned.find((each) => matches(each, method, path))
      if (!fault) return undefined
      fault.times = (fault.times ?? 1) - 1
      planned = planned.filter((each) => each.times !== 0)
      return fault
    },
  }
}

/**
 * Creates the response of a fault.
 *
 * @param fault The fault.
 * @returns The response, or `undefined` if the fault has neither status nor body.
 */
export function toResponse({ status, body, headers }: Fault): Response | undefined {
  if (status === undefined && body === undefined) return undefined
  const init = { status: status ?? 200, headers: headers ?? {} }
  const isBodiless = [204, 205, 304].includes(init.status) || body === undefined
  if (isBodiless) return new Response(null, init)
  return typeof body === 'string' ? new Response(body, init) : Response.json(body, init)
}

function matches(fault: Fault, method: string, path: string): boolean {
  const isMethod = fault.method === '*' ? method !== 'OPTIONS' : fault.method === method
  if (!isMethod) return false
  return fault.path.endsWith('*') ? path.startsWith(fault.path.slice(0, -1)) : path === fault.path
}

const isInteger = (value: unknown, min: number, max: number): boolean =>
  value === undefined || (Number.isInteger(value) && Number(value) >= min && Number(value) <= max)

function areHeaders(value: unknown): boolean {
  if (value === undefined) return true
  if (typeof value !== 'object' || value === null) return false
  try {
    return new Headers(Object.entries(value)) instanceof Headers
  } catch {
    return false
  }
}

const fieldNames = [
  'method',
  'path',
  'times',
  'status',
  'body',
  'headers',
  'delayMs',
  'drop',
  'acts',
]

function parseFault(value: unknown): Fault {
  const fault = structuredClone(Object(value) as Fault)
  const { method, path, times, status, headers, delayMs, drop, acts } = fault
  const isValid =
    typeof method === 'string' &&
    typeof path === 'string' &&
    Object.keys(fault).every((key) => fieldNames.includes(key)) &&
    isInteger(times, 1, 1_000_000) &&
    isInteger(status, 200, 599) &&
    isInteger(delayMs, 0, 600_000) &&
    areHeaders(headers) &&
    (acts === undefined || typeof acts === 'boolean') &&
    (drop === undefined || drop === 'before' || drop === 'after')
  if (!isValid) throw new ApiError('invalid_argument', 'A fault is malformed')
  return { ...fault, method: method.toUpperCase(), times: times ?? 1 }
}
