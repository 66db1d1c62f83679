import type { Flows } from '../../machines/core/session.ts'
import { hasOwn } from '../../services/record.ts'
import type { AskingStep, View } from '../client/view.ts'

/**
 * A template for each step in which the user moves next. A record that misses a step, or has one that
 * no flow has, does not compile.
 */
export type Templates<F extends Flows, T> = {
  readonly [S in AskingStep<F>]: (view: View<F> & { step: S }) => T
}

/**
 * Renders the template of the present step.
 *
 * @param view the view of a client
 * @param templates one for each `asking…` step of the client's flows
 * @returns what the template returns; undefined while the machine works or no flow runs, where a UI
 *   keeps the form of the step before
 * @example
 *   const screen = renderStep(view, { askingAccount: accountForm, askingCode: codeForm, … })
 */
export function renderStep<F extends Flows, T>(
  view: View<F>,
  templates: Templates<F, T>,
): T | undefined {
  const { step } = view as { step?: string }
  if (step === undefined || !hasOwn(templates, step)) return undefined
  const template = templates[step as AskingStep<F>] as unknown as (view: View<F>) => T
  return template(view)
}
