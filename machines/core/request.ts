import { type ActorRefFrom, assign, enqueueActions, fromPromise, setup, waitFor } from 'xstate'
import { retryAt } from '../../services/clock.ts'
import { AuthError, errorOf } from '../../services/error.ts'
import type { AnyEndpoint, Endpoint } from '../../services/http/endpoint.ts'
import type { Tokens, User } from '../../services/http/wire.ts'
import { hasPassword } from '../../services/hasPassword.ts'
import type { Secret } from '../../services/secret.ts'
import { clockOf, orderOf, servicesOf } from '../../services/system.ts'
import type { CaptchaMachine } from './captcha.ts'
import {
  type FreshTokens,
  freshTokens,
  refreshIfDue,
  type System,
  tokensOf,
  usableTokens,
} from './freshTokens.ts'
import { until } from './until.ts'

/** How often a call that is safe to repeat is repeated while the server cannot be reached. */
const REPEATS = 2

/** One call as actor logic. From outside it behaves like a promise. */
export interface RequestMachine<Input, Output> extends ReturnType<
  typeof makeRequest<Input, Output>
> {}

const captchaOf = (system: System): ActorRefFrom<CaptchaMachine> => system.get('captcha')

/** Whether `auth.call` made this call, not a flow. */
const isDirectCall = (system: System, id: string): boolean =>
  system.get('calls')?.getSnapshot().context.has(id) === true

const machines = new WeakMap<object, object>()
const endpoints = new WeakMap<object, AnyEndpoint>()

/** @returns the endpoint that a running request calls */
export const endpointOf = (actor: object): AnyEndpoint | undefined =>
  endpoints.get((actor as { logic: object }).logic)

/**
 * Makes the actor for one call to the server. It ends with the endpoint's output or with an
 * `AuthError`; a captcha, an expired token or a network failure on the way is handled inside. The
 * same endpoint always gives the same machine.
 *
 * @example
 *   setup({ actors: { getUser: request(getUser) } })
 */
/* @__NO_SIDE_EFFECTS__ */
export function request<Input, Output>(
  endpoint: Endpoint<Input, Output>,
): RequestMachine<Input, Output> {
  const known = machines.get(endpoint) as RequestMachine<Input, Output> | undefined
  if (known) return known
  const machine = makeRequest(endpoint)
  machines.set(endpoint, machine)
  endpoints.set(machine, endpoint as AnyEndpoint)
  return machine
}

