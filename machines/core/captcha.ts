import { assign, fromPromise, setup } from 'xstate'
import type { CaptchaQuestion } from '../../services/captcha/captcha.ts'
import { AuthError, errorOf, isTransient } from '../../services/error.ts'
import type { CaptchaToken } from '../../services/http/wire.ts'
import { isHttpUrl } from '../../services/platform/destination.ts'
import type { Secret } from '../../services/secret.ts'
import { clockOf, orderOf, providedTo, servicesOf } from '../../services/system.ts'
import { errorActions } from './flow.ts'
import { until } from './until.ts'

/** Asks for a captcha token. */
export interface CaptchaRequired {
  type: 'captcha.require'
  /** The call that needs it: `METHOD:/v1/path`. */
  purpose: string
  /** When the call began; see `orderOf`. */
  order?: number
  /** The token that the server has just rejected. */
  rejected?: Secret
  /** The `sessionId` of the actor that waits. */
  origin?: string
}

interface Context {
  purpose: string
  /** The service waits for the user itself. */
  asksItself: boolean
  /** When the question was asked; see `orderOf`. */
  order: number
  /** How many requests wait for the answer. */
  waiting: number
  question?: CaptchaQuestion
  /** When the question expires, in milliseconds since the epoch. */
  questionExpiresAt: number
  token?: Secret
  /** When the token expires, in milliseconds since the epoch. */
  expiresAt: number
  /** The server has accepted the token. */
  isUsed: boolean
  /** False once the server has refused a token that it had accepted before. */
  canReuse: boolean
  error?: AuthError
}

type Event =
  | CaptchaRequired
  /** A waiting request was aborted. */
  | { type: 'captcha.release'; origin?: string }
  /** The server has accepted the token. */
  | { type: 'captcha.accept'; token: Secret; origin?: string }
  /** The server has refused the token; `isReused` if it had accepted it before. */
  | { type: 'captcha.reject'; token: Secret; isReused?: boolean; origin?: string }
  | { type: 'captcha.answer'; text: Secret }
  | { type: 'captcha.replace' }
  | { type: 'captcha.cancel' }

/** Seconds that a question lives when the server does not say. */
const QUESTION_LIFETIME = 300

/** The edges of the states in which the dialog is open. */
const whileOpen = {
  'captcha.require': { actions: 'join' },
  'captcha.release': [{ guard: 'isLast', target: 'cancelled' }, { actions: 'leave' }],
  'captcha.cancel': 'cancelled',
} as const

