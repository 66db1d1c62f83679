/**
 * Reports an error as uncaught, in a microtask, so that the caller goes on.
 *
 * Like the global `reportError` of browsers, which Node and mini-programs lack.
 *
 * @param thrown what a listener threw, or what its promise rejected with
 */
export function reportError(thrown: unknown): void {
  queueMicrotask(() => {
    throw thrown
  })
}
