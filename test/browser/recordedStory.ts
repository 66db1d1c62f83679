/** Runs what a page has recorded again. */
import { account, provider, resetPassword, signIn, upgrade } from '../../adapters/client/index.ts'
import type { Trace, TraceEntry } from '../../adapters/inspect/trace.ts'
import { model, storyOf } from '../../adapters/testing/index.ts'

const world = model({ signIn, provider, resetPassword, upgrade, account })

/** What the demo calls by itself, beside its flows. */
const ownCalls = new Set(['getUser', 'getProviders'])

/**
 * Reads the story of a trace and runs it on the flows.
 *
 * @returns where the flows go another way than was recorded; undefined when they go as recorded, or when the trace
 *   cannot be run again
 */
export async function differenceOf({ entries }: Trace): Promise<string | undefined> {
  if (!canRunAgain(entries)) return undefined
  const isOwnCall = (entry: TraceEntry) => entry.type === 'call' && ownCalls.has(entry.operation)
  const story = { entries: entries.filter((entry) => !isOwnCall(entry)) }
  const { difference } = await storyOf(story, world)
  return difference
}

/**
 * A trace that begins within a flow, as after a reload, has no start; a story has no popups; and calls that the demo
 * makes itself are no part of the flows: that of `getUser` beside that of `account`, and what refreshes the tokens.
 */
function canRunAgain(entries: readonly TraceEntry[]): boolean {
  const first = entries.find((entry) => entry.type === 'view' && entry.status !== 'unknown')
  const isWhole = entries[0]?.n === 0 && first?.type === 'view' && first.flow === undefined
  const isOther = (entry: TraceEntry) =>
    (entry.type === 'view' && entry.flow === 'account') ||
    (entry.type === 'call' && entry.operation === 'refresh') ||
    (entry.type === 'actor' && JSON.stringify(entry).includes('openPopup'))
  return isWhole && !entries.some(isOther)
}
