import type { Flows } from '../../machines/core/session.ts'
import { captchaPicture } from '../../services/captcha/captcha.ts'
import { systemClock } from '../../services/clock.ts'
import { createCaller } from '../../services/http/caller.ts'
import { createHttp } from '../../services/http/http.ts'
import { originOf } from '../../services/http/origin.ts'
import { requireHttpUrl } from '../../services/platform/destination.ts'
import { createRefresher } from '../../services/session/refresh.ts'
import { type Store, webStore, withTimeout } from '../../services/session/store.ts'
import { createTokenStore } from '../../services/session/tokenStore.ts'
import type { Services } from '../../services/system.ts'
import { randomHex } from '../../services/randomHex.ts'
import type { AuthOptions } from './options.ts'

/**
 * Creates what one client brings to the machines.
 *
 * @param navigate leaves the page, for platforms that do not do it themselves
 * @returns the services, and the store of the tab for the running flow
 */
export function createServices(
  options: AuthOptions<Flows>,
  navigate: (url: string) => void,
): { services: Services; tab: Store } {
  const { env, clientId = env, clock = systemClock, language = 'zh-CN', timeout = 15_000 } = options
  const { captcha = captchaPicture, platform = {}, returnOrigins, storage = {}, fetch } = options
  const storeOf = (own: Store | undefined, name: Parameters<typeof webStore>[0]) =>
    own ? withTimeout(own, clock) : webStore(name)
  const shared = storeOf(storage.shared, 'localStorage')
  const http = createHttp({
    origin: () => originOf(options),
    clientId,
    language,
    timeout,
    store: shared,
    fetch,
  })
  const caller = createCaller(http, clientId)
  const call = options.inspect?.watchCalls?.(caller) ?? caller
  const store = createTokenStore(shared, clientId)
  const services = {
    call,
    clock,
    captcha,
    store,
    refresh: createRefresher(call, store),
    nonce: platform.nonce ?? randomHex,
    redirect(url: string) {
      const page = requireHttpUrl(url, 'redirect')
      if (platform.redirect) platform.redirect(page)
      else navigate(page)
    },
    platform,
    returnOrigins,
  }
  return { services, tab: storeOf(storage.tab, 'sessionStorage') }
}
