import { fromPromise } from 'xstate'
import type { Clock } from '../services/clock.ts'

/** Waits for a deadline (ms since the epoch). Unlike `after`, it is re-armed when restored. */
export const until = (clock: Clock) =>
  fromPromise<void, number>(({ input, signal }) => clock.until(input, signal))
