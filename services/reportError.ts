/**
 * Rethrows an error in a microtask: it surfaces as an uncaught error, and the caller goes on.
 *
 * @param thrown what a listener threw
 */
export function reportError(thrown: unknown): void {
  queueMicrotask(() => {
    throw thrown
  })
}
