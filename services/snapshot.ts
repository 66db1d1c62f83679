import { SuperJSON } from 'superjson'
import { AuthError, type AuthErrorCode, type AuthErrorDetails } from './error.ts'
import { VERSION } from './version.ts'
import { isRecord } from './record.ts'
import { Secret } from './secret.ts'

/** A flow cut at rest: its name and the persisted snapshot of its machine. */
export interface SavedFlow {
  /** Who it was begun for, or has signed in. */
  uid?: string
  flow: string
  snapshot: object
}

const json = new SuperJSON()

json.registerCustom<AuthError, { code: AuthErrorCode } & Pick<AuthErrorDetails, 'operation'>>(
  {
    isApplicable: (value) => value instanceof AuthError,
    serialize: ({ code, operation = '' }) => ({ code, operation }),
    deserialize: ({ code, operation }) => new AuthError(code, { operation }),
  },
  'AuthError',
)

json.registerCustom<Secret, null>(
  {
    isApplicable: (value) => value instanceof Secret,
    serialize: () => null,
    deserialize: () => undefined as never,
  },
  'Secret',
)

/** The text to store. Secrets become nothing: what was one is undefined when it comes back. */
export function serialize(saved: SavedFlow): string {
  return json.stringify({ version: VERSION, ...saved })
}

/** What was stored by this very version, or undefined: another version and damage start fresh. */
export function deserialize(text: string): SavedFlow | undefined {
  try {
    const { version, uid, flow, snapshot } = json.parse<{ version: unknown } & SavedFlow>(text)
    const sound = version === VERSION && typeof flow === 'string' && typeof snapshot === 'object'
    return sound && snapshot ? { uid, flow, snapshot } : undefined
  } catch {
    return undefined
  }
}

/** Whether there is a secret anywhere in a tree of plain objects and arrays. */
export function hasSecret(value: unknown): boolean {
  if (value instanceof Secret) return true
  return (Array.isArray(value) || isRecord(value)) && Object.values(value).some(hasSecret)
}
