import type { Step } from '../story.ts'
import type { PlannedAnswer } from './arrange.ts'
import type { Expected } from './check.ts'

/** How the server answers what happens, and what is typed. */
export interface Given {
  answers?: readonly PlannedAnswer[]
  /** The payload of the event. */
  payload?: Readonly<Record<string, unknown>>
  /** Operations that get no answer. */
  held?: readonly string[]
}

/** What `at` expects beside the step. */
export interface Look extends Partial<Expected> {
  /** The operations that were called since the last event, in order. */
  calls?: readonly string[]
}

/** A step of a story, as `Flow` takes it. */
export interface Script {
  /** The name of the screen. */
  name: string
  given: Given
  look: Look
}

/** Converts a step of a story to what `Flow` takes; what is as usual is left out. */
export function scriptOf({ action, answers, payload, calls, look }: Step): Script {
  const { status, step, captcha, error, busy, can } = look
  const planned = answers.map(({ operation, outcome }) => [operation, outcome] as const)
  // Which flow begins is no field that is filled in.
  const isStart = action.type === 'send' && action.event === 'flow.start'
  const isTyped = !isStart && Object.keys(payload ?? {}).length > 0
  const unanswered = [...calls]
  for (const [operation] of planned) {
    const at = unanswered.indexOf(operation)
    if (at >= 0) unanswered.splice(at, 1)
  }
  return {
    name: captcha ? 'captcha' : (step ?? status),
    given: {
      ...(isTyped && { payload: { ...payload } }),
      ...(planned.length > 0 && { answers: planned }),
      ...(unanswered.length > 0 && { held: unanswered }),
    },
    look: {
      can,
      ...(error !== undefined && { error }),
      ...(busy && !captcha && { busy }),
      ...(calls.length > 0 && { calls }),
    },
  }
}
