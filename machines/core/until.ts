import { fromPromise } from 'xstate'
import { clockOf } from '../../services/system.ts'

/** Waits for a deadline (ms since the epoch). Unlike `after`, it is re-armed when restored. */
export const until = fromPromise<void, number>(({ input, system, signal }) =>
  clockOf(system).until(input, signal),
)
