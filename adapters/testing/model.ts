import type { InspectionEvent } from 'xstate'
import { last } from '../../services/lists.ts'
import { hasOwn } from '../../services/record.ts'
import type { AnyEndpoint } from '../../services/http/endpoint.ts'
import type { Flows, Status } from '../../machines/core/session.ts'
import { STATE_PREFIX } from '../../services/platform/stateMark.ts'
import { hostileErrors, type Outcome, outcomes as defaultOutcomes } from './outcomes.ts'
import type { State } from './state.ts'

/** Payloads of an event; two payloads of one event differ by a `note`, which is not sent. `false`: never sent. */
export type Payloads = Record<string, readonly Payload[] | false>

/** The fields of an event beside its type. */
export type Payload = Readonly<Record<string, unknown>> & { note?: string }

/** A call of the app beside its flow, as by `auth.call`. */
export interface AppCall {
  endpoint: Pick<AnyEndpoint, 'operation'>
  params?: object
}

/** What {@link model} takes beside the flows. */
export interface ModelOptions {
  /** Payloads of events, by type, beside those of the flows of this package. Default: `[{}]`. */
  events?: Payloads
  /**
   * The answers of the server, by operation, in place of those that the protocol documents. Default
   * for an endpoint of your own: an answer of its shape, and `unreachable`.
   */
  outcomes?: Record<string, readonly Outcome[]>
  /** Who is signed in at first. Default: what the first flow wants. */
  status?: Status
  /** How many answers of one story may be faults. Default: 1. */
  faults?: number
  /** How many times one story may reload the page. Default: 0. */
  reloads?: number
  /** How many times another tab may act in one story. Default: 0. */
  otherTabs?: number
  /** What the app may call beside the flow, each once in a story. Default: nothing. */
  calls?: readonly AppCall[]
  /** Adds to every operation the failures that any call can meet: no network, 5xx, a captcha … */
  hostile?: boolean
  /** Whether an open captcha dialog hides everything else from the user. Default: true. */
  modal?: boolean
  /** Observes the actors of every run, as the option of XState's `createActor` does. */
  inspect?(event: InspectionEvent): void
  /** Ends a story. Default: when the flow has ended. */
  stop?(state: State): boolean
}

/** What stories are made from: the flows, what the user can do and how the server can answer. */
export interface Model extends Required<Omit<ModelOptions, 'hostile' | 'inspect'>> {
  flows: Flows
  hostile: boolean
  inspect?: ModelOptions['inspect']
}

/**
 * Describes the world around some flows. All operations and events of this package have defaults; a
 * flow of your own adds its events.
 *
 * @param flows the flows of the app, as for `createAuth`
 *
 * @example
 *   import { signIn } from 'cloudbase-authflow'
 *   import { explore, model } from 'cloudbase-authflow/testing'
 *   const { findings } = await explore(model({ signIn }))
 */
export function model(flows: Flows, options: ModelOptions = {}): Model {
  const names = Object.keys(flows)
  const [first] = names.map((name) => flows[name]!.config.meta as { who?: Status[] } | undefined)
  const status = options.status ?? last(first?.who ?? []) ?? 'signedOut'
  const starts = names.map((flow) => ({
    flow,
    ...(names.length > 1 && { note: flow }),
    ...(flow === 'provider' && { input: provider }),
  }))
  return {
    flows,
    status,
    faults: 1,
    reloads: 0,
    otherTabs: 0,
    calls: [],
    hostile: false,
    modal: true,
    stop: ({ look }) => !look.flow,
    ...options,
    events: { ...defaultEvents, 'flow.start': starts, ...options.events },
    outcomes: { ...defaultOutcomes, ...options.outcomes },
  }
}

/**
 * Returns the outcomes of an operation in a model.
 *
 * @param sample an answer of the operation, for one that the model does not list
 */
export function outcomesOf(model: Model, operation: string, sample: object): readonly Outcome[] {
  const listed = hasOwn(model.outcomes, operation) ? model.outcomes[operation] : undefined
  const outcomes = listed ?? [
    { name: 'ok', output: sample },
    { name: 'unreachable', error: 'unreachable' },
  ]
  if (!model.hostile) return outcomes
  const names = new Set(outcomes.map(({ name }) => name))
  return [...outcomes, ...hostileErrors.filter(({ name }) => !names.has(name))]
}

/** @returns whether an outcome counts as a fault */
export const isFault = ({ error, isFault = error !== undefined }: Outcome): boolean => isFault

/** What a world uses in place of random numbers: 128 bits as hex digits. */
export const NONCE = '0'.repeat(32)

/** Where providers return to. */
export const CALLBACK = 'https://app.example/back'

const provider = { provider_id: 'github', redirect_uri: CALLBACK }
const phone = { phone_number: '+86 13800000000' }

const defaultEvents: Payloads = {
  'flow.cancel': false,
  'session.end': false,
  'contact.submit': [phone],
  'password.submit': [{ username: 'ada', password: 'correct horse battery' }],
  'ticket.submit': [{ ticket: 'ticket' }],
  'provider.submit': [{ provider_token: 'provider token' }],
  'signUp.prepare': false,
  'profile.submit': [{ profile: { name: 'Ada' } }],
  'code.submit': [{ code: '123456' }],
  'captcha.answer': [{ text: 'abcd' }],
  'password.change': [{ password: 'a new password' }],
  'contact.replace': [{ email: 'ada@example.com' }],
  'provider.bind': [provider],
  'provider.choose': [provider],
  'provider.unbind': [{ provider_id: 'github' }],
  'provider.return': [
    { url: `${CALLBACK}?code=1&state=${STATE_PREFIX}${NONCE}` },
    { url: `${CALLBACK}?error=access_denied&state=${STATE_PREFIX}${NONCE}`, note: 'denied' },
  ],
}
