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
  /** Whether the browser opens no popup. */
  isBlocked?: boolean
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

/** A step as a browser plays it. */
export interface PlayedStep extends Step {
  /** Whether the popup that it opens is blocked. */
  isBlocked?: boolean
}

/** While this is the step, the browser is on the page of the provider. */
const AWAY = 'askingReturn'

/** Milliseconds that pass without a move of the clocks: a pause before a call is repeated is shorter. */
const SHORT_MS = 5000

/**
 * Returns the steps of a story that a browser can play. A short wait is joined with the step before it, because such a
 * time passes by itself, as is a popup that is blocked; and a pause at the end is left out, because it is over before it can
 * be looked at.
 *
 * @returns undefined for what a browser cannot play: something that happens between a call and its answer, for which the
 *   server is prepared before; a popup that the user closes, which a page does not notice; what the user does, while the
 *   provider's page is shown, but to return from it; and calls while another tab acts
 */
export function playableSteps(story: Pick<Story, 'steps'>): PlayedStep[] | undefined {
  const steps: PlayedStep[] = []
  for (const step of story.steps) {
    const before = last(steps)
    const { action } = step
    const isShort = action.type === 'wait' && (step.ms ?? 0) < SHORT_MS
    const isBlocked = action.type === 'popup' && action.outcome === 'blocked'
    if (!before || !(isShort || isBlocked)) {
      steps.push(step)
      continue
    }
    const answers = [...before.answers, ...step.answers]
    const calls = [...before.calls, ...step.calls]
    const blocked = isBlocked && { isBlocked }
    steps[steps.length - 1] = { ...before, ...blocked, answers, calls, look: step.look }
  }
  if (!steps.every(canPlay)) return undefined
  const end = last(steps)
  if (end?.look.busy && heldIn(end).length === 0) steps.pop()
  const isPlanned = ({ answers, calls }: Step) =>
    answers.every(({ operation }) => calls.includes(operation))
  const isInterrupted = steps.slice(0, -1).some(({ look }) => look.busy)
  return isInterrupted || !steps.every(isPlanned) ? undefined : steps
}

/** Whether a browser can play a step after the one before it. */
function canPlay({ action, calls }: PlayedStep, at: number, steps: readonly PlayedStep[]): boolean {
  const isReturn = action.type === 'send' && action.event === 'provider.return'
  if (isAway(steps[at - 1]?.look) !== isReturn) return false
  if (action.type === 'popup') return action.outcome !== 'closed'
  return action.type !== 'otherTab' || calls.length === 0
}

/** Whether the browser shows the page of the provider in place of the app. */
export const isAway = (look?: Pick<Step['look'], 'step'>): boolean => look?.step === AWAY

/**
 * Returns how the page of the provider ends in a step, whether it is a popup or in place of the app.
 *
 * @returns undefined when the step is something else
 */
export function consentIn({ action }: Step): 'answered' | 'denied' | undefined {
  const isReturn = action.type === 'send' && action.event === 'provider.return'
  if (action.type !== 'popup' && !isReturn) return undefined
  const isDenied = action.type === 'popup' ? action.outcome === 'denied' : action.note === 'denied'
  return isDenied ? 'denied' : 'answered'
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
export function scriptOf(taken: PlayedStep): Script {
  const { action, answers, payload, calls, look, isBlocked } = taken
  const { status, step, captcha, error, busy, can } = look
  const planned = answers.map(({ operation, outcome }) => [operation, outcome] as const)
  // Which flow begins is no field that is filled in.
  const isStart = action.type === 'send' && action.event === 'flow.start'
  const isTyped =
    !isStart && consentIn(taken) === undefined && Object.keys(payload ?? {}).length > 0
  const held = heldIn(taken)
  return {
    name: captcha ? 'captcha' : (step ?? status),
    given: {
      ...(isTyped && { payload: { ...payload } }),
      ...(planned.length > 0 && { answers: planned }),
      ...(held.length > 0 && { held }),
      ...(isBlocked && { isBlocked }),
    },
    look: {
      can,
      ...(error !== undefined && { error }),
      ...(busy && !captcha && { busy }),
      ...(calls.length > 0 && { calls }),
    },
  }
}
