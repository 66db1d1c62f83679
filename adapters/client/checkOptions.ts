import { type AnyStateMachine, StateMachine } from 'xstate'
import type { FlowMeta, Flows } from '../../machines/core/session.ts'
import { AuthError } from '../../services/error.ts'
import { inspectors } from '../inspect/inspectors.ts'
import type { AuthOptions } from './options.ts'
import { hasOwn, isRecord } from '../../services/record.ts'

/** Whether a value is one of an option, and what it must be. */
type Rule = readonly [isValid: (value: unknown) => boolean, mustBe: string]

const ORIGIN = /^https?:\/\/[^/?#@\s]+\/*$/i
/** A part of the name of a host, in any language. */
const LABEL = /^[^\s/?#@:\\]+$/

const STATUSES = new Set(['signedOut', 'anonymous', 'signedIn'])

const fieldOf = (value: unknown, name: string) => (value as Record<string, unknown> | null)?.[name]
const isFunction = (value: unknown) => typeof value === 'function'
const matches = (value: unknown, pattern: RegExp) =>
  typeof value === 'string' && pattern.test(value)
const isOrigin = (value: unknown) => matches(value, ORIGIN)
const has = (value: unknown, methods: string[]) =>
  methods.every((name) => isFunction(fieldOf(value, name)))

const text = (mustBe: string, pattern = /./): Rule => [(value) => matches(value, pattern), mustBe]
const objectWith = (...methods: string[]): Rule => [
  (value) => has(value, methods),
  `an object with ${methods.join(' and ')}`,
]
const aFunction: Rule = [isFunction, 'a function']

const isStorage = (value: unknown) =>
  isRecord(value) &&
  Object.entries(value).every(
    ([name, store]) =>
      /^(shared|tab)$/.test(name) && (store === undefined || has(store, ['get', 'set', 'remove'])),
  )

const rules: Record<keyof AuthOptions<Flows>, Rule> = {
  env: text('the id of an environment', LABEL),
  region: text('a region such as ap-shanghai', LABEL),
  gateway: [(value) => typeof value === 'boolean', 'true or false'],
  endpoint: [
    (value) => isFunction(value) || isOrigin(value),
    'an origin such as http://127.0.0.1:4871',
  ],
  clientId: text('the id of a client'),
  language: text('a language such as en-US'),
  timeout: [
    (value) => typeof value === 'number' && value > 0,
    'a number of milliseconds, or Infinity for none',
  ],
  storage: [isStorage, '{ shared, tab }, stores with get, set and remove'],
  lock: objectWith('acquire'),
  fetch: aFunction,
  clock: objectWith('now', 'until'),
  platform: [(value) => Object(value) === value, 'an object'],
  returnOrigins: [(value) => Array.isArray(value) && value.every(isOrigin), 'a list of origins'],
  watch: aFunction,
  inspect: [
    (value) => inspectors.has(Object(value) as object),
    'made by inspector() or statelyInspector() of ./inspect',
  ],
  initialView: [
    (value) => STATUSES.has(fieldOf(value, 'status') as string),
    'what a server has handed over: { status, user }',
  ],
  captcha: objectWith('create'),
  flows: [(value) => !!value, 'an object of flows: { signIn }'],
}

/**
 * Checks what `createAuth` is given, so that a mistake shows where it was made.
 *
 * @throws AuthError `invalid_argument` naming the option, `failed_precondition` for a flow that was
 *   made with another copy of XState
 */
export function checkOptions(given: AuthOptions<Flows>): void {
  const options = Object(given) as AuthOptions<Flows>
  const unknown = Object.keys(options).find((name) => !hasOwn(rules, name))
  if (unknown) throw invalid(`there is no option ${unknown}`)
  for (const [name, [isValid, mustBe]] of Object.entries(rules)) {
    const value: unknown = options[name as keyof typeof rules]
    const isLeftOut = value === undefined && name !== 'env' && name !== 'flows'
    if (!isLeftOut && !isValid(value)) throw invalid(`${name} must be ${mustBe}`)
  }
  for (const [name, flow] of Object.entries(options.flows)) checkFlow(name, flow)
}

function checkFlow(name: string, flow: AnyStateMachine | object) {
  if (!hasOwn(Object(flow), 'implementations')) {
    throw invalid(`flows["${name}"] must be a state machine`)
  }
  if (!(flow instanceof StateMachine)) {
    throw new AuthError('failed_precondition', {
      description: `two copies of xstate are loaded, and the flow "${name}" is made with the other: run npm dedupe xstate`,
    })
  }
  const { who, secrets } = (flow.config.meta ?? {}) as FlowMeta
  if (secrets && !(Array.isArray(secrets) && secrets.every((field) => typeof field === 'string'))) {
    throw invalid(`meta.secrets of flows["${name}"] must list the names of fields`)
  }
  if (who && !(Array.isArray(who) && who.every((status) => STATUSES.has(status)))) {
    throw invalid(`meta.who of flows["${name}"] must list signedOut, anonymous or signedIn`)
  }
}

const invalid = (description: string) =>
  new AuthError('invalid_argument', { operation: 'createAuth', description })
