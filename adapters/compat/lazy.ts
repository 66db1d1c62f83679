import { CloudbaseError } from './errors.ts'

type Methods = Record<string, (...args: never[]) => Promise<unknown>>

/**
 * Methods that are fetched when the first of them is called: they are no weight on the first
 * screen. What could not be fetched is tried again by the next call.
 *
 * @param names all of them
 * @param fail what a call comes to that they could not be fetched for
 */
export function lazily<M extends Methods>(
  names: Record<keyof M, 0>,
  load: () => Promise<M>,
  fail: (error: CloudbaseError) => unknown,
): M {
  let loading: Promise<M> | undefined
  const method =
    (name: string) =>
    async (...args: never[]) => {
      const methods = await (loading ??= load()).catch((cause: unknown) => {
        loading = undefined
        return new CloudbaseError('unreachable', { operation: name, cause })
      })
      return methods instanceof CloudbaseError ? fail(methods) : methods[name]!(...args)
    }
  return Object.fromEntries(Object.keys(names).map((name) => [name, method(name)])) as M
}
