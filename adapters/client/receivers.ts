import type { AnyActorRef } from 'xstate'
import type { System } from '../../machines/core/freshTokens.ts'
import type { SessionEvent } from '../../machines/core/session.ts'
import { type CaptchaEvent, flowActors } from './view.ts'
import { hasOwn } from '../../services/record.ts'

const CAPTCHA_EVENTS: Record<CaptchaEvent['type'], true> = {
  'captcha.answer': true,
  'captcha.replace': true,
  'captcha.cancel': true,
}

/** The events of the session that an app may send. The others are between machines. */
export const SESSION_EVENTS: Record<SessionEvent['type'], true> = {
  'flow.start': true,
  'flow.cancel': true,
  'session.end': true,
}

/**
 * Finds the actor that takes an event of the app: the captcha dialog, else the innermost part of the
 * running flow, else the session.
 *
 * @returns undefined when none takes it
 */
export function receiverOf(system: System, event: { type: string }): AnyActorRef | undefined {
  const { type } = event
  if (typeof type !== 'string' || type.startsWith('xstate.')) return undefined
  const actors = [
    ...(hasOwn(CAPTCHA_EVENTS, type) ? [system.get('captcha')] : []),
    ...flowActors(system).reverse(),
    ...(hasOwn(SESSION_EVENTS, type) ? [system.get('session')] : []),
  ]
  return actors.find((actor) => actor.getSnapshot().can(event))
}
