import { last } from '../../../services/lists.ts'
import type { Step, Story } from '../story.ts'
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

/** Milliseconds that pass without a move of the clocks: a pause before a call is repeated is shorter. */
const SHORT_MS = 5000

/**
 * Returns the steps of a story that a browser can play. A short wait is joined with the step before it, because such a
 * time passes by itself, and a pause at the end is left out, because it is over before it can be looked at.
 *
 * @returns undefined when something happens between a call and its answer, for which the server is prepared before
 */
export function playableSteps(story: Pick<Story, 'steps'>): Step[] | undefined {
  const steps: Step[] = []
  for (const step of story.steps) {
    const before = last(steps)
    const isShort = step.action.type === 'wait' && (step.ms ?? 0) < SHORT_MS
    if (!before || !isShort) {
      steps.push(step)
      continue
    }
    const answers = [...before.answers, ...step.answers]
    const calls = [...before.calls, ...step.calls]
    steps[steps.length - 1] = { ...before, answers, calls, look: step.look }
  }
  const end = last(steps)
  if (end?.look.busy && heldIn(end).length === 0) steps.pop()
  const isPlanned = ({ answers, calls }: Step) =>
    answers.every(({ operation }) => calls.includes(operation))
  const isInterrupted = steps.slice(0, -1).some(({ look }) => look.busy)
  return isInterrupted || !steps.every(isPlanned) ? undefined : steps
}

/** The calls of a step that are not answered. */
function heldIn({ answers, calls }: Step): string[] {
  const held = [...calls]
  for (const { operation } of answers) {
    const at = held.indexOf(operation)
    if (at >= 0) held.splice(at, 1)
  }
  return held
}

/** Converts a step of a story to what `Flow` takes; what is as usual is left out. */
export function scriptOf(taken: Step): Script {
  const { action, answers, payload, calls, look } = taken
  const { status, step, captcha, error, busy, can } = look
  const planned = answers.map(({ operation, outcome }) => [operation, outcome] as const)
  // Which flow begins is no field that is filled in.
  const isStart = action.type === 'send' && action.event === 'flow.start'
  const isTyped = !isStart && Object.keys(payload ?? {}).length > 0
  const held = heldIn(taken)
  return {
    name: captcha ? 'captcha' : (step ?? status),
    given: {
      ...(isTyped && { payload: { ...payload } }),
      ...(planned.length > 0 && { answers: planned }),
      ...(held.length > 0 && { held }),
    },
    look: {
      can,
      ...(error !== undefined && { error }),
      ...(busy && !captcha && { busy }),
      ...(calls.length > 0 && { calls }),
    },
  }
}
