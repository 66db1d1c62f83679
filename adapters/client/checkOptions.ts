import { type AnyStateMachine, StateMachine } from 'xstate'
import type { FlowMeta, Flows } from '../../machines/core/session.ts'
import { AuthError } from '../../services/error.ts'
import { inspectors } from '../inspect/inspectors.ts'
import type { AuthOptions } from './options.ts'
import { hasOwn } from '../../services/record.ts'

const NAMES: Record<keyof AuthOptions<Flows>, true> = {
  env: true,
  region: true,
  gateway: true,
  endpoint: true,
  clientId: true,
  language: true,
  timeout: true,
  storage: true,
  lock: true,
  fetch: true,
  clock: true,
  platform: true,
  returnOrigins: true,
  watch: true,
  inspect: true,
  initialView: true,
  captcha: true,
  flows: true,
}

const ORIGIN = /^https?:\/\/[^/?#\s]+\/*$/i

const STATUSES = new Set(['signedOut', 'anonymous', 'signedIn'])

/**
 * Checks what `createAuth` is given, so that a mistake shows where it was made.
 *
 * @throws AuthError `invalid_argument` naming the option, `failed_precondition` for a flow that was
 *   made with another copy of XState
 */
export function checkOptions(options: AuthOptions<Flows>): void {
  const { env, endpoint, timeout, initialView, inspect, flows } = options
  if (typeof env !== 'string' || !env) throw invalid('env must be the id of an environment')
  if (endpoint !== undefined && typeof endpoint !== 'function' && !ORIGIN.test(endpoint)) {
    throw invalid('endpoint must be an origin such as http://127.0.0.1:4871')
  }
  if (timeout !== undefined && !(timeout > 0)) {
    throw invalid('timeout must be a number of milliseconds, or Infinity for none')
  }
  if (initialView && !STATUSES.has(initialView.status)) {
    throw invalid('initialView must be what a server has handed over: { status, user }')
  }
  if (inspect !== undefined && !inspectors.has(Object(inspect) as object)) {
    throw invalid('inspect must be made by inspector() or statelyInspector() of ./inspect')
  }
  const unknown = Object.keys(options).find((name) => !hasOwn(NAMES, name))
  if (unknown) throw invalid(`there is no option ${unknown}`)
  if (!flows) throw invalid('flows must name the flows of the app: flows: { signIn }')
  for (const [name, flow] of Object.entries(flows)) checkFlow(name, flow)
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
