import type { Awaitable } from '../../services/session/store.ts'
import { labelOf, type Look, lookLabelOf, type Step, type Story } from './story.ts'

/** What of a step can be compared: what is seen, and what the server was asked. */
export type Reading = Partial<Look & Pick<Step, 'calls'>>

/** Drives an app: the shape of a session of `@xstate/test` 2. */
export interface Driver {
  /**
   * Makes a step happen: prepares the server for `step.answers`, then does `step.action` as a user would.
   */
  send(step: Step): Awaitable<void>
  /** Reads what the app shows; only the fields that are returned are compared. */
  read(): Awaitable<Reading>
  /** Waits until the app is at rest. */
  settle?(): Awaitable<void>
  /** Closes the app, also after a failure. */
  dispose?(): Awaitable<void>
}

/**
 * Plays a story on an app and compares what it shows after every step.
 *
 * @throws Error that says in one sentence what is different, followed by the story up to there
 *
 * @example
 *   await replay(story, { send: (step) => page.click(step.action.event), read: () => auth.get() })
 */
export async function replay(story: Pick<Story, 'steps'>, driver: Driver): Promise<void> {
  try {
    for (const [index, step] of story.steps.entries()) {
      await driver.send(step)
      await driver.settle?.()
      const difference = differenceOf(step, await driver.read())
      if (difference === undefined) continue
      const lines = story.steps.slice(0, index + 1).map(lineOf)
      throw new Error(`after ${labelOf(step.action)}, ${difference}\n\n${lines.join('\n')}`)
    }
  } finally {
    await driver.dispose?.()
  }
}

function differenceOf({ look, calls }: Step, reading: Reading): string | undefined {
  const expected: Record<string, unknown> = { ...look, calls }
  for (const [name, found] of Object.entries(reading)) {
    const wanted = expected[name]
    if (JSON.stringify(found) !== JSON.stringify(wanted)) {
      return `${name} is ${print(found)} instead of ${print(wanted)}`
    }
  }
  return undefined
}

const print = (value: unknown) => JSON.stringify(value) ?? 'missing'

function lineOf({ action, answers, look }: Step, index: number): string {
  const answered = answers.map((answer) => `, ${labelOf(answer)}`).join('')
  return `${String(index + 1).padStart(3)}. ${labelOf(action)}${answered}: ${lookLabelOf(look)}`
}
