import type { InspectionEvent } from 'xstate'
import type { Inspector } from '../../adapters/inspect/index.ts'
import { inspectors } from '../../adapters/inspect/inspectors.ts'

/**
 * Makes an inspector that redacts nothing, unlike those of apps: tests see every event.
 *
 * @param observe receives each event
 */
export function observer(observe: (event: InspectionEvent) => void): Inspector {
  const inspector = { observe } as Inspector
  inspectors.add(inspector)
  return inspector
}
