import type { Caller } from './http/caller.ts'
import type { CaptchaService } from './captcha/captcha.ts'
import { type Clock, systemClock } from './clock.ts'
import { AuthError } from './error.ts'
import type { Platform } from './platform/platform.ts'
import type { TokenStore } from './session/tokenStore.ts'

/** What one instance brings along; the machines themselves are the same for all. */
export interface Services {
  call: Caller
  clock: Clock
  captcha: CaptchaService
  store: TokenStore
  nonce(): string
  /** Leaves for a page of the web; nothing else is gone to. */
  redirect(url: string): void
  platform: Partial<Platform>
  returnOrigins?: readonly string[]
}

/** By what every action and actor has at hand: its actor system. */
const provided = new WeakMap<object, Services>()

/** Called before the system starts. */
export function provide(system: object, services: Services): void {
  provided.set(system, services)
}

/** Nothing for a tool, which looks at a machine without running it. */
export const providedTo = (system: object): Services | undefined => provided.get(system)

/** @throws AuthError `failed_precondition` in a system that `createAuth` has not made */
export function servicesOf(system: object): Services {
  const services = provided.get(system)
  if (services) return services
  const description = 'this machine runs under createAuth, or where provide(system, …) was called'
  throw new AuthError('failed_precondition', { description })
}

/** For a tool it is the time of day. */
export const clockOf = (system: object): Clock => provided.get(system)?.clock ?? systemClock
