import { type AnyStateMachine } from 'xstate'
import { isRecord } from '../../services/record.ts'
import { model, type Model, type ModelOptions } from '../testing/index.ts'
import { UsageError } from './errors.ts'
import { findExport, isMachine } from './machines.ts'

/** The options of the commands that explore a flow. */
export const modelOptions = {
  faults: { type: 'string' },
  reloads: { type: 'string' },
  'other-tabs': { type: 'string' },
  without: { type: 'string' },
  hostile: { type: 'boolean' },
} as const

/** What {@link modelOptions} mean. */
export const modelHelp = `  --faults N         failures in one story (default 1)
  --reloads N        reloads in one story (default 0)
  --other-tabs N     how many times another tab acts in one story (default 0)
  --hostile          every call can fail in every way
  --without EVENTS   events that the app never sends: ticket.submit,provider.submit`

/** What a flow is, for the help of these commands. */
export const flowHelp = `  <flow>  signIn, resetPassword, provider, upgrade or account; or file.js#export for a flow of
          your own, or for what model(…) of cloudbase-authflow/testing has returned`

/** What {@link findModel} has found. */
export interface FoundModel {
  world: Model
  /** Its name in files. */
  title: string
  /** The name of the export. */
  exported: string
  /** Whether a model was named, not a flow. */
  isModel: boolean
}

/**
 * Finds the model of a flow.
 *
 * @param name of a flow of the package, or `file#export`
 * @param values the options that were given
 * @throws UsageError for a count that is no number
 */
export async function findModel(
  name: string,
  values: Record<string, string | boolean | undefined>,
): Promise<FoundModel> {
  const { value: found, exported } = await findExport(name, isFlowOrModel, 'flow')
  const base = isMachine(found) ? model({ [found.id]: found }) : found
  const title = isMachine(found) ? found.id : Object.keys(found.flows).join('-')
  const without = String(values['without'] ?? '').split(',')
  const never = Object.fromEntries(without.filter(Boolean).map((event) => [event, false as const]))
  const options: ModelOptions = {
    ...(values['faults'] !== undefined && { faults: countOf('faults', values['faults']) }),
    ...(values['reloads'] !== undefined && { reloads: countOf('reloads', values['reloads']) }),
    ...(values['other-tabs'] !== undefined && {
      otherTabs: countOf('other-tabs', values['other-tabs']),
    }),
    ...(values['hostile'] === true && { hostile: true }),
  }
  const world = { ...base, ...options, events: { ...base.events, ...never } }
  return { world, title, exported, isModel: !isMachine(found) }
}

/**
 * Reads a count.
 *
 * @throws UsageError when it is none
 */
export function countOf(name: string, text: unknown): number {
  if (typeof text === 'string' && /^\d+$/.test(text)) return Number(text)
  throw new UsageError(`--${name} must be a number`)
}

const isFlowOrModel = (value: unknown): value is AnyStateMachine | Model =>
  isMachine(value) || (isRecord(value) && 'flows' in value && 'outcomes' in value)
