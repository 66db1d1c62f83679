import { runUntil, scriptDeadline } from '../../services/http/deadline.ts'
import { CloudbaseError } from './errors.ts'

type Methods = Record<string, (...args: never[]) => Promise<unknown>>

/**
 * Imports code that is not there from the start.
 *
 * @param operation the operation of the error
 * @throws CloudbaseError `unreachable` where the import fails or does not come
 */
export const importInTime = <T>(load: () => Promise<T>, operation: string): Promise<T> =>
  runUntil(scriptDeadline, load).catch((cause: unknown) => {
    throw new CloudbaseError('unreachable', { operation, cause })
  })

/**
 * Creates methods whose code is imported by the first call, so that it does not delay the first
 * screen. An import that fails, or does not come, is tried again by the next call.
 *
 * @param names the names of the methods
 * @param load imports the methods
 * @param onLoadError returns the result of a call whose import failed with `unreachable`. Default:
 *   a rejection
 */
export function lazyMethods<M extends Methods, const Name extends keyof M & string>(
  names: readonly Name[],
  load: () => Promise<M>,
  onLoadError: (error: CloudbaseError) => unknown = (error) => Promise.reject(error),
): Pick<M, Name> {
  let loading: Promise<M> | undefined
  const lazyMethod =
    (name: Name) =>
    async (...args: never[]) => {
      const methods = await importInTime(() => (loading ??= load()), name).catch(
        (error: CloudbaseError) => {
          loading = undefined
          return error
        },
      )
      return methods instanceof CloudbaseError ? onLoadError(methods) : methods[name]!(...args)
    }
  return Object.fromEntries(names.map((name) => [name, lazyMethod(name)])) as Pick<M, Name>
}
