/** Explorations of the shipped flows: what the server may answer, and the tests that run them. */
import { afterAll, expect, test, vi } from 'vitest'
import type { AnyStateMachine } from 'xstate'
import * as shipped from '../../adapters/client/index.ts'
import { explore, model, type ModelOptions, sample } from '../../adapters/testing/index.ts'
import { type Outcome, outcomes as documented } from '../../adapters/testing/outcomes.ts'
import { compareInterrupted } from './interrupted.ts'
import { recordTransitions, transitionsOf } from './transitions.ts'

const { account, provider, resetPassword, signIn, upgrade } = shipped
const flows = { signIn, resetPassword, upgrade, provider, account }

/** `EXPLORE=all` also runs the long explorations and more random stories. */
export const isLong = process.env['EXPLORE'] === 'all'

export type Outcomes = Record<string, readonly Outcome[]>

/** A world to explore a flow in: its name, the flow, what the model says about it, and whether it takes long. */
export type Row = [title: string, flow: keyof typeof flows, options: ModelOptions, form?: 'long']

export const fails = (...codes: string[]): Outcome[] =>
  codes.map((error) => ({ name: error, error }))

/** Adds failures to the outcomes of every operation that does not have them. */
export const withFailures = (outcomes: Outcomes, ...codes: string[]): Outcomes =>
  Object.fromEntries(
    Object.entries(outcomes).map(([operation, list]) => {
      const missing = codes.filter((code) => !list.some(({ name }) => name === code))
      return [operation, [...list, ...fails(...missing)]]
    }),
  )

/** The first good outcome of an operation, and failures. */
export const callOutcomes = (operation: string, ...codes: string[]): Outcomes => {
  return { [operation]: [documented[operation]![0]!, ...fails(...codes)] }
}

/** The failures that any call gets over by itself or by a captcha; the short form has those that are given. */
export const refused = (...short: string[]): string[] =>
  isLong ? ['captcha_required', 'captcha_invalid', 'unauthenticated', 'unreachable'] : short

/** The documented outcomes, and a second factor for every way to sign in. */
export const withSecondFactor: Outcomes = Object.fromEntries(
  ['signIn', 'signInWithCustomTicket', 'signInWithProvider'].map((operation) => [
    operation,
    [...documented[operation]!, ...fails('mfa_phone_required', 'internal')],
  ]),
)

/** Two contacts, of which the server is asked for one. */
export const contacts = [
  { phone_number: '+86 13800000000' },
  { phone_number: '12', note: 'without a country' },
]
export const redirect = { provider_id: 'github', redirect_uri: 'https://app.example/back' }
export const popup = { ...redirect, isPopup: true }

/** What of `account` a user edits in one story; all at once have many times as many states. */
const edits = ['password.change', 'contact.replace', 'account.delete', 'profile.submit'].concat([
  'provider.bind',
  'provider.unbind',
])
/** Leaves the user of `account` some of the edits. */
export const only = (...events: string[]) =>
  Object.fromEntries(
    edits.filter((edit) => !events.includes(edit)).map((edit) => [edit, false as const]),
  )

/** Explorations are measured by their states and CPU, not by the clock of a busy machine. */
const TIMEOUT_MS = isLong ? 1_800_000 : 600_000

/** A reload loses what is secret: the flow says so, asks for it again, or ends without the sign-in. */
const isLoss =
  /^after reload, .* leads to (\w+\.\w+, which shows (code_expired|cancelled)|account\.loadingUser|provider\.fetchingUri|signedOut) instead of /

/** What the explorations of one test file have found. */
export interface Explorations {
  /** Explores each row in a test of its own. */
  explore(rows: readonly Row[]): void
  /** Tries random stories of all flows together in a test. */
  sample(options: ModelOptions, stories: number): void
  /**
   * Checks in a test that all transitions were taken but those that nothing in the rows causes.
   *
   * @param exceptions the reason for each
   */
  cover(machines: readonly unknown[], exceptions: Record<string, string>): void
}

/** Starts to count what the explorations of a test file find, and prints it at its end. */
export function explorations(): Explorations {
  vi.setConfig({ testTimeout: TIMEOUT_MS })
  const taken = new Set<string>()
  const inspect: ModelOptions['inspect'] = (event) => recordTransitions(event, taken)
  const figures: string[] = []
  afterAll(() => console.log(figures.join('\n')))
  const timed = async <T>(run: () => Promise<T>) => {
    const before = process.cpuUsage()
    const result = await run()
    return { result, ms: Math.round(process.cpuUsage(before).user / 1000) }
  }

  return {
    explore(rows) {
      const chosen = rows.filter(([, , , form]) => isLong || form !== 'long')
      test.each(chosen)('machines: with %s no fault is found in %s', async (title, flow, row) => {
        const world = model({ [flow]: flows[flow] }, { ...row, inspect })
        const { result: found, ms } = await timed(() => explore(world))
        const { states, edges } = found
        const { counts, differences } = compareInterrupted(world.faults <= 1 ? edges : [])
        const interruptions = Object.values(counts).reduce((sum, count) => sum + count, 0)
        figures.push(
          `${flow}, ${title}: ${states.length} states, ${edges.length} edges, ${interruptions} interruptions, ${ms} ms CPU`,
        )
        const none = { findings: [], deadEnds: [], diverged: [], isComplete: true }
        expect(found).toMatchObject(none)
        expect(differences.filter((difference) => !isLoss.test(difference))).toEqual([])
      })
    },

    sample(options, stories) {
      test('machines: no random story of all flows together finds a fault', async () => {
        const { STORIES = stories, SEED = 1 } = process.env
        const world = model(flows, { ...options, inspect })
        const { result, ms } = await timed(() =>
          sample(world, { stories: Number(STORIES), seed: Number(SEED) }),
        )
        const { choices, places, finding } = result
        figures.push(`random stories: ${choices} choices, ${places.length} places, ${ms} ms CPU`)
        expect(finding && `${finding.invariant}: ${finding.reason}\n${String(finding.story)}`).toBe(
          undefined,
        )
        expect(places.length).toBeGreaterThan(25)
      })
    },

    cover(machines, exceptions) {
      test('machines: the explorations take every transition but those with a reason', () => {
        const all = (machines as AnyStateMachine[]).flatMap(transitionsOf)
        const missing = all.filter((each) => !taken.has(each))
        const unexplained = missing.filter((each) => !(each in exceptions))
        const caused = Object.keys(exceptions).filter((each) => !missing.includes(each))
        expect({ unexplained, caused: isLong ? [] : caused }).toEqual({
          unexplained: [],
          caused: [],
        })
      })
    },
  }
}
