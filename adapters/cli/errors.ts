import { AuthError } from '../../services/error.ts'

/** Wrong arguments. */
export class UsageError extends Error {
  constructor(message: string) {
    super(`${message} (see --help)`)
  }
}

/** Returns an error in words, without a stack. */
export function errorText(thrown: unknown): string {
  if (thrown instanceof AuthError && thrown.description !== undefined) return thrown.description
  return thrown instanceof Error ? thrown.message : String(thrown)
}
