/**
 * Reports what a listener threw as an uncaught error, without disturbing the caller of the listener.
 *
 * @param thrown passed on as it is
 */
export function reportError(thrown: unknown): void {
  queueMicrotask(() => {
    throw thrown
  })
}
