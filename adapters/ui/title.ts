import { hasOwn } from '../../services/record.ts'
import type { UiTexts } from './en.ts'
import type { FlowPosition } from './fields.ts'

/**
 * Finds the title of the present step.
 *
 * @param view the view of a client
 * @param texts `en` or `zh` of this package, or texts of an app's own
 * @returns undefined while the machine works, where a UI keeps the title of the step before
 */
export function titleOf(
  { flow, step }: FlowPosition,
  { titles }: Pick<UiTexts, 'titles'>,
): string | undefined {
  const key = [`${flow}.${step}`, `${step}`].find((name) => hasOwn(titles, name))
  return key && titles[key as keyof typeof titles]
}
