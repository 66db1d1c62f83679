import { ApiError } from '../error.ts'

/** A planned misbehaviour of the server. */
export interface Fault {
  /** HTTP method; `*` is any but OPTIONS. */
  method: string
  /** Path without query; a trailing `*` makes it a prefix. */
  path: string
  /** How many requests it befalls. Default 1. */
  times?: number
  /** Answers with this status instead of acting. */
  status?: number
  /** Answers with this body instead of acting: JSON, or a text as it is. */
  body?: unknown
  /** Acts all the same, as behind a gateway that has given up waiting. */
  acts?: boolean
  /** Headers of that answer. */
  headers?: Record<string, string>
  /** Milliseconds of real time to wait first. */
  delayMs?: number
  /** Breaks the connection before or after the server has acted. */
  drop?: 'before' | 'after'
}

/** The faults still to come. */
export interface Faults {
  /** Replaces all faults; a malformed one is `invalid_argument`. */
  set(faults: unknown): void
  /** Those still to come, with the times that are left. */
  list(): Fault[]
  /** Takes the next fault that fits a request. */
  take(method: string, path: string): Fault | undefined
}

/** Makes an empty plan. */
export function createFaults(): Faults {
  let planned: Fault[] = []
  return {
    set(faults) {
      if (!Array.isArray(faults)) throw new ApiError('invalid_argument', 'faults must be a list')
      planned = faults.map(parseFault)
    },
    list: () => structuredClone(planned),
    take(method, path) {
      const fault = planned.find((each) => isFor(each, method, path))
      if (!fault) return undefined
      fault.times = (fault.times ?? 1) - 1
      planned = planned.filter((each) => each.times !== 0)
      return fault
    },
  }
}

/** The answer a fault gives, if it answers at all. */
export function toAnswer({ status, body, headers }: Fault): Response | undefined {
  if (status === undefined && body === undefined) return undefined
  const init = { status: status ?? 200, headers: headers ?? {} }
  const isBodiless = [204, 205, 304].includes(init.status) || body === undefined
  if (isBodiless) return new Response(null, init)
  return typeof body === 'string' ? new Response(body, init) : Response.json(body, init)
}

function isFor(fault: Fault, method: string, path: string): boolean {
  const isMethod = fault.method === '*' ? method !== 'OPTIONS' : fault.method === method
  if (!isMethod) return false
  return fault.path.endsWith('*') ? path.startsWith(fault.path.slice(0, -1)) : path === fault.path
}

const isWhole = (value: unknown, least: number, most: number): boolean =>
  value === undefined ||
  (Number.isInteger(value) && Number(value) >= least && Number(value) <= most)

function isHeaders(value: unknown): boolean {
  if (value === undefined) return true
  if (typeof value !== 'object' || value === null) return false
  try {
    return new Headers(Object.entries(value)) instanceof Headers
  } catch {
    return false
  }
}

const known = ['method', 'path', 'times', 'status', 'body', 'headers', 'delayMs', 'drop', 'acts']

function parseFault(value: unknown): Fault {
  const fault = structuredClone(Object(value) as Fault)
  const { method, path, times, status, headers, delayMs, drop, acts } = fault
  const isSound =
    typeof method === 'string' &&
    typeof path === 'string' &&
    Object.keys(fault).every((key) => known.includes(key)) &&
    isWhole(times, 1, 1_000_000) &&
    isWhole(status, 200, 599) &&
    isWhole(delayMs, 0, 600_000) &&
    isHeaders(headers) &&
    (acts === undefined || typeof acts === 'boolean') &&
    (drop === undefined || drop === 'before' || drop === 'after')
  if (!isSound) throw new ApiError('invalid_argument', 'A fault is malformed')
  return { ...fault, method: method.toUpperCase(), times: times ?? 1 }
}
