import { type AnyActorRef, assign, fromPromise, setup } from 'xstate'
import { type AuthError, errorOf } from '../../services/error.ts'
import * as api from '../../services/http/endpoints.ts'
import { platformOf } from '../../services/platform/browserPlatform.ts'
import type { Callback, Redirect } from '../../services/platform/platform.ts'
import { hasState, POPUP_PREFIX, STATE_PREFIX } from '../../services/platform/stateMark.ts'
import type { Secret } from '../../services/secret.ts'
import { servicesOf } from '../../services/system.ts'
import { errorActions, failTo } from '../core/flow.ts'
import { request } from '../core/request.ts'

/** What {@link consent} starts with. */
export interface ConsentInput extends Redirect {
  provider_id: string
  /** Opens the provider's page in a popup instead of leaving the page. */
  isPopup?: boolean
  scope?: string
}

/** What {@link consent} ends with. */
export interface Consented {
  providerToken: Secret
  redirect: Redirect
}

interface Context extends ConsentInput {
  /** The `state` of the authorization request (RFC 6749 §4.1.1). */
  state: string
  uri?: string
  code?: Secret
  providerToken?: Secret
  error?: AuthError
}

type Event =
  | { type: 'provider.return'; url: Secret }
  /** Goes to the provider again, or opens a popup that was blocked, from a click. */
  | { type: 'provider.retry' }

const machine = setup({
  types: {
    input: {} as ConsentInput,
    context: {} as Context,
    events: {} as Event,
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
    isOwnCallback: ({ context, event }) => hasState(urlOf(event), context.state),
  },
  actions: {
    ...errorActions<Context, Event>(),
    renewState: assign({
      state: ({ context, system }) =>
        (context.isPopup ? POPUP_PREFIX : STATE_PREFIX) + platformOf(system).nonce(),
    }),
    redirect: ({ context, system }) => servicesOf(system).redirect(context.uri!),
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
        onError: failTo('failed'),
      },
    },
    askingReturn: {
      tags: 'asking',
      on: {
        'provider.return': { guard: 'isOwnCallback', target: 'readingCallback' },
        'provider.retry': 'fetchingUri',
      },
    },
    askingPopup: {
      tags: 'asking',
      on: {
        'provider.return': { guard: 'isOwnCallback', target: 'readingCallback' },
        'provider.retry': 'fetchingUri',
      },
      invoke: {
        id: 'openPopup',
        src: 'openPopup',
        input: ({ context }) => ({ uri: context.uri!, state: context.state }),
        onDone: 'readingCallback',
        onError: [failTo('askingClick', 'isBlocked'), failTo('failed')],
      },
    },
    // The browser blocked the popup: too much time has passed since the click. The address is known
    // now, so that the next click opens it at once.
    askingClick: {
      tags: 'asking',
      on: { 'provider.retry': { target: 'askingPopup', actions: 'forgetError' } },
    },
    readingCallback: {
      tags: 'busy',
      invoke: {
        id: 'readCallback',
        src: 'readCallback',
        input: ({ context, event }) => ({ url: urlOf(event), state: context.state }),
        onDone: {
          target: 'grantingToken',
          actions: assign({ code: ({ event }) => event.output.provider_code }),
        },
        onError: failTo('failed'),
      },
    },
    grantingToken: {
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
        onError: failTo('failed'),
      },
    },
    granted: { type: 'final' },
    failed: { entry: 'fail' },
  },
})

type Machine = typeof machine
/** The type of {@link consent}. */
export interface ConsentMachine extends Machine {}

/**
 * Gets the user's consent at a third-party provider and exchanges the authorization code for a
 * provider token. The `state` is good for one callback of this flow: a callback with another one
 * changes nothing, and a second callback is not listened to.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1
 */
export const consent: ConsentMachine = machine

/**
 * An action for a machine that has used its provider token: goes to `returnTo`. The address is
 * checked again, because it may have been stored meanwhile.
 */
export function followRedirect({
  context: { redirect },
  system,
}: {
  context: Partial<Consented>
  system: AnyActorRef['system']
}) {
  const address = redirect && platformOf(system).destinationOf(redirect)
  if (address) servicesOf(system).redirect(address)
}

/** Picks the input of {@link consent} from the event that asks for it. */
export function toConsentInput(event: object): ConsentInput {
  const { provider_id, redirect_uri, isPopup, scope, returnTo } = event as ConsentInput
  return { provider_id, redirect_uri, isPopup, scope, returnTo }
}

/** The callback's address, from the page or from the popup. */
function urlOf(event: object): Secret {
  const { url, output } = event as { url?: Secret; output?: Secret }
  return (url ?? output)!
}
