import type { SnapshotFrom } from 'xstate'
import type { CaptchaService } from 'cloudbase-authflow'
import type { CaptchaMachine } from '../../machines/core/captcha.ts'
import { captchaPage } from '../../services/captcha/captchaPage.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import type { Awaitable } from '../../services/session/store.ts'
import { openCaptchaPage } from './captchaPage.ts'
import type { Interruption } from './interruptions.ts'
import type { Model, Path, Step } from './paths.ts'
import { openWorld, type World } from './world.ts'

type Context = SnapshotFrom<CaptchaMachine>['context']

const purpose = 'POST:/v1/signin'
const token = new Secret('token')
const fails = (code: string) => ({ error: new AuthError(code) })

/** What of the context decides how the dialog goes on at this time. */
const factsAt =
  (now: number) =>
  ({ question, token, expiresAt, isUsed, canReuse, error }: Context) => [
    !!question,
    !!token,
    expiresAt > now,
    !!token && isUsed,
    canReuse,
    error?.code,
  ]

const tokenCases = ({ token }: Context) => [
  { token: new Secret('foreign'), note: 'a foreign token' },
  ...(token ? [{ token }] : []),
]

const modelOf = (note: string, createAnswers: object[], refusals: string[]): Model => ({
  note,
  cases: {
    'captcha.require': ({ token }: Context) => [
      { purpose },
      ...(token ? [{ purpose, rejected: token, note: 'its token was rejected' }] : []),
    ],
    'captcha.accept': tokenCases,
    'captcha.reject': tokenCases,
    'captcha.answer': [{ text: 'ABCD' }],
    'xstate.done.actor.createCaptcha': createAnswers,
    'xstate.done.actor.verifyCaptcha': [
      { output: { captcha_token: token, expires_in: 600 } },
      { output: { captcha_token: token, expires_in: 0 }, note: 'and expires unused' },
    ],
    'xstate.error.actor.createCaptcha': [fails('unavailable')],
    'xstate.error.actor.verifyCaptcha': refusals.map(fails),
  },
  facts: factsAt(0),
})

/** A way to ask for a captcha. */
export interface CaptchaKind {
  model: Model
  /** Default: by picture. */
  service?: CaptchaService
  /** The endpoint that creates a question. */
  create: { method: string; path: string }
  /** @returns an answer that is right, or fails with the code */
  answer(world: World, code?: string): Awaitable<string>
}

/** In place of a code: the answer comes after the question has expired. */
const TOO_LATE = 'too late'
const redirect_uri = 'https://app.example/captcha'
const solved = { captcha_token: 'given', expires_in: 600 }

/** The two ways to ask for a captcha. */
export const captchaKinds: CaptchaKind[] = [
  {
    model: modelOf(
      'picture',
      [{ output: { image: 'data:', token } }],
      ['invalid_argument', 'unreachable'],
    ),
    create: { method: 'POST', path: '/auth/v1/captcha/data' },
    answer(world, code) {
      const text = world.readCaptcha()
      if (code === TOO_LATE) world.advance(600)
      return code === 'invalid_argument' ? 'wrong' : text
    },
  },
  {
    model: modelOf(
      'page',
      [
        { output: { url: 'https://page', state: 'own' } },
        { output: { solved: { ...solved, captcha_token: token } }, note: 'solved at once' },
      ],
      ['cancelled', 'foreign_callback', 'captcha_invalid'],
    ),
    service: captchaPage({ redirect_uri }),
    create: { method: 'POST', path: '/auth/v1/captcha/init' },
    async answer(world, code) {
      const { url } = world.auth.get().captcha!
      if (code === 'foreign_callback') return `${redirect_uri}?state=another&captcha_token=other`
      if (code === 'captcha_invalid') {
        const { question } = world.actor('captcha').getSnapshot().context as Context
        return `${redirect_uri}?state=${question!.state}&error=captcha_invalid`
      }
      if (code === TOO_LATE) world.advance(600)
      const page = await openCaptchaPage(url!, world.sandbox.captchaAnswer)
      return code ? page.cancel() : page.solve()
    },
  },
]

const verify = { method: 'POST', path: '/auth/v1/captcha/data/verify' }
const noConnection = { drop: 'before' } as const

/** Whether the token that the step brings expires unused. */
const expiresUnused = ({ event }: Step) =>
  event.type.endsWith('done.actor.verifyCaptcha') && event.note
const isAnswer = ({ event }: Step) => event.type.startsWith('xstate.')

/**
 * Walks a path of the dialog through the client. Requests and checks wait until the path releases
 * them.
 *
 * @param path a path of the captcha machine
 * @param kind how the captcha is asked for
 * @param interruption what happens on the way
 * @returns the state and facts after each step, those after a late answer, and the transitions taken
 */
