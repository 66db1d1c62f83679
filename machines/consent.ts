import { assign, fromPromise, setup } from 'xstate'
import type { Api } from '../services/api.ts'
import { type AuthError, errorOf } from '../services/error.ts'
import type { Callback, Journey, Platform } from '../services/platform.ts'
import type { Secret } from '../services/secret.ts'
import { request } from './request.ts'

export interface ConsentInput extends Journey {
  provider_id: string
  /** Visit the provider in a window of its own instead of leaving the page. */
  isPopup?: boolean
  scope?: string
}

export interface Consented {
  providerToken: Secret
  journey: Journey
}

type Endpoints = 'getProviderUri' | 'grantProviderToken' | 'clock' | keyof Platform

/**
 * How every `state` that goes out from here begins, by which the page it comes back to knows it for
 * ours. Letters and digits are all that some providers give back.
 */
export const MARK = 'authflow'

/**
 * The same of a visit in a window of its own, by which that page knows that another one waits: a
 * provider's page may cut the window off from it, and take its name.
 */
export const POPUP = `${MARK}popup`

/**
 * Takes a person to a provider and back, and trades what the provider says for a provider token.
 * The `state` it goes out with is good for one return of this very journey; a callback that bears
 * another one changes nothing, and one that comes twice finds nobody waiting.
 */
export const consent = (api: Pick<Api, Endpoints>) =>
  setup({
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
      getProviderUri: request(api, 'getProviderUri'),
      grantProviderToken: request(api, 'grantProviderToken'),
      visit: fromPromise<Secret, { uri: string; state: string }>(({ input, signal }) =>
        api.visit(input.uri, input.state, signal),
      ),
      readCallback: fromPromise<{ provider_code: Secret }, Callback<Secret>>(async ({ input }) =>
        api.readCallback(input),
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
        state: ({ context }) => (context.isPopup ? POPUP : MARK) + api.nonce(),
      }),
      leave: ({ context }) => api.leave(context.uri!),
      forgetError: assign({ error: undefined }),
      rememberError: assign({ error: ({ event }) => errorOf(event) }),
      fail: ({ context }) => {
        throw context.error
      },
    },
  }).createMachine({
    id: 'consent',
    context: ({ input }) => ({ ...input, returnTo: api.destinationOf(input), state: '' }),
    initial: 'fetchingUri',
    output: ({ context: { providerToken, redirect_uri, returnTo } }) => ({
      providerToken: providerToken!,
      journey: { redirect_uri, returnTo },
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
              actions: [assign({ uri: ({ event }) => event.output.uri }), 'leave'],
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
          id: 'visit',
          src: 'visit',
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
export const arrive =
  (api: Pick<Api, 'destinationOf' | 'leave'>) =>
  ({ context: { journey } }: { context: Partial<Consented> }) => {
    const address = journey && api.destinationOf(journey)
    if (address) api.leave(address)
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
