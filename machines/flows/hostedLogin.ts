import { assign, setup } from 'xstate'
import { type AuthError, isTransient } from '../../services/error.ts'
import * as api from '../../services/http/endpoints.ts'
import { platformOf } from '../../services/platform/browserPlatform.ts'
import { type HostedLoginPage, hostedLoginPage } from '../../services/platform/hostedLoginPage.ts'
import type { Redirect } from '../../services/platform/platform.ts'
import { hasState, LOGIN_PREFIX } from '../../services/platform/stateMark.ts'
import type { Secret } from '../../services/secret.ts'
import { servicesOf } from '../../services/system.ts'
import { callsOf, errorActions, failTo } from '../core/flow.ts'
import { request } from '../core/request.ts'
import type { FlowMeta } from '../core/session.ts'
import { followRedirect } from '../parts/consent.ts'

/** What {@link hostedLogin} starts with: where it ends, and which page of CloudBase it opens. */
export type HostedLoginInput = Redirect &
  Pick<HostedLoginPage, 'config_version' | 'app_id' | 'query'>

interface Context {
  page: HostedLoginInput
  redirect: Redirect
  /** Added to `redirect_uri`, so that only a return from this redirect counts. */
  state: string
  error?: AuthError
}

type Event =
  | { type: 'provider.return'; url: Secret }
  /** Goes to the hosted page again, or reads the user again. */
  | { type: 'provider.retry' }

const flow = setup({
  types: {
    input: {} as HostedLoginInput,
    context: {} as Context,
    events: {} as Event,
    output: {} as Record<never, never>,
    tags: {} as 'asking' | 'busy',
    meta: {} as FlowMeta,
  },
  actors: { getUser: request(api.getUser) },
  guards: {
    canReadAgain: ({ context }) => isTransient(context.error),
    isOwnReturn: ({ context, event }) => 'url' in event && hasState(event.url, context.state),
  },
  actions: {
    ...errorActions<Context, Event>(),
    followRedirect,
    renewState: assign({ state: ({ system }) => LOGIN_PREFIX + platformOf(system).nonce() }),
    forgetState: assign({ state: '' }),
    redirect({ context: { page, state }, system }) {
      const { client, platform, returnOrigins, redirect } = servicesOf(system)
      const url = hostedLoginPage({ ...page, ...client, returnOrigins, state })
      const open = platform.openLoginPage ?? redirect
      open(url)
    },
  },
})

const call = callsOf<typeof flow>()

const machine = flow.createMachine({
  id: 'hostedLogin',
  meta: { isForAnyUser: true },
  context: ({ input: { redirect_uri, returnTo, config_version, app_id, query }, self }) => ({
    page: { redirect_uri, config_version, app_id, query },
    redirect: {
      redirect_uri,
      returnTo: platformOf(self.system).destinationOf({ redirect_uri, returnTo }),
    },
    state: '',
  }),
  initial: 'askingReturn',
  output: {},
  states: {
    askingReturn: {
      tags: 'asking',
      entry: ['forgetError', 'renewState', 'redirect'],
      on: {
        'provider.return': { guard: 'isOwnReturn', target: 'readingUser', actions: 'forgetState' },
        'provider.retry': { target: 'askingReturn', reenter: true },
      },
    },
    // The hosted page has stored a session, or the user has come back without one.
    readingUser: call('getUser', { input: {}, onDone: 'done', onError: failTo('askingRetry') }),
    askingRetry: {
      tags: 'asking',
      on: {
        'provider.retry': [{ guard: 'canReadAgain', target: 'readingUser' }, 'askingReturn'],
      },
    },
    done: { type: 'final', entry: 'followRedirect' },
  },
})

type Machine = typeof machine
/** The type of {@link hostedLogin}. */
export interface HostedLoginMachine extends Machine {}

/**
 * Signs in on the page that CloudBase hosts: leaves for it, and goes on when the user is back at
 * `redirect_uri` in this tab, with the session that the hosted page has stored. The hosted page decides
 * who is signed in then; a return that this flow has not asked for changes nothing.
 */
export const hostedLogin: HostedLoginMachine = machine
