import {
  type ActorRefFrom,
  type AnyActorRef,
  assign,
  enqueueActions,
  fromPromise,
  setup,
  waitFor,
} from 'xstate'
import { retryAt } from '../../services/clock.ts'
import type { AnyEndpoint, Endpoint } from '../../services/http/endpoint.ts'
import { AuthError, errorOf } from '../../services/error.ts'
import { clockOf, servicesOf } from '../../services/system.ts'
import type { Secret } from '../../services/secret.ts'
import type { Credentials } from '../../services/session/tokenStore.ts'
import type { Tokens } from '../../services/http/wire.ts'
import type { captcha } from './captcha.ts'
import type { tokens } from './tokens.ts'
import { until } from './until.ts'

type System = AnyActorRef['system']

const captchaOf = (system: System): ActorRefFrom<typeof captcha> => system.get('captcha')
const tokensOf = (system: System): ActorRefFrom<typeof tokens> => system.get('tokens')

/** Which token pair goes with a call, and whose. */
export interface Authorized {
  serial?: number
  uid?: string
}

const uidOf = (system: System) => tokensOf(system).getSnapshot().context.credentials?.sub

const notTheSame = () =>
  new AuthError('cancelled', { description: 'somebody else has signed in meanwhile' })

/** How often a call that is safe to repeat is repeated while the line is down. */
const REPEATS = 2

/** One call as actor logic: from outside it looks like a promise. */
export interface Request<Input, Output> extends ReturnType<typeof makeRequest<Input, Output>> {}

const made = new WeakMap<object, object>()
const endpoints = new WeakMap<object, AnyEndpoint>()

/** What a running call calls. */
export const endpointOf = ({ logic }: { logic: object }): AnyEndpoint => endpoints.get(logic)!

/**
 * One call to the server that a captcha, an expired token or a broken line can interrupt. From
 * outside it looks like a promise: it ends with the endpoint's output or with an `AuthError`.
 *
 * @example actors: { getUser: request(getUser) }
 */
/* @__NO_SIDE_EFFECTS__ */
export function request<Input, Output>(endpoint: Endpoint<Input, Output>): Request<Input, Output> {
  const known = made.get(endpoint) as Request<Input, Output> | undefined
  if (known) return known
  const machine = makeRequest(endpoint)
  made.set(endpoint, machine)
  endpoints.set(machine, endpoint as AnyEndpoint)
  return machine
}

