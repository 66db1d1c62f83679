/** Runs what a tab has recorded again. */
import { account, provider, resetPassword, signIn, upgrade } from '../../adapters/client/index.ts'
import type { LeftTrace } from '../../adapters/inspect/nextPage.ts'
import type { TraceEntry } from '../../adapters/inspect/trace.ts'
import { model, storyOf } from '../../adapters/testing/index.ts'

/** What users of the demo enter: a trace has no contacts, so that the one is taken with which the flows go as recorded. */
const contacts = [
  { phone_number: '+86 13800000000' },
  { email: 'ada@example.com', note: 'another' },
  { phone_number: '1', note: 'malformed' },
]
const flows = { signIn, provider, resetPassword, upgrade, account }
const world = model(flows, { events: { 'contact.submit': contacts } })

/**
 * Reads the story of what a tab has recorded and runs it on the flows.
 *
 * @param traces of the pages of the tab, in order; a page that the user loads again begins a trace
 * @returns where the flows go another way than was recorded; undefined when they go as recorded
 */
export async function differenceOf(traces: readonly LeftTrace[]): Promise<string | undefined> {
  const { difference } = await storyOf({ entries: joined(traces) }, world)
  return difference
}

function joined(traces: readonly LeftTrace[]): TraceEntry[] {
  // A trace that goes on in the next page is found again there.
  const whole = traces.filter(({ id }, at) => traces[at + 1]?.id !== id)
  const reload: TraceEntry = { n: 0, at: 0, type: 'page' }
  return whole
    .flatMap(({ trace }, at) => (at === 0 ? trace.entries : [reload, ...trace.entries]))
    .map((entry, n) => ({ ...entry, n }))
}
