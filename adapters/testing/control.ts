import { AuthError } from '../../services/error.ts'

/** Calls the control API of a sandbox. */
export type Control = <T = unknown>(method: string, path: string, body?: unknown) => Promise<T>

/**
 * Returns the control API of a sandbox.
 *
 * @param sandbox its address
 * @param operation what asks, for errors
 * @returns a function that throws `AuthError` with what the sandbox answers, or `unreachable`
 * @see `/__sandbox` in the README of `cloudbase-authflow-sandbox`
 */
export function controlOf(sandbox: string, operation: string): Control {
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const url = new URL(`/__sandbox/${path}`, sandbox)
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      const description = `no sandbox answers at ${url.origin}: start one with npx cloudbase-authflow-sandbox`
      throw new AuthError('unreachable', { operation, description, cause })
    })
    const answer = (await response.json()) as T & { error?: string; error_description?: string }
    if (response.ok) return answer
    throw new AuthError(answer.error ?? 'unknown', {
      operation,
      description: answer.error_description,
      status: response.status,
    })
  }
}