function makeRequest<Input, Output>(endpoint: Endpoint<Input, Output>) {
  const { operation, method, path, credential, repeatable, signsIn, signsOut } = endpoint
  const purpose = `${method}:${path}`
  return setup({
    types: {
      input: {} as Input,
      output: {} as Output,
      context: {} as {
        params: Input
        /** Which token pair the call goes out with; none: the client id alone. */
        serial?: number
        /** Whose call it is: nobody else's token goes with it. */
        uid?: string
        renewed: boolean
        captchaToken?: Secret
        challengedAnew: boolean
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
      authorize: fromPromise<Authorized, Authorized>(async ({ input, system, signal }) => {
        const { uid = uidOf(system) } = input
        const { serial, credentials, error } = await freshTokens(system, input.serial, signal)
        if (!credentials && credential === 'either') return { serial: undefined }
        if (error) throw AuthError.from(error, operation)
        if (uid !== undefined && uid !== credentials!.sub) throw notTheSame()
        return { serial, uid: credentials!.sub }
      }),
      send: fromPromise<Output, Authorized & { params: Input; captchaToken?: Secret }>(
        async ({ input: { params, serial, uid, captchaToken }, system, signal }) => {
          const { credentials } = tokensOf(system).getSnapshot().context
          const { call } = servicesOf(system)
          if (serial === undefined) return call(endpoint, params, { captchaToken, signal })
          if (credentials && credentials.sub !== uid) throw notTheSame()
          const accessToken = credentials?.access_token
          return call(endpoint, params, { accessToken, captchaToken, signal })
        },
      ),
      solveCaptcha: fromPromise<Secret, Secret | undefined>(
        async ({ input: refused, system, signal }) => {
          const dialog = captchaOf(system)
          dialog.send({ type: 'captcha.require', purpose, refused })
          // Who is stopped waits for no answer.
          signal.addEventListener('abort', () => {
            if (dialog.getSnapshot().status === 'active') dialog.send({ type: 'captcha.release' })
          })
          const settled = await waitFor(dialog, (state) => state.hasTag('settled'), { signal })
          if (settled.context.token) return settled.context.token
          throw settled.context.error!
        },
      ),
      until,
    },
    guards: {
      canBeAuthorized: () => credential !== 'client',
      isTokenRefused: ({ context, event }) =>
        errorOf(event)?.code === 'unauthenticated' &&
        context.serial !== undefined &&
        !context.renewed,
      isFirstChallenge: ({ context, event }) =>
        errorOf(event)?.code === 'captcha_required' &&
        !context.captchaToken &&
        !context.challengedAnew,
      isCaptchaRefused: ({ context, event }) =>
        !!errorOf(event)?.code.startsWith('captcha_') && !context.challengedAnew,
      isCaptchaRefusedAgain: ({ event }) => !!errorOf(event)?.code.startsWith('captcha_'),
      isWorthRepeating: ({ context, event }) =>
        !!repeatable && context.repeats < REPEATS && errorOf(event)?.code === 'unreachable',
    },
    actions: {
      backOff: assign(({ context, system }) => ({
        repeats: context.repeats + 1,
        retryAt: retryAt(clockOf(system), context.repeats + 1),
      })),
      settle: enqueueActions(({ context: { captchaToken, output }, enqueue, self, system }) => {
        const tokens = output as unknown as Tokens
        const byFlow = !self.id.startsWith('call.')
        if (signsIn) {
          enqueue.sendTo(tokensOf(system), {
            type: 'tokens.keep',
            tokens,
            version: path.slice(1, 3),
            byFlow,
            // Actors are numbered in the order they begin.
            begun: Number(self.sessionId.slice(2)),
          })
        }
        if (signsOut) enqueue.sendTo(tokensOf(system), { type: 'tokens.drop', byFlow })
        if (captchaToken) {
          enqueue.sendTo(captchaOf(system), { type: 'captcha.spend', token: captchaToken })
        }
      }),
      // Sent at once: what is left for after the transition is lost when the call fails in it.
      forgetCaptcha({ context, system }) {
        const dialog = captchaOf(system)
        const token = context.captchaToken ?? dialog.getSnapshot().context.token
        if (token) dialog.send({ type: 'captcha.spend', token })
      },
      rememberError: assign({ error: ({ event }) => errorOf(event) }),
      fail: ({ context }) => {
        throw context.error
      },
    },
  }).createMachine({
    id: 'request',
    context: ({ input }) => ({
      params: input,
      renewed: false,
      challengedAnew: false,
      repeats: 0,
      retryAt: 0,
    }),
    initial: 'starting',
    output: ({ context }) => context.output!,
    states: {
      starting: { always: [{ guard: 'canBeAuthorized', target: 'authorizing' }, 'sending'] },
      authorizing: {
        tags: 'busy',
        invoke: {
          id: 'authorize',
          src: 'authorize',
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
              guard: 'isCaptchaRefused',
              target: 'challenged',
              actions: ['forgetCaptcha', assign({ challengedAnew: true })],
            },
            {
              guard: 'isCaptchaRefusedAgain',
              target: 'failed',
              actions: ['forgetCaptcha', 'rememberError'],
            },
            {
              guard: 'isTokenRefused',
              target: 'authorizing',
              actions: assign({ renewed: true }),
            },
            { guard: 'isWorthRepeating', target: 'pausing', actions: 'backOff' },
            { target: 'failed', actions: 'rememberError' },
          ],
        },
      },
      challenged: {
        tags: 'captcha',
        invoke: {
          id: 'solveCaptcha',
          src: 'solveCaptcha',
          input: ({ context }) => context.captchaToken,
          onDone: {
            target: 'sending',
            actions: assign({ captchaToken: ({ event }) => event.output }),
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
      succeeded: { type: 'final', entry: 'settle' },
      failed: { entry: 'fail' },
    },
  })
}

/**
 * The session's tokens as they are once nobody is loading or renewing them, renewed first when they
 * have expired or when their `serial` is the one the server just refused. Without usable tokens
 * there is an `error`.
 */
export async function freshTokens(
  system: System,
  refused?: number,
  signal?: AbortSignal,
): Promise<{ serial: number; credentials?: Credentials; error?: AuthError }> {
  const keeper = tokensOf(system)
  const settled = () =>
    waitFor(keeper, (state) => !state.hasTag('busy'), { signal }).catch(() => {
      throw new AuthError('cancelled', { description: 'the session was stopped meanwhile' })
    })
  // Another tab may have left a pair that has run out as well: then that one is renewed.
  for (let last: number | undefined; ;) {
    const { serial, credentials, error } = (await settled()).context
    if (serial !== refused && credentials && credentials.expiresAt > clockOf(system).now()) {
      return { serial, credentials }
    }
    if (!credentials || serial === last) {
      return { serial, error: error ?? new AuthError('unauthenticated') }
    }
    last = serial
    keeper.send({ type: 'tokens.renew', serial })
  }
}