export async function walkCaptcha(
  { steps }: Path,
  { service, create, answer }: CaptchaKind,
  interruption: Interruption,
) {
  const gate = { open: () => undefined as void, opened: Promise.resolve() }
  const close = () => void (gate.opened = new Promise((resolve) => (gate.open = resolve)))
  const heldService: CaptchaService | undefined = service && {
    ...service,
    async verify(...given) {
      await gate.opened
      return service.verify(...given)
    },
  }
  const isDemanded = interruption.startsWith('captcha')
  const world = await openWorld({
    interruption: isDemanded ? 'captcha' : 'nothing',
    captcha: heldService,
  })
  const { sandbox, clock } = world
  const dialog = () => world.actor('captcha')
  const context = () => dialog().getSnapshot().context as Context
  let lateAnswer: unknown[] | undefined
  /** The view may still show that an answer came too late. */
  let lateError: AuthError | undefined
  const state = () => {
    const { error, ...rest } = context()
    const facts = { ...rest, error: error === lateError ? undefined : error }
    return [dialog().getSnapshot().value, factsAt(clock.now())(facts)]
  }
  const states: unknown[] = []
  world.holdRequests(/captcha/)
  close()
  if (interruption === 'network failure') {
    sandbox.faults([
      { ...create, ...noConnection },
      { ...verify, ...noConnection },
    ])
  }

  async function release(fault?: object) {
    const faults = sandbox.faults()
    if (fault) sandbox.faults([...faults, fault as (typeof faults)[0]])
    world.releaseRequests()
    gate.open()
    close()
    await world.settle({ answering: false })
  }

  async function send(event: { type: string; [field: string]: unknown }) {
    if (/answer|replace|cancel/.test(event.type)) world.auth.send(event as never)
    else dialog().send(event)
    await world.settle({ answering: false })
  }

  /** Answers so that the check ends as the path says. */
  async function sendAnswer(later: Step[]) {
    const result = later.find(({ event }) => event.type.endsWith('verifyCaptcha'))
    const error = result?.event.error as AuthError | undefined
    await send({ type: 'captcha.answer', text: await answer(world, error?.code) })
  }

  async function perform({ event }: Step, later: Step[]) {
    const { note, error } = event as { note?: string; error?: AuthError }
    switch (event.type) {
      case 'captcha.require':
        return send({ ...event, rejected: note && context().token })
      case 'captcha.accept':
      case 'captcha.reject':
        return send({ ...event, token: note ? event.token : context().token })
      case 'captcha.answer':
        return sendAnswer(later)
      case 'xstate.done.actor.untilExpiry':
        world.advance(600)
        return world.settle({ answering: false })
      case 'xstate.error.actor.untilExpiry':
        clock.failWait('last')
        return world.settle({ answering: false })
      case 'xstate.error.actor.createCaptcha':
        return release({ ...create, status: 503 })
      case 'xstate.error.actor.verifyCaptcha':
        return release(error?.code === 'unreachable' ? { ...verify, ...noConnection } : undefined)
      case 'xstate.done.actor.createCaptcha':
        return release(note ? { ...create, status: 200, body: solved } : undefined)
      case 'xstate.done.actor.verifyCaptcha':
        return release()
      default:
        return send(event)
    }
  }

  /** Repeats what the network failure has ended. */
  async function performAgain({ event }: Step, later: Step[]) {
    if (context().error?.code !== 'unreachable') return
    if (dialog().getSnapshot().value === 'failed') await send({ type: 'captcha.require', purpose })
    else if (event.type.endsWith('createCaptcha')) await send({ type: 'captcha.replace' })
    else await sendAnswer(later)
    await release()
  }

  /** Answers when the question has expired; another one is asked then. */
  async function answerTooLate() {
    await send({ type: 'captcha.answer', text: await answer(world, TOO_LATE) })
    await release()
    await release()
    lateError = context().error
    lateAnswer = [dialog().getSnapshot().value, lateError]
  }

  /** Reloads the page, which ends the dialog, and performs the steps up to this one again. */
  async function startOver(until: number) {
    await world.reload()
    const { value } = dialog().getSnapshot()
    if (value !== 'idle' || context().expiresAt !== 0) throw new Error(`${value} after a reload`)
    for (const [index, step] of steps.slice(0, until).entries()) {
      await perform(step, steps.slice(index + 1))
      if (expiresUnused(step)) world.advance(600)
    }
  }

  for (const [index, step] of steps.entries()) {
    const later = steps.slice(index + 1)
    if (interruption === 'token expiry' && step.event.type === 'captcha.answer') {
      await answerTooLate()
    }
    await perform(step, later)
    if (interruption === 'network failure' && isAnswer(step)) {
      await performAgain(step, steps.slice(index))
    }
    if (expiresUnused(step)) world.advance(600)
    if (interruption === 'reload') await startOver(index + 1)
    states.push(state())
  }
  const { taken } = world
  await world.close()
  return { states, lateAnswer, taken }
}
