import type { Flows } from '../../machines/core/session.ts'
import { captchaPicture } from '../../services/captcha/captcha.ts'
import { systemClock } from '../../services/clock.ts'
import { originOf } from '../../services/http/origin.ts'
import { requireHttpUrl } from '../../services/platform/destination.ts'
import { isInBrowser, type SessionPorts, sessionPorts } from '../../services/session/ports.ts'
import { sendRefresh } from '../../services/session/refresh.ts'
import { Revocations } from '../../services/session/revocations.ts'
import { createSharedSession } from '../../services/session/sharedSession.ts'
import { memoryStore, type Store, webStore, withTimeout } from '../../services/session/store.ts'
import type { Services } from '../../services/system.ts'
import { randomHex } from '../../services/randomHex.ts'
import { createLoadedCaller } from './caller.ts'
import type { AuthOptions } from './options.ts'

/**
 * Creates what one client brings to the machines.
 *
 * @param navigate leaves the page, for platforms that do not do it themselves
 * @param given where a server keeps the session; default: what the options and the platform say
 * @returns the services, the store of the tab for the running flow, and what loads the HTTP layer
 */
export function createServices(
  options: AuthOptions<Flows>,
  navigate: (url: string) => void,
  given?: SessionPorts,
): { services: Services; tab: Store; load: () => void } {
  const { env, clientId = env, clock = systemClock, language = 'zh-CN', timeout = 15_000 } = options
  const { captcha = captchaPicture, platform = {}, returnOrigins, storage = {}, fetch } = options
  const ports = given ?? sessionPorts({ shared: storage.shared, lock: options.lock }, clock)
  const caller = createLoadedCaller({
    origin: () => originOf(options),
    clientId,
    language,
    timeout,
    store: ports.shared,
    fetch,
  })
  const call = options.inspect?.watchCalls?.(caller.call) ?? caller.call
  const services = {
    call,
    clock,
    captcha,
    session: createSharedSession({
      ...ports,
      clientId,
      clock,
      timeout,
      send: (credentials, signal) => sendRefresh(call, credentials, signal),
    }),
    revocations: new Revocations(ports.shared, `authflow_revoke_${clientId}`),
    nonce: platform.nonce ?? randomHex,
    client: { env, clientId },
    redirect(url: string) {
      const page = requireHttpUrl(url, 'redirect')
      if (platform.redirect) platform.redirect(page)
      else navigate(page)
    },
    platform,
    returnOrigins,
  }
  const ownTab = isInBrowser() ? webStore('sessionStorage') : memoryStore()
  const tab = storage.tab ? withTimeout(storage.tab, clock) : ownTab
  return { services, tab, load: caller.load }
}
