import { AuthError } from '../../services/error.ts'

/** Returns the part of a value that may be shown, or `undefined` when nothing of it may. */
export type Redactor = (value: unknown) => unknown

/** A redactor for each field that may be shown. */
export type Fields = Record<string, Redactor>

/** Keeps finite numbers. */
export const keepNumber: Redactor = (value) => (Number.isFinite(value) ? value : undefined)

/** Keeps booleans. */
export const keepBoolean: Redactor = (value) => (typeof value === 'boolean' ? value : undefined)

const keepMatching =
  (pattern: RegExp): Redactor =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? value : undefined

/** Keeps identifiers of the code, such as the name of an operation, a flow or a provider. */
export const keepName = keepMatching(/^[A-Za-z][\w.:/{}-]{0,63}$/)

/** Keeps the names of an object's fields that are identifiers of the code. */
export const keepNames: Redactor = (value) =>
  typeof value === 'object' && value !== null
    ? Object.keys(value).filter((name) => keepName(name) !== undefined)
    : undefined

/** Masks a phone number as `+•• •••••••••00`, and any other text as `•••`. */
export const maskPhone: Redactor = (value) => {
  if (typeof value !== 'string') return undefined
  return /^[\d\s+()-]{5,32}$/.test(value) ? value.replaceAll(/\d(?=.*\d.*\d)/g, '•') : '•••'
}

/** Masks an e-mail address as `a•••@example.com`, and any other text as `•••`. */
export const maskEmail: Redactor = (value) => {
  if (typeof value !== 'string') return undefined
  const [, first, domain] = /^([^@])[^@]*@((?:[\w-]+\.)+[A-Za-z]{2,})$/.exec(value) ?? []
  return first ? `${first}•••@${domain}` : '•••'
}

/**
 * Creates a redactor that keeps the listed fields of an object and drops all others.
 *
 * @param fields a redactor for each field that may be shown
 */
export const keepFields =
  (fields: Fields): Redactor =>
  (value) => {
    if (typeof value !== 'object' || value === null) return undefined
    const kept = Object.entries(fields).flatMap(([name, redactField]) => {
      const part = redactField(value[name as never])
      return part === undefined ? [] : [[name, part]]
    })
    return kept.length > 0 ? Object.fromEntries(kept) : undefined
  }

const keepDetails = keepFields({
  code: keepMatching(/^([a-z_]{1,48}|[A-Z_]{1,48})$/),
  operation: keepName,
  status: keepNumber,
  retryAfter: keepNumber,
  requestId: keepMatching(/^[\da-f]{32}$/),
})

/**
 * Keeps the code, operation, status, delay and request id of an `AuthError`; any other error becomes
 * `{ code: 'unknown' }`. Drops messages and descriptions, because a server may repeat in them what
 * it was sent.
 */
export const redactError: Redactor = (value) => {
  if (value === undefined) return undefined
  return { code: 'unknown', ...(value instanceof AuthError && (keepDetails(value) as object)) }
}
