import { assign, fromPromise, setup } from 'xstate'
import type { CaptchaQuestion } from '../../services/captcha/captcha.ts'
import { AuthError, errorOf, isTransient } from '../../services/error.ts'
import { clockOf, servicesOf } from '../../services/system.ts'
import type { Secret } from '../../services/secret.ts'
import type { CaptchaToken } from '../../services/http/wire.ts'

export interface CaptchaRequired {
  type: 'captcha.require'
  purpose: string
  refused?: Secret
}

/** While a question is on screen. */
const open = {
  'captcha.require': { actions: 'join' },
  'captcha.release': [{ guard: 'isLast', target: 'cancelled' }, { actions: 'part' }],
  'captcha.cancel': 'cancelled',
} as const

/**
 * The one captcha question on screen, whoever asked, be it a picture or a page. A request sends
 * `captcha.require` and waits for a `settled` state; who comes while a question is open shares its
 * answer. One that is stopped meanwhile says `captcha.release`: a question for nobody is not asked.
 */
const machine = setup({
  types: {
    context: {} as {
      purpose: string
      /** How many wait for the answer. */
      waiting: number
      question?: CaptchaQuestion
      token?: Secret
      /** Milliseconds since the epoch. */
      expiresAt: number
      error?: AuthError
    },
    events: {} as
      | CaptchaRequired
      | { type: 'captcha.release' }
      | { type: 'captcha.spend'; token: Secret }
      | { type: 'captcha.answer'; text: Secret }
      | { type: 'captcha.replace' }
      | { type: 'captcha.cancel' },
    tags: {} as 'asking' | 'busy' | 'settled',
  },
  actors: {
    createCaptcha: fromPromise<CaptchaQuestion, string>(({ input, system, signal }) => {
      const { captcha, ...means } = servicesOf(system)
      return captcha.create(input, { ...means, signal })
    }),
    verifyCaptcha: fromPromise<CaptchaToken, { question: CaptchaQuestion; answer: Secret }>(
      ({ input: { question, answer }, system, signal }) => {
        const { captcha, ...means } = servicesOf(system)
        return captcha.verify(question, answer, { ...means, signal })
      },
    ),
  },
  guards: {
    hasToken: ({ context, event }) =>
      !!context.token && context.token !== (event as CaptchaRequired).refused,
    isLast: ({ context }) => context.waiting === 1,
    hasQuestion: ({ context }) => !!context.question,
    isSolved: ({ event }) => !!(event as unknown as { output: CaptchaQuestion }).output.solved,
    isCancelled: ({ event }) => errorOf(event)?.code === 'cancelled',
    isForeign: ({ event }) => errorOf(event)?.code === 'foreign_callback',
    // The answer can be given again; but none to a picture or page that has expired.
    isTransient: ({ event }) => {
      const error = errorOf(event)
      return error?.code !== 'captcha_invalid' && isTransient(error)
    },
  },
  actions: {
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
    part: assign({ waiting: ({ context }) => context.waiting - 1 }),
    close: assign({ question: undefined }),
    rememberCancel: assign({ error: () => new AuthError('cancelled', { operation: 'captcha' }) }),
    rememberError: assign({ error: ({ event }) => errorOf(event) }),
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
      on: open,
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
        ...open,
        'captcha.answer': 'checking',
        'captcha.replace': { target: 'fetching', actions: assign({ error: undefined }) },
      },
    },
    checking: {
      tags: 'busy',
      on: open,
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
          { guard: 'isTransient', target: 'asking', actions: 'rememberError' },
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
export interface CaptchaMachine extends Machine {}
export const captcha: CaptchaMachine = machine
