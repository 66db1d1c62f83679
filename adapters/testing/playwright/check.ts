import type { Locator, Page } from '@playwright/test'
import type { Screen } from './screens.ts'

/** What the app is to show. */
export interface Expected {
  /** The events that can be sent. */
  can: readonly string[]
  /** The code of the error that is shown. */
  error?: string
  /** Whether a call is under way. */
  busy?: boolean
}

/**
 * Compares what a page shows with what it is to show.
 *
 * @param name the name of the screen
 * @param screen undefined where the team has none
 * @returns a sentence for each difference
 */
export async function differencesOf(
  page: Page,
  name: string,
  screen: Screen | undefined,
  expected: Expected,
): Promise<string[]> {
  if (!screen) {
    return expected.busy ? [] : [`there is no screen "${name}": add it to the screens`]
  }
  const { events = {}, silent = [], findError = defaultError } = screen
  const isShown = await isVisible(screen.find(page))
  if (!isShown) return [`${name} is not shown`]
  // Whatever the app starts by itself, or leaves to a menu around the flow, needs no control.
  const missing = expected.can.filter((event) => !(event in events) && !isOfSession(event))
  const controls = Object.entries(events).map(async ([event, { find }]) => {
    const isOffered = await isUsable(find(page))
    if (isOffered === expected.can.includes(event)) return undefined
    return isOffered
      ? `${event} has an enabled control at ${name}, and cannot be sent`
      : `${event} has no enabled control at ${name}, and can be sent`
  })
  const isErrorShown = await isVisible(findError(page))
  const isErrorDue = expected.error !== undefined && !silent.includes(expected.error)
  const error =
    isErrorShown && expected.error === undefined
      ? `an error is shown at ${name}, and there is none`
      : isErrorDue && !isErrorShown
        ? `${expected.error} is not shown at ${name}`
        : undefined
  return [
    ...missing.map((event) => `the screen "${name}" has no control for ${event}`),
    ...(await Promise.all(controls)),
    error,
  ].filter((difference) => difference !== undefined)
}

const isOfSession = (event: string) => /^(flow|session)\.|^provider\.return$/.test(event)

const defaultError = (page: Page): Locator => page.getByRole('alert').filter({ hasText: /\S/ })

const isVisible = async (locator: Locator): Promise<boolean> => {
  const count = await locator.filter({ visible: true }).count()
  return count > 0
}

/** Whether a user can use one of the elements. */
const isUsable = (locator: Locator): Promise<boolean> =>
  locator
    .filter({ visible: true })
    .evaluateAll((elements) =>
      elements.some(
        (element) =>
          !element.matches(':disabled, [readonly]') &&
          !element.closest('[aria-disabled=true], [inert]'),
      ),
    )
