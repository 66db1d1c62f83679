import { assign, fromPromise, setup } from 'xstate'
import type { CaptchaQuestion } from '../../services/captcha/captcha.ts'
import { AuthError, errorOf, isTransient } from '../../services/error.ts'
import type { CaptchaToken } from '../../services/http/wire.ts'
import type { Secret } from '../../services/secret.ts'
import { clockOf, servicesOf } from '../../services/system.ts'
import { errorActions } from './flow.ts'

/** Asks for a captcha token. */
export interface CaptchaRequired {
  type: 'captcha.require'
  /** The call that needs it: `METHOD:/v1/path`. */
  purpose: string
  /** The token that the server has just rejected. */
  rejected?: Secret
  /** The `sessionId` of the actor that waits. */
  origin?: string
}

interface Context {
  purpose: string
  /** How many requests wait for the answer. */
  waiting: number
  question?: CaptchaQuestion
  token?: Secret
  /** Milliseconds since the epoch. */
  expiresAt: number
  error?: AuthError
}

type Event =
  | CaptchaRequired
  /** A waiting request was aborted. */
  | { type: 'captcha.release'; origin?: string }
  /** The token has been used. */
  | { type: 'captcha.spend'; token: Secret; origin?: string }
  | { type: 'captcha.answer'; text: Secret }
  | { type: 'captcha.replace' }
  | { type: 'captcha.cancel' }

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
    createCaptcha: fromPromise<CaptchaQuestion, string>(({ input, system, signal }) => {
      const { captcha, call, nonce } = servicesOf(system)
      return captcha.create(input, { call, nonce, signal })
    }),
    verifyCaptcha: fromPromise<CaptchaToken, { question: CaptchaQuestion; answer: Secret }>(
      ({ input: { question, answer }, system, signal }) => {
        const { captcha, call, nonce } = servicesOf(system)
        return captcha.verify(question, answer, { call, nonce, signal })
      },
    ),
  },
  guards: {
    hasToken: ({ context, event }) =>
      !!context.token && context.token !== (event as CaptchaRequired).rejected,
    isLast: ({ context }) => context.waiting === 1,
    hasQuestion: ({ context }) => !!context.question,
    isSolved: ({ event }) => !!(event as unknown as { output: CaptchaQuestion }).output.solved,
    isCancelled: ({ event }) => errorOf(event)?.code === 'cancelled',
    isForeign: ({ event }) => errorOf(event)?.code === 'foreign_callback',
    // The same question can be answered again, unless it has expired.
    canAnswerAgain: ({ event }) => {
      const error = errorOf(event)
      return error?.code !== 'captcha_invalid' && isTransient(error)
    },
  },
  actions: {
    ...errorActions<Context, Event>(),
    begin: assign(({ event }) => ({
      purpose: (event as CaptchaRequired).purpose,
      waiting: 1,
      question: undefined,
      token: undefined,
      error: undefined,
    })),
    forgetToken: assign(({ context, event }) =>
      (event as { token: Secret }).token === context.token ? { token: undefined } : {},
    ),
    forgetExpired: assign(({ context: { expiresAt }, system }) =>
      expiresAt > clockOf(system).now() ? {} : { token: undefined },
    ),
    keepToken: assign(({ event, system }) => {
      const { output } = event as unknown as { output: CaptchaToken & CaptchaQuestion }
      const { captcha_token: token, expires_in } = output.solved ?? output
      return { token, expiresAt: clockOf(system).now() + expires_in * 1000, error: undefined }
    }),
    join: assign({ waiting: ({ context }) => context.waiting + 1 }),
    leave: assign({ waiting: ({ context }) => context.waiting - 1 }),
    close: assign({ question: undefined }),
    rememberCancel: assign({ error: () => new AuthError('cancelled', { operation: 'captcha' }) }),
  },
}).createMachine({
  id: 'captcha',
  context: { purpose: '', waiting: 0, expiresAt: 0 },
  initial: 'idle',
  on: {
    'captcha.require': { target: '.deciding', actions: 'forgetExpired' },
    'captcha.spend': { actions: 'forgetToken' },
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
      on: whileOpen,
      invoke: {
        id: 'createCaptcha',
        src: 'createCaptcha',
        input: ({ context }) => context.purpose,
        onDone: [
          { guard: 'isSolved', target: 'solved', actions: 'keepToken' },
          { target: 'asking', actions: assign({ question: ({ event }) => event.output }) },
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
 * An aborted request sends `captcha.release`; when the last one leaves, the dialog closes.
 */
export const captcha: CaptchaMachine = machine
