import { describe, expect, test } from 'vitest'
import type { SnapshotFrom } from 'xstate'
import { captcha } from '../../machines/core/captcha.ts'
import type { AuthOptions } from '../../adapters/client/options.ts'
import type { Flows } from '../../machines/core/session.ts'
import { captchaPage } from '../../services/captcha/captchaPage.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import type { Awaitable } from '../../services/session/store.ts'
import { edgePaths, type Model, type Path, type Step, transitionsOf } from '../support/paths.ts'
import { visitPage } from '../support/captchaPage.ts'
import { type Interruption, interruptions, openWorld, type World } from '../support/world.ts'

type Snapshot = SnapshotFrom<typeof captcha>
type Context = Snapshot['context']

const machine = captcha
const purpose = 'POST:/v1/signin'
const token = new Secret('token')
const fails = (code: string) => ({ error: new AuthError(code) })

/** What of the dialog decides how it goes on, at a moment. */
const factsAt =
  (now: number) =>
  ({ question, token, expiresAt, error }: Context) => [
    !!question,
    !!token,
    expiresAt > now,
    error?.code,
  ]

const modelOf = (note: string, createAnswers: object[], refusals: string[]): Model => ({
  note,
  cases: {
    'captcha.require': ({ token }: Context) => [
      { purpose },
      ...(token ? [{ purpose, refused: token, note: 'its token was refused' }] : []),
    ],
    'captcha.spend': ({ token }: Context) => [
      { token: new Secret('foreign'), note: 'a foreign token' },
      ...(token ? [{ token }] : []),
    ],
    'captcha.answer': [{ text: 'ABCD' }],
    'xstate.done.actor.createCaptcha': createAnswers,
    'xstate.done.actor.verifyCaptcha': [
      { output: { captcha_token: token, expires_in: 600 } },
      { output: { captcha_token: token, expires_in: 0 }, note: 'and left until it expires' },
    ],
    'xstate.error.actor.createCaptcha': [fails('unavailable')],
    'xstate.error.actor.verifyCaptcha': refusals.map(fails),
  },
  facts: factsAt(0),
})

/** A way to ask, and what a person does about it such that the answer ends with a code, or well. */
interface Kind {
  model: Model
  option?: AuthOptions<Flows>['captcha']
  create: { method: string; path: string }
  answer(world: World, code?: string): Awaitable<string>
}

const LATE = 'too late'
const redirect_uri = 'https://app.example/captcha'
const given = { captcha_token: 'given', expires_in: 600 }
const page = captchaPage({ redirect_uri })

const kinds: Kind[] = [
  {
    model: modelOf(
      'a picture',
      [{ output: { image: 'data:', token } }],
      ['invalid_argument', 'unreachable'],
    ),
    create: { method: 'POST', path: '/auth/v1/captcha/data' },
    answer(world, code) {
      const text = world.pictureText()
      if (code === LATE) world.pass(600)
      return code === 'invalid_argument' ? 'wrong' : text
    },
  },
  {
    model: modelOf(
      'a page',
      [
        { output: { url: 'https://page', state: 'own' } },
        { output: { solved: { ...given, captcha_token: token } }, note: 'given at once' },
      ],
      ['cancelled', 'foreign_callback', 'captcha_invalid'],
    ),
    option: page,
    create: { method: 'POST', path: '/auth/v1/captcha/init' },
    async answer(world, code) {
      const { url } = world.auth.get().captcha!
      if (code === 'foreign_callback') return `${redirect_uri}?state=another&captcha_token=other`
      if (code === LATE || code === 'captcha_invalid') world.pass(600)
      const visited = await visitPage(url!, world.sandbox.captchaAnswer)
      return code ? visited.goBack() : visited.solve()
    },
  },
]

/** The token it has brought is left until it expires. */
const isLeft = ({ event }: Step) => event.type.endsWith('done.actor.verifyCaptcha') && event.note

const isAnswer = ({ event }: Step) => event.type.startsWith('xstate.')
const verify = { method: 'POST', path: '/auth/v1/captcha/data/verify' }
const broken = { drop: 'before' } as const

