import SuperJSON from 'superjson'
import { AuthError, type AuthErrorCode, type AuthErrorDetails } from './error.ts'
import { VERSION } from './http.ts'
import { Secret } from './secret.ts'

const json = new SuperJSON()

json.registerCustom<AuthError, { code: AuthErrorCode } & Pick<AuthErrorDetails, 'operation'>>(
  {
    isApplicable: (value) => value instanceof AuthError,
    serialize: ({ code, operation = '' }) => ({ code, operation }),
    deserialize: ({ code, operation }) => new AuthError(code, { operation }),
  },
  'AuthError',
)

class SecretAboard extends Error {}

json.registerCustom<Secret, null>(
  {
    isApplicable: (value) => value instanceof Secret,
    serialize: () => {
      throw new SecretAboard()
    },
    deserialize: () => {
      throw new SecretAboard()
    },
  },
  'Secret',
)

/** A flow cut at rest: its name and the persisted snapshot of its machine. */
export interface SavedFlow {
  flow: string
  snapshot: object
}

/**
 * The text to store, or undefined when a secret is aboard: what was saved before stays good then.
 */
export function serialize(saved: SavedFlow): string | undefined {
  try {
    return json.stringify({ version: VERSION, ...saved })
  } catch (thrown) {
    if (thrown instanceof SecretAboard) return undefined
    throw thrown
  }
}

/** What was stored by this very version, or undefined: another version and damage start fresh. */
export function deserialize(text: string): SavedFlow | undefined {
  try {
    const { version, flow, snapshot } = json.parse<{ version: unknown } & SavedFlow>(text)
    const sound = version === VERSION && typeof flow === 'string' && typeof snapshot === 'object'
    return sound && snapshot ? { flow, snapshot } : undefined
  } catch {
    return undefined
  }
}