const machine = setup({
  types: {
    context: {} as Context,
    events: {} as Event,
    tags: {} as 'asking' | 'busy' | 'settled',
  },
  actors: {
    createCaptcha: fromPromise<CaptchaQuestion, string>(async ({ input, system, signal }) => {
      const { captcha, call, nonce, clock } = servicesOf(system)
      const question = await captcha.create(input, { call, nonce, clock, signal })
      if (isSafe(question)) return question
      throw new AuthError('invalid_response', { operation: 'createCaptcha' })
    }),
    verifyCaptcha: fromPromise<CaptchaToken, { question: CaptchaQuestion; answer: Secret }>(
      ({ input: { question, answer }, system, signal }) => {
        const { captcha, call, nonce, clock } = servicesOf(system)
        return captcha.verify(question, answer, { call, nonce, clock, signal })
      },
    ),
    until,
  },
  guards: {
    hasToken: ({ context, event }) =>
      !!context.token && context.token !== (event as CaptchaRequired).rejected,
    // The user may have closed what the service shows, and has then begun another call.
    isLaterCall: ({ context, event }) =>
      context.asksItself && (event as CaptchaRequired).order! > context.order,
    isLast: ({ context }) => context.waiting === 1,
    hasQuestion: ({ context }) => !!context.question,
    isSolved: ({ event }) => !!(event as unknown as { output: CaptchaQuestion }).output.solved,
    isCancelled: ({ event }) => errorOf(event)?.code === 'cancelled',
    isForeign: ({ event }) => errorOf(event)?.code === 'foreign_callback',
    // The same question can be answered again, unless it has expired.
    canAnswerAgain: ({ event }) => {
      const error = errorOf(event)
      return !error?.code.startsWith('captcha_') && isTransient(error)
    },
  },
  actions: {
    ...errorActions<Context, Event>(),
    begin: assign(({ event, system }) => ({
      asksItself: !!providedTo(system)?.captcha.asksItself,
      order: orderOf(system),
      purpose: (event as CaptchaRequired).purpose,
      waiting: 1,
      question: undefined,
      token: undefined,
      error: undefined,
    })),
    markUsed: assign(({ context: { token, canReuse }, event }) => {
      if ((event as { token: Secret }).token !== token) return {}
      return canReuse ? { isUsed: true } : { token: undefined }
    }),
    forgetRejected: assign(({ context: { token, isUsed, canReuse }, event }) => {
      const rejected = event as { token: Secret; isReused?: boolean }
      const isOurs = rejected.token === token
      const isReused = rejected.isReused || (isOurs && isUsed)
      return { token: isOurs ? undefined : token, canReuse: canReuse && !isReused }
    }),
    forgetExpired: assign(({ context: { expiresAt }, system }) =>
      expiresAt > clockOf(system).now() ? {} : { token: undefined },
    ),
    keepToken: assign(({ event, system }) => {
      const { output } = event as unknown as { output: CaptchaToken & CaptchaQuestion }
      const { captcha_token: token, expires_in } = output.solved ?? output
      const expiresAt = clockOf(system).now() + expires_in * 1000
      return { token, expiresAt, isUsed: false, error: undefined }
    }),
    order: assign({ order: ({ system }) => orderOf(system) }),
    join: assign({ waiting: ({ context }) => context.waiting + 1 }),
    leave: assign({ waiting: ({ context }) => context.waiting - 1 }),
    close: assign({ question: undefined }),
    rememberQuestion: assign(({ event, system }) => {
      const { output: question } = event as unknown as { output: CaptchaQuestion }
      const { expires_in = QUESTION_LIFETIME } = question
      return { question, questionExpiresAt: clockOf(system).now() + expires_in * 1000 }
    }),
    rememberExpiry: assign({
      error: () => new AuthError('captcha_expired', { operation: 'verifyCaptcha' }),
    }),
    rememberCancel: assign({ error: () => new AuthError('cancelled', { operation: 'captcha' }) }),
  },
}).createMachine({
  id: 'captcha',
  context: {
    purpose: '',
    asksItself: false,
    order: 0,
    waiting: 0,
    questionExpiresAt: 0,
    expiresAt: 0,
    isUsed: false,
    canReuse: true,
  },
  initial: 'idle',
  on: {
    'captcha.require': { target: '.deciding', actions: 'forgetExpired' },
    'captcha.accept': { actions: 'markUsed' },
    'captcha.reject': { actions: 'forgetRejected' },
  },
  states: {
    idle: {},
    deciding: {
      always: [
        { guard: 'hasToken', target: 'solved' },
        { target: 'fetching', actions: 'begin' },
      ],
    },
    fetching: {
      tags: 'busy',
      on: {
        ...whileOpen,
        'captcha.require': [
          { guard: 'isLaterCall', target: 'fetching', reenter: true, actions: ['join', 'order'] },
          { actions: 'join' },
        ],
      },
      invoke: {
        id: 'createCaptcha',
        src: 'createCaptcha',
        input: ({ context }) => context.purpose,
        onDone: [
          { guard: 'isSolved', target: 'solved', actions: 'keepToken' },
          { target: 'asking', actions: 'rememberQuestion' },
        ],
        onError: [
          { guard: 'hasQuestion', target: 'asking', actions: 'rememberError' },
          { target: 'failed', actions: 'rememberError' },
        ],
      },
    },
    asking: {
      tags: 'asking',
      on: {
        ...whileOpen,
        'captcha.answer': 'checking',
        'captcha.replace': { target: 'fetching', actions: 'forgetError' },
      },
      invoke: {
        id: 'untilExpiry',
        src: 'until',
        input: ({ context }) => context.questionExpiresAt,
        onDone: { target: 'fetching', actions: 'rememberExpiry' },
        onError: { target: 'fetching', actions: 'rememberExpiry' },
      },
    },
    checking: {
      tags: 'busy',
      on: whileOpen,
      invoke: {
        id: 'verifyCaptcha',
        src: 'verifyCaptcha',
        input: ({ context, event }) => ({
          question: context.question!,
          answer: (event as { text: Secret }).text,
        }),
        onDone: { target: 'solved', actions: 'keepToken' },
        onError: [
          { guard: 'isCancelled', target: 'cancelled' },
          { guard: 'isForeign', target: 'asking' },
          { guard: 'canAnswerAgain', target: 'asking', actions: 'rememberError' },
          { target: 'fetching', actions: 'rememberError' },
        ],
      },
    },
    solved: { tags: 'settled', entry: 'close' },
    cancelled: { tags: 'settled', entry: ['close', 'rememberCancel'] },
    failed: { tags: 'settled', entry: 'close' },
  },
})

type Machine = typeof machine
/** The type of {@link captcha}. */
export interface CaptchaMachine extends Machine {}

/**
 * The captcha dialog: one at a time, by picture or by page. A request sends `captcha.require` and
 * waits for a state tagged `settled`; requests that come while the dialog is open share its answer.
 * A token is kept until it expires or is refused, so that the next request can try it before it asks.
 * A question that expires is replaced by another one. An aborted request sends `captcha.release`; when the last one leaves, the dialog closes.
 */
export const captcha: CaptchaMachine = machine

/** Nothing else of a server may be shown as a picture or opened as a page. */
const isSafe = ({ image, url }: CaptchaQuestion) =>
  (image === undefined || /^data:image\//i.test(image)) && (url === undefined || isHttpUrl(url))
