import { ServiceError } from '../serviceError.ts'

/** Who calls a function. */
export interface FunctionContext {
  /** The user id; `undefined` for a call with a publishable key. */
  uid: string | undefined
  /** The environment id the client named. */
  env: string
}

/** A cloud function: receives what the client sent as `data` and returns JSON. */
export type CloudFunction = (event: unknown, context: FunctionContext) => unknown

/** Runs the cloud functions of an app. */
export interface Functions {
  /**
   * Runs a function.
   *
   * @returns Its result, `null` if it returned nothing.
   * @throws ServiceError `FUNCTION_NOT_FOUND` or `FUNCTION_EXECUTE_FAIL`.
   */
  run(name: string, event: unknown, context: FunctionContext): Promise<unknown>
}

/**
 * Creates the functions of an app.
 *
 * @param functions The functions by name.
 * @returns The functions.
 */
export function createFunctions(functions: Readonly<Record<string, CloudFunction>>): Functions {
  return {
    async run(name, event, context) {
      const run = Object.hasOwn(functions, name) ? functions[name] : undefined
      if (!run) throw new ServiceError('FUNCTION_NOT_FOUND', `There is no function ${name}`)
      try {
        return (await run(event, context)) ?? null
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        throw new ServiceError('FUNCTION_EXECUTE_FAIL', message)
      }
    },
  }
}