/** Plays a path against the real dialog, whose calls and checks wait until the path lets them go. */
async function walk({ steps }: Path, { option, create, answer }: Kind, interruption: Interruption) {
  const gate = { open: () => undefined as void, opened: Promise.resolve() }
  const close = () => void (gate.opened = new Promise((resolve) => (gate.open = resolve)))
  const held: typeof option = option && {
    ...option,
    async verify(...given) {
      await gate.opened
      return option.verify(...given)
    },
  }
  const isDemanded = interruption.startsWith('captcha')
  const world = await openWorld(isDemanded ? 'captcha' : 'nothing', { captcha: held })
  const { sandbox, clock } = world
  const dialog = () => world.peer('captcha')
  const context = () => dialog().getSnapshot().context as Context
  /** That an answer came too late may still be said. */
  let late: AuthError | undefined
  const state = () => {
    const { error, ...rest } = context()
    const facts = factsAt(clock.now())({ ...rest, error: error === late ? undefined : error })
    return [dialog().getSnapshot().value, facts]
  }
  const states: unknown[] = []
  world.hold(/captcha/)
  close()
  if (interruption === 'broken line') {
    sandbox.faults([
      { ...create, ...broken },
      { ...verify, ...broken },
    ])
  }

  async function letGo(plan?: object) {
    const faults = sandbox.faults()
    if (plan) sandbox.faults([...faults, plan as (typeof faults)[0]])
    world.letGo()
    gate.open()
    close()
    await world.settle({ answering: false })
  }

  async function tell(event: { type: string; [field: string]: unknown }) {
    if (/answer|replace|cancel/.test(event.type)) world.auth.send(event as never)
    else dialog().send(event)
    await world.settle({ answering: false })
  }

  /** What a person does such that the answer ends as the path says. */
  async function give(later: Step[]) {
    const result = later.find(({ event }) => event.type.endsWith('verifyCaptcha'))
    const error = result?.event.error as AuthError | undefined
    await tell({ type: 'captcha.answer', text: await answer(world, error?.code) })
  }

  async function perform({ event }: Step, later: Step[]) {
    const { note, error } = event as { note?: string; error?: AuthError }
    switch (event.type) {
      case 'captcha.require':
        return tell({ ...event, refused: note && context().token })
      case 'captcha.spend':
        return tell({ ...event, token: note ? event.token : context().token })
      case 'captcha.answer':
        return give(later)
      case 'xstate.error.actor.createCaptcha':
        return letGo({ ...create, status: 503 })
      case 'xstate.error.actor.verifyCaptcha':
        return letGo(error?.code === 'unreachable' ? { ...verify, ...broken } : undefined)
      case 'xstate.done.actor.createCaptcha':
        return letGo(note ? { ...create, status: 200, body: given } : undefined)
      case 'xstate.done.actor.verifyCaptcha':
        return letGo()
      default:
        return tell(event)
    }
  }

  /** The person does again what the line broke. */
  async function doAgain({ event }: Step, later: Step[]) {
    if (context().error?.code !== 'unreachable') return
    if (dialog().getSnapshot().value === 'failed') await tell({ type: 'captcha.require', purpose })
    else if (event.type.endsWith('createCaptcha')) await tell({ type: 'captcha.replace' })
    else await give(later)
    await letGo()
  }

  /** The question has run out when it is answered, and another one is asked. */
  async function comeTooLate() {
    await tell({ type: 'captcha.answer', text: await answer(world, LATE) })
    await letGo()
    await letGo()
    late = context().error
    expect([dialog().getSnapshot().value, late]).toEqual(['asking', expect.any(AuthError)])
  }

  /** The page goes, and the dialog with it: whoever asked asks again, and so on to where it was. */
  async function startOver(until: number) {
    await world.reload()
    expect(dialog().getSnapshot()).toMatchObject({ value: 'idle', context: { expiresAt: 0 } })
    for (const [index, step] of steps.slice(0, until).entries()) {
      await perform(step, steps.slice(index + 1))
      if (isLeft(step)) world.pass(600)
    }
  }

  for (const [index, step] of steps.entries()) {
    if (interruption === 'expiry' && step.event.type === 'captcha.answer') await comeTooLate()
    await perform(step, steps.slice(index + 1))
    if (interruption === 'broken line' && isAnswer(step)) await doAgain(step, steps.slice(index))
    if (isLeft(step)) world.pass(600)
    if (interruption === 'reload') await startOver(index + 1)
    states.push(state())
  }
  const { taken } = world
  await world.close()
  return { states, taken }
}

describe('captcha', () => {
  const taken = new Set<string>()

  describe.each(kinds)('$model.note', (kind) => {
    const paths = edgePaths(machine, kind.model).map((path): [string, Path] => [path.name, path])

    test.each(paths)('%s', async (_name, path) => {
      const expected = path.steps.map(({ to, facts }) => [to, facts])
      const plain = await walk(path, kind, 'nothing')
      expect(plain.states).toEqual(expected)
      for (const transition of plain.taken) taken.add(transition)
      for (const interruption of interruptions.slice(1)) {
        const { states } = await walk(path, kind, interruption)
        expect.soft(states.at(-1), interruption).toEqual(expected.at(-1))
      }
    })
  })

  test('every transition has been taken', () => {
    expect(transitionsOf(machine).filter((transition) => !taken.has(transition))).toEqual([])
  })
})
