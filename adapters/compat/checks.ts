import { CloudbaseError } from './errors.ts'

/** A parameter that cannot be right: refused before anything is sent. */
export function invalid(description: string): CloudbaseError {
  return new CloudbaseError('invalid_argument', { description })
}

const isGiven = (value: unknown) => value !== undefined && value !== null && value !== ''

/** Refuses parameters that lack one of `names`. */
export function need<T extends object>(params: T, ...names: (keyof T & string)[]) {
  for (const name of names) {
    if (!isGiven(params?.[name])) throw invalid(`${name} is required`)
  }
}

/** Refuses parameters with none, or more than one, of `names`. */
export function needOne<T extends object>(params: T, ...names: (keyof T & string)[]) {
  const given = names.filter((name) => isGiven(params?.[name]))
  const list = names.join(' or ')
  if (given.length === 0) throw invalid(`${list} is required`)
  if (given.length > 1) throw invalid(`either ${list}, not ${given.join(' and ')}`)
}

const GENDERS = new Set<unknown>(['MALE', 'FEMALE', 'UNKNOWN', undefined])

/** Refuses a gender that the protocol has no word for. */
export function needGender({ gender }: { gender?: string }) {
  if (!GENDERS.has(gender)) throw invalid('gender must be MALE, FEMALE or UNKNOWN')
}
