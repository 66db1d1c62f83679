import { type AnyActorRef, assign, fromPromise, setup } from 'xstate'
import * as api from '../../services/http/endpoints.ts'
import { type AuthError, errorOf } from '../../services/error.ts'
import { servicesOf } from '../../services/system.ts'
import { platformOf } from '../../services/platform/browserPlatform.ts'
import { STATE_PREFIX, POPUP_PREFIX } from '../../services/platform/stateMark.ts'
import type { Callback, Redirect } from '../../services/platform/platform.ts'
import type { Secret } from '../../services/secret.ts'
import { request } from '../core/request.ts'

export interface ConsentInput extends Redirect {
  provider_id: string
  /** Visit the provider in a window of its own instead of leaving the page. */
  isPopup?: boolean
  scope?: string
}

export interface Consented {
  providerToken: Secret
  redirect: Redirect
}

/**
 * Takes a person to a provider and back, and trades what the provider says for a provider token.
 * The `state` it goes out with is good for one return of this very journey; a callback that bears
 * another one changes nothing, and one that comes twice finds nobody waiting.
 */
const machine = setup({
  types: {
    input: {} as ConsentInput,
    context: {} as ConsentInput & {
      state: string
      uri?: string
      code?: Secret
      providerToken?: Secret
      error?: AuthError
    },
    events: {} as
      | { type: 'provider.return'; url: Secret }
      /** Goes there again, or opens the window that was blocked; from a click it is not. */
      | { type: 'provider.retry' },
    output: {} as Consented,
    tags: {} as 'asking' | 'busy',
  },
  actors: {
    getProviderUri: request(api.getProviderUri),
    grantProviderToken: request(api.grantProviderToken),
    openPopup: fromPromise<Secret, { uri: string; state: string }>(({ input, system, signal }) =>
      platformOf(system).openPopup(input.uri, input.state, signal),
    ),
    readCallback: fromPromise<{ provider_code: Secret }, Callback<Secret>>(
      async ({ input, system }) => platformOf(system).readCallback(input),
    ),
  },
  guards: {
    isPopup: ({ context }) => !!context.isPopup,
    isBlocked: ({ event }) => errorOf(event)?.code === 'failed_precondition',
    isOwn: ({ context, event }) =>
      urlOf(event).matches(new RegExp(`^[^#]*[?&]state=${context.state}([&#]|$)`)),
  },
  actions: {
    renewState: assign({
      state: ({ context, system }) =>
        (context.isPopup ? POPUP_PREFIX : STATE_PREFIX) + platformOf(system).nonce(),
    }),
    redirect: ({ context, system }) => servicesOf(system).redirect(context.uri!),
    forgetError: assign({ error: undefined }),
    rememberError: assign({ error: ({ event }) => errorOf(event) }),
    fail: ({ context }) => {
      throw context.error
    },
  },
}).createMachine({
  id: 'consent',
  context: ({ input, self }) => ({
    ...input,
    returnTo: platformOf(self.system).destinationOf(input),
    state: '',
  }),
  initial: 'fetchingUri',
  output: ({ context: { providerToken, redirect_uri, returnTo } }) => ({
    providerToken: providerToken!,
    redirect: { redirect_uri, returnTo },
  }),
  states: {
    fetchingUri: {
      tags: 'busy',
      entry: 'renewState',
      invoke: {
        id: 'getProviderUri',
        src: 'getProviderUri',
        input: ({ context: { provider_id, redirect_uri, state, scope } }) => ({
          provider_id,
          redirect_uri,
          state,
          scope,
        }),
        onDone: [
          {
            guard: 'isPopup',
            target: 'askingPopup',
            actions: assign({ uri: ({ event }) => event.output.uri }),
          },
          {
            target: 'askingReturn',
            actions: [assign({ uri: ({ event }) => event.output.uri }), 'redirect'],
          },
        ],
        onError: { target: 'failed', actions: 'rememberError' },
      },
    },
    askingReturn: {
      tags: 'asking',
      on: {
        'provider.return': { guard: 'isOwn', target: 'checkingReturn' },
        'provider.retry': 'fetchingUri',
      },
    },
    askingPopup: {
      tags: 'asking',
      on: {
        'provider.return': { guard: 'isOwn', target: 'checkingReturn' },
        'provider.retry': 'fetchingUri',
      },
      invoke: {
        id: 'openPopup',
        src: 'openPopup',
        input: ({ context }) => ({ uri: context.uri!, state: context.state }),
        onDone: 'checkingReturn',
        onError: [
          { guard: 'isBlocked', target: 'askingClick', actions: 'rememberError' },
          { target: 'failed', actions: 'rememberError' },
        ],
      },
    },
    // Too long after the click that asked for it: with the address at hand the next one opens it.
    askingClick: {
      tags: 'asking',
      on: { 'provider.retry': { target: 'askingPopup', actions: 'forgetError' } },
    },
    checkingReturn: {
      tags: 'busy',
      invoke: {
        id: 'readCallback',
        src: 'readCallback',
        input: ({ context, event }) => ({ url: urlOf(event), state: context.state }),
        onDone: {
          target: 'granting',
          actions: assign({ code: ({ event }) => event.output.provider_code }),
        },
        onError: { target: 'failed', actions: 'rememberError' },
      },
    },
    granting: {
      tags: 'busy',
      invoke: {
        id: 'grantProviderToken',
        src: 'grantProviderToken',
        input: ({ context: { provider_id, redirect_uri, code } }) => ({
          provider_id,
          provider_redirect_uri: redirect_uri,
          provider_code: code!,
        }),
        onDone: {
          target: 'granted',
          actions: assign({ providerToken: ({ event }) => event.output.provider_token }),
        },
        onError: { target: 'failed', actions: 'rememberError' },
      },
    },
    granted: { type: 'final' },
    failed: { entry: 'fail' },
  },
})

/**
 * For a machine that has put its provider token to use: takes the person to where the journey was
 * to end. What is looked at again has lain in a store meanwhile.
 */
export function followRedirect({ context: { redirect }, system }: Arrived) {
  const address = redirect && platformOf(system).destinationOf(redirect)
  if (address) servicesOf(system).redirect(address)
}

interface Arrived {
  context: Partial<Consented>
  system: AnyActorRef['system']
}

/** The journey an event asks for. */
export function consentOf(event: object): ConsentInput {
  const { provider_id, redirect_uri, isPopup, scope, returnTo } = event as ConsentInput
  return { provider_id, redirect_uri, isPopup, scope, returnTo }
}

function urlOf(event: object): Secret {
  const { url, output } = event as { url?: Secret; output?: Secret }
  return (url ?? output)!
}

type Machine = typeof machine
export interface ConsentMachine extends Machine {}
export const consent: ConsentMachine = machine
