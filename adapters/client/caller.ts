import { AuthError } from '../../services/error.ts'
import type * as layer from '../../services/http/caller.ts'
import { runUntil } from '../../services/http/deadline.ts'
import type { HttpOptions } from '../../services/http/http.ts'

type Caller = layer.Caller
type Layer = typeof layer

/** The import of the HTTP layer, for all clients. */
let loading: Promise<Layer> | undefined

const importLayer = () =>
  (loading ??= import('../../services/http/caller.ts').catch((thrown: unknown) => {
    loading = undefined
    throw thrown
  }))

/** The calls of a client, by an HTTP layer that is loaded while the first screen is drawn. */
export interface LoadedCaller {
  call: Caller
  /** Loads the HTTP layer, which the first call creates. When this fails, that call tries again. */
  load(): void
}

/**
 * Creates the function that calls endpoints. A call waits for the HTTP layer as long as for its answer,
 * and is not sent any more when that time is over.
 *
 * @param load imports the HTTP layer
 */
export function createLoadedCaller(options: HttpOptions, load = importLayer): LoadedCaller {
  const { clientId } = options
  let caller: Caller | undefined

  async function create(): Promise<Caller> {
    const { createCaller, createHttp } = await load()
    return (caller ??= createCaller(createHttp(options), clientId))
  }

  const callWhenLoaded: Caller = (endpoint, input, grants = {}) => {
    const { operation } = endpoint
    const { timeout = options.timeout, signal } = grants
    const fail = (code: string, description?: string) =>
      new AuthError(code, { operation, description })
    return runUntil({ timeout, signal, fail }, async (signal) => {
      // The same call may succeed later, as after any connection that failed.
      const call = await create().catch((cause: unknown) => {
        const description = 'a module of cloudbase-authflow could not be loaded'
        throw new AuthError('unreachable', { operation, description, cause })
      })
      return call(endpoint, input, { ...grants, signal })
    })
  }

  return {
    call: (endpoint, input, grants) => (caller ?? callWhenLoaded)(endpoint, input, grants),
    load: () => void load().catch(() => undefined),
  }
}
