import { SuperJSON } from 'superjson'
import { AuthError, type AuthErrorCode, type AuthErrorDetails } from './error.ts'
import { isRecord } from './record.ts'
import { Secret } from './secret.ts'
import type { SentCode } from './sentCode.ts'

/**
 * The format of stored flows, independent of the version of the package. It is raised when a machine
 * changes so that an older snapshot of it can no longer be resumed.
 */
export const FORMAT = 1

/** A flow that waits for the user, as it is stored to survive a reload. */
export interface SavedFlow {
  /** The user the flow belongs to; undefined while signed out. */
  uid?: string
  /** The name the flow was started with. */
  flow: string
  /** The persisted snapshot of its machine. */
  snapshot: object
  /** The codes that may not be sent again yet. */
  codes: readonly SentCode[]
  /** What was read last about the user; it holds no secret. */
  userFact?: UserFact
}

/** What a call has found out about the signed-in user. */
export interface UserFact {
  type: 'user.read'
  uid: string
  hasPassword?: boolean
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

/**
 * Writes a flow as the text to store. Secrets are not written: they come back as undefined.
 *
 * @returns JSON with the format number
 */
export function serialize(saved: SavedFlow): string {
  return withUrl(() => json.stringify({ format: FORMAT, ...saved }))
}

/**
 * Reads a stored flow.
 *
 * @param text what `serialize` has returned, or anything else
 * @returns the flow, or undefined when the text is damaged or of another format
 */
export function deserialize(text: string): SavedFlow | undefined {
  try {
    const { format, uid, flow, snapshot, codes, userFact } = withUrl(() =>
      json.parse<{ format: unknown } & SavedFlow>(text),
    )
    const isSound =
      format === FORMAT &&
      typeof flow === 'string' &&
      codes.every(({ key }) => key) &&
      // Anything else is another event, which would act on the session.
      (!userFact || userFact.type === 'user.read')
    return isSound && isRecord(snapshot) ? { uid, flow, snapshot, codes, userFact } : undefined
  } catch {
    return undefined
  }
}

/** superjson compares every value with `URL`, which mini-programs lack: for the call nothing is one. */
function withUrl<T>(run: () => T): T {
  if (typeof URL !== 'undefined') return run()
  const globals = globalThis as { URL?: unknown }
  globals.URL = class {}
  try {
    return run()
  } finally {
    delete globals.URL
  }
}
