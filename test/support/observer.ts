import type { InspectionEvent } from 'xstate'
import type { Inspector } from '../../adapters/inspect/index.ts'
import { inspectors } from '../../adapters/inspect/inspectors.ts'

/**
 * Makes an inspector that redacts nothing, unlike those of apps: tests see every event.
 *
 * @param observe receives each event
 * @param next an inspector of an app that sees everything as well
 */
export function observer(observe: (event: InspectionEvent) => void, next?: Inspector): Inspector {
  const inspector = {
    observe(event) {
      observe(event)
      next?.observe(event)
    },
    onSend: (event, taken) => next?.onSend(event, taken),
    onView: (view) => next?.onView(view),
    watchCalls: (call) => next?.watchCalls(call) ?? call,
  } as Inspector
  inspectors.add(inspector)
  return inspector
}
