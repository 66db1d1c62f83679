import { AbortControllerPolyfill, AbortSignalPolyfill } from './abort.ts'
import { HeadersPolyfill } from './headers.ts'

/** Installs the globals of browsers that other engines can lack, without random numbers. */
export function installPolyfills(): void {
  const globals = globalThis as Record<string, unknown>
  if (!globals['AbortController']) {
    Object.assign(globals, {
      AbortController: AbortControllerPolyfill,
      AbortSignal: AbortSignalPolyfill,
    })
  }
  globals['Headers'] ??= HeadersPolyfill
  globals['queueMicrotask'] ??= (run: () => void) => void Promise.resolve().then(run)
  globals['crypto'] ??= {}
}