function makeRequest<Input, Output>(endpoint: Endpoint<Input, Output>) {
  const { operation, method, path, credential, repeatable, signsIn, signsOut, forUser } = endpoint
  const purpose = `${method}:${path}`

  /** @returns which tokens to send with the call; without a serial it goes without a bearer */
  function toAuthorization(
    { serial, credentials, error }: FreshTokens,
    uid?: string,
  ): Authorization {
    if (!credentials && credential === 'either') return { serial: undefined }
    if (!credentials) throw AuthError.from(error, operation)
    if (uid !== undefined && uid !== credentials.sub) throw userChanged()
    return { serial, uid: credentials.sub }
  }

  return setup({
    types: {
      input: {} as Input,
      output: {} as Output,
      context: {} as Authorization & {
        params: Input
        /** The call can be sent as it is: with a token, or without because it needs none. */
        isAuthorized: boolean
        /** Orders calls by when they began. */
        order: number
        /** The server rejected the token once and another one was sent. */
        tokenRefreshed: boolean
        captchaToken?: Secret
        /** The server has accepted the captcha token for another call before. */
        isReused: boolean
        /** The server rejected a new captcha token once and another one was asked for. */
        captchaRetried: boolean
        repeats: number
        /** Milliseconds since the epoch. */
        retryAt: number
        output?: Output
        error?: AuthError
      },
      events: {} as { type: 'never' },
      tags: {} as 'busy' | 'captcha' | 'retrying',
    },
    actors: {
      refreshTokens: fromPromise<Authorization, Authorization>(
        async ({ input: { serial, uid }, self, system, signal }) =>
          toAuthorization(await freshTokens(system, serial, signal, self.sessionId), uid),
      ),
      send: fromPromise<Output, Authorization & { params: Input; captchaToken?: Secret }>(
        async ({ input: { params, serial, uid, captchaToken }, system, signal }) => {
          const { call } = servicesOf(system)
          if (serial === undefined) return call(endpoint, params, { captchaToken, signal })
          refreshIfDue(system)
          const { credentials } = tokensOf(system)!.getSnapshot().context
          if (credentials && credentials.sub !== uid) throw userChanged()
          const accessToken = credentials?.access_token
          return call(endpoint, params, { accessToken, captchaToken, signal })
        },
      ),
      solveCaptcha: fromPromise<Solved, { order: number; rejected?: Secret }>(
        async ({ input, self, system, signal }) => {
          const captcha = captchaOf(system)
          const origin = self.sessionId
          captcha.send({ type: 'captcha.require', purpose, ...input, origin })
          // An aborted request leaves the captcha queue.
          signal.addEventListener('abort', () => {
            if (captcha.getSnapshot().status === 'active')
              captcha.send({ type: 'captcha.release', origin })
          })
          const { context } = await waitFor(captcha, (state) => state.hasTag('settled'), { signal })
          const { token: captchaToken, isUsed: isReused } = context
          if (captchaToken) return { captchaToken, isReused }
          throw context.error!
        },
      ),
      until,
    },
    guards: {
      isAuthorized: ({ context }) => context.isAuthorized,
      isTokenRejected: ({ context, event }) =>
        errorOf(event)?.code === 'unauthenticated' &&
        context.serial !== undefined &&
        !context.tokenRefreshed,
      isFirstChallenge: ({ context, event }) =>
        errorOf(event)?.code === 'captcha_required' &&
        !context.captchaToken &&
        !context.captchaRetried,
      isCaptchaRejected: ({ context, event }) =>
        isAboutCaptcha(event) && (!context.captchaRetried || context.isReused),
      isCaptchaRejectedAgain: ({ event }) => isAboutCaptcha(event),
      canRepeat: ({ context, event }) =>
        !!repeatable && context.repeats < REPEATS && errorOf(event)?.code === 'unreachable',
    },
    actions: {
      // Most calls find a token at hand and need no other actor for it.
      authorize: assign(({ context: { params }, system }) => {
        if (credential === 'client') return { isAuthorized: true }
        const tokens = tokensOf(system)?.getSnapshot()
        const usable = usableTokens(system)
        const isSignedOut = credential === 'either' && tokens?.value === 'absent'
        const owner = forUser ? (params as { uid?: string }).uid : undefined
        return {
          serial: usable?.serial,
          uid: owner ?? tokens?.context.credentials?.sub,
          isAuthorized: !!usable || isSignedOut,
        }
      }),
      backOff: assign(({ context, system }) => ({
        repeats: context.repeats + 1,
        retryAt: retryAt(clockOf(system), context.repeats + 1),
      })),
      reportSuccess: enqueueActions(({ context, enqueue, self, system }) => {
        const { captchaToken: token, output, order, uid } = context
        const byFlow = !isDirectCall(system, self.id)
        if (signsIn) {
          const tokens = output as unknown as Tokens
          const version = path.slice(1, 3)
          enqueue.sendTo(tokensOf(system)!, { type: 'tokens.keep', tokens, version, byFlow, order })
        }
        if (signsOut) enqueue.sendTo(tokensOf(system)!, { type: 'tokens.drop', byFlow })
        if (token) enqueue.sendTo(captchaOf(system), { type: 'captcha.accept', token })
        const fact = userFactOf(endpoint as AnyEndpoint, output, uid)
        if (fact && system.get('session')) enqueue.sendTo(system.get('session'), fact)
      }),
      // Sent now, because XState drops enqueued sends when the machine throws.
      forgetCaptcha({ context, self, system }) {
        const captcha = captchaOf(system)
        const token = context.captchaToken ?? captcha.getSnapshot().context.token
        const { isReused } = context
        if (token) captcha.send({ type: 'captcha.reject', token, isReused, origin: self.sessionId })
      },
      // A server that accepts a token once refuses its reuse, which is not the fault of an answer.
      countRetry: assign(({ context: { captchaRetried, isReused } }) => ({
        captchaRetried: captchaRetried || !isReused,
        isReused: false,
      })),
      rememberError: assign({ error: ({ event }) => errorOf(event) }),
      fail: ({ context }) => {
        throw context.error
      },
    },
  }).createMachine({
    id: 'request',
    context: ({ input, self }) => ({
      params: input,
      isAuthorized: false,
      order: orderOf(self.system, tokensOf(self.system)?.getSnapshot().context.order),
      tokenRefreshed: false,
      isReused: false,
      captchaRetried: false,
      repeats: 0,
      retryAt: 0,
    }),
    initial: 'starting',
    output: ({ context }) => context.output!,
    states: {
      starting: {
        entry: 'authorize',
        always: [{ guard: 'isAuthorized', target: 'sending' }, 'refreshing'],
      },
      refreshing: {
        tags: 'busy',
        invoke: {
          id: 'refreshTokens',
          src: 'refreshTokens',
          input: ({ context: { serial, uid } }) => ({ serial, uid }),
          onDone: { target: 'sending', actions: assign(({ event }) => event.output) },
          onError: { target: 'failed', actions: 'rememberError' },
        },
      },
      sending: {
        tags: 'busy',
        invoke: {
          id: 'send',
          src: 'send',
          input: ({ context: { params, serial, uid, captchaToken } }) => ({
            params,
            serial,
            uid,
            captchaToken,
          }),
          onDone: { target: 'succeeded', actions: assign({ output: ({ event }) => event.output }) },
          onError: [
            { guard: 'isFirstChallenge', target: 'challenged' },
            {
              guard: 'isCaptchaRejected',
              target: 'challenged',
              actions: ['forgetCaptcha', 'countRetry'],
            },
            {
              guard: 'isCaptchaRejectedAgain',
              target: 'failed',
              actions: ['forgetCaptcha', 'rememberError'],
            },
            {
              guard: 'isTokenRejected',
              target: 'refreshing',
              actions: assign({ tokenRefreshed: true }),
            },
            { guard: 'canRepeat', target: 'pausing', actions: 'backOff' },
            { target: 'failed', actions: 'rememberError' },
          ],
        },
      },
      challenged: {
        tags: 'captcha',
        invoke: {
          id: 'solveCaptcha',
          src: 'solveCaptcha',
          input: ({ context: { order, captchaToken: rejected } }) => ({ order, rejected }),
          onDone: {
            target: 'sending',
            actions: assign(({ event }) => event.output),
          },
          onError: { target: 'failed', actions: 'rememberError' },
        },
      },
      pausing: {
        tags: ['busy', 'retrying'],
        invoke: {
          id: 'until',
          src: 'until',
          input: ({ context }) => context.retryAt,
          onDone: 'sending',
          onError: { target: 'failed', actions: 'rememberError' },
        },
      },
      succeeded: { type: 'final', entry: 'reportSuccess' },
      failed: { entry: 'fail' },
    },
  })
}

/** Which token pair goes with a call, and whose: the call is never repeated as another user. */
interface Authorization {
  serial?: number
  uid?: string
}

interface Solved {
  captchaToken: Secret
  isReused: boolean
}

/** @returns what an answer says about the user; undefined for an answer about something else */
function userFactOf({ operation, shape }: AnyEndpoint, output: unknown, uid?: string) {
  if (operation === 'setPassword' && uid) return { type: 'user.read', uid, hasPassword: true }
  if (!('hasPassword' in shape)) return undefined
  const user = output as User
  return user.sub && { type: 'user.read', uid: user.sub, hasPassword: hasPassword(user) }
}

const isAboutCaptcha = (event: object) => !!errorOf(event)?.code.startsWith('captcha_')

const userChanged = () =>
  new AuthError('cancelled', { description: 'another user has signed in meanwhile' })
