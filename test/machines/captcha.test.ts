import { describe, expect, test } from 'vitest'
import type { SnapshotFrom } from 'xstate'
import { captcha } from '../../machines/captcha.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import {
  edgePaths,
  type Model,
  paperApi,
  type Path,
  type Step,
  transitionsOf,
} from '../support/paths.ts'
import { openWorld } from '../support/world.ts'

type Snapshot = SnapshotFrom<ReturnType<typeof captcha>>
type Context = Snapshot['context']

const machine = captcha(paperApi)
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

const model: Model = {
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
    'captcha.solve': [{ output: { captcha_token: token, expires_in: 600 } }],
    'xstate.done.actor.createCaptcha': [{ output: { image: 'data:', token } }],
    'xstate.done.actor.verifyCaptcha': [
      { output: { captcha_token: token, expires_in: 600 } },
      { output: { captcha_token: token, expires_in: 0 }, note: 'and left until it expires' },
    ],
    'xstate.error.actor.createCaptcha': [fails('unavailable')],
    'xstate.error.actor.verifyCaptcha': ['invalid_argument', 'unreachable'].map(fails),
  },
  facts: factsAt(0),
}

/** A picture never solves itself, names no journey and cannot be walked away from on its own side. */
const takenByPage = [
  'captcha.fetching on xstate.done.actor.createCaptcha #0',
  'captcha.checking on xstate.error.actor.verifyCaptcha #0',
  'captcha.checking on xstate.error.actor.verifyCaptcha #1',
]

const isAnswer = ({ event }: Step) => event.type.startsWith('xstate.')
const create = { method: 'POST', path: '/auth/v1/captcha/data' }
const verify = { method: 'POST', path: '/auth/v1/captcha/data/verify' }
const broken = { drop: 'before' } as const

/** Plays a path against the real dialog, whose calls wait on the wire until the path lets them go. */
async function walk({ steps }: Path, line: 'whole' | 'broken once') {
  const world = await openWorld()
  const { sandbox, clock } = world
  const dialog = world.peer('captcha')
  const context = () => dialog.getSnapshot().context as Context
  const states: unknown[] = []
  world.hold(/captcha/)
  if (line === 'broken once')
    sandbox.faults([
      { ...create, ...broken },
      { ...verify, ...broken },
    ])

  async function letGo(plan?: object) {
    const faults = sandbox.faults()
    if (plan) sandbox.faults([...faults, plan as (typeof faults)[0]])
    world.letGo()
    await world.settle({ answering: false })
  }

  async function tell(event: { type: string; [field: string]: unknown }) {
    if (/answer|replace|cancel/.test(event.type)) world.auth.send(event as never)
    else dialog.send(event)
    await world.settle({ answering: false })
  }

  /** What a person types such that the answer ends as the path says. */
  function answer(later: Step[]) {
    const result = later.find(({ event }) => event.type.endsWith('verifyCaptcha'))
    const isWrong = (result?.event.error as AuthError | undefined)?.code === 'invalid_argument'
    return { type: 'captcha.answer', text: isWrong ? 'wrong' : world.pictureText() }
  }

  async function perform({ event }: Step, later: Step[]) {
    const { note, error } = event as { note?: string; error?: AuthError }
    switch (event.type) {
      case 'captcha.require':
        return tell({ ...event, refused: note && context().token })
      case 'captcha.spend':
        return tell({ ...event, token: note ? event.token : context().token })
      case 'captcha.answer':
        return tell(answer(later))
      case 'xstate.error.actor.createCaptcha':
        return letGo({ ...create, status: 503 })
      case 'xstate.error.actor.verifyCaptcha':
        return letGo(error?.code === 'unreachable' ? { ...verify, ...broken } : undefined)
      case 'xstate.done.actor.createCaptcha':
      case 'xstate.done.actor.verifyCaptcha':
        return letGo()
      default:
        return tell(event)
    }
  }

  /** The person does again what the line broke. */
  async function doAgain({ event }: Step, later: Step[]) {
    if (context().error?.code !== 'unreachable') return
    if (dialog.getSnapshot().value === 'failed') await tell({ type: 'captcha.require', purpose })
    else if (event.type.endsWith('createCaptcha')) await tell({ type: 'captcha.replace' })
    else await tell(answer(later))
    await letGo()
  }

  for (const [index, step] of steps.entries()) {
    await perform(step, steps.slice(index + 1))
    if (line === 'broken once' && isAnswer(step)) await doAgain(step, steps.slice(index))
    if (step.event.type.endsWith('done.actor.verifyCaptcha') && step.event.note) world.pass(600)
    states.push([dialog.getSnapshot().value, factsAt(clock.now())(context())])
  }
  const { taken } = world
  await world.close()
  return { states, taken }
}

describe('captcha', () => {
  const paths = edgePaths(machine, model).map((path): [string, Path] => [path.name, path])
  const taken = new Set<string>()

  test.each(paths)('%s', async (_name, path) => {
    const expected = path.steps.map(({ to, facts }) => [to, facts])
    const plain = await walk(path, 'whole')
    expect(plain.states).toEqual(expected)
    for (const transition of plain.taken) taken.add(transition)
    const stumbling = await walk(path, 'broken once')
    expect(stumbling.states.at(-1)).toEqual(expected.at(-1))
  })

  test('every transition has been taken', () => {
    const left = transitionsOf(machine).filter((transition) => !taken.has(transition))
    expect(left).toEqual(takenByPage)
  })
})
