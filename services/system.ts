import type { CaptchaService } from './captcha/captcha.ts'
import { type Clock, systemClock } from './clock.ts'
import { AuthError } from './error.ts'
import type { Caller } from './http/caller.ts'
import type { Platform } from './platform/platform.ts'
import type { Revocations } from './session/revocations.ts'
import type { SharedSession } from './session/sharedSession.ts'

/** What one client brings to the machines, which all clients share. */
export interface Services {
  /** Sends one request. */
  call: Caller
  clock: Clock
  captcha: CaptchaService
  session: SharedSession
  revocations: Revocations
  /** Makes 128 random bits as hex. */
  nonce(): string
  /** Navigates to a web page. @throws AuthError `invalid_response` for any other address */
  redirect(url: string): void
  /** Which CloudBase environment it is, and which of its clients. */
  client: { env: string; clientId: string }
  platform: Partial<Platform>
  returnOrigins?: readonly string[]
}

// A registered symbol, so that two copies of this package in one app find the same services.
const SERVICES = Symbol.for('cloudbase-authflow.services')

type Provided = { [SERVICES]?: Services }

/**
 * Gives the machines of an actor system their services. `createAuth` does this itself; it is public
 * for tests and tools that start a machine on their own.
 *
 * @param system `actor.system`, before the actor starts
 *
 * @example
 *   const actor = createActor(signIn)
 *   provide(actor.system, { call, clock, captcha, session, revocations, nonce, redirect, client, platform: {} })
 *   actor.start()
 */
export function provide(system: object, services: Services): void {
  Object.assign(system, { [SERVICES]: services } satisfies Provided)
}

/** @returns the services of the system, or undefined for a machine that runs on its own */
export const providedTo = (system: object): Services | undefined => (system as Provided)[SERVICES]

/** @throws AuthError `failed_precondition` in a system without services */
export function servicesOf(system: object): Services {
  const services = providedTo(system)
  if (!services) throw missingServices()
  return services
}

/** @returns the error of a machine that runs on its own and needs a client */
export const missingServices = (): AuthError =>
  new AuthError('failed_precondition', {
    description:
      'start this machine as a flow of createAuth, or call provide(actor.system, …) first',
  })

/** @returns the clock of the system; the time of day for a machine that runs on its own */
export const clockOf = (system: object): Clock => providedTo(system)?.clock ?? systemClock

let last = 0

/**
 * Returns a number greater than any before, in this page and in earlier ones: the time in
 * milliseconds since the epoch, made strictly increasing.
 *
 * @param known one of an earlier page, which counts also where the clock was set back meanwhile
 */
export const orderOf = (system: object, known = 0): number =>
  (last = Math.max(last + 1, known + 1, clockOf(system).now()))
