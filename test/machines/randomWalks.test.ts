import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Fault, faults } from '../support/randomServer.ts'
import { openRandomWorld, type RandomWorld } from '../support/randomWorld.ts'

/** One thing that happens. A number picks one of several. */
type Happening =
  | ['nextTurn']
  | ['settle']
  /** An event that something takes. */
  | ['send', number, number]
  /** Any event. */
  | ['sendAny', string, number]
  | ['call', number]
  | ['fault', Fault, string]
  | ['advance', number, 'both' | 'client' | 'server']
  | ['endPopup', number]
  | ['changeOtherTab', number]
  | ['wake']
  | ['reload', boolean]

const pick = fc.nat(59)
const anyType = fc.constantFrom(
  'flow.start',
  'flow.cancel',
  'session.end',
  'contact.submit',
  'contact.change',
  'code.submit',
  'code.resend',
  'edit.cancel',
  'provider.return',
  'captcha.cancel',
)
const path = fc.constantFrom('.', '.', '.', 'token$', 'verification', 'captcha', 'sign', 'user')
const side = fc.constantFrom('both', 'both', 'client', 'server')
const seconds = fc.constantFrom(1, 61, 601, 7201, 90_000)

const happening = fc.oneof(
  { weight: 16, arbitrary: fc.tuple(fc.constant('nextTurn')) },
  { weight: 70, arbitrary: fc.tuple(fc.constant('settle')) },
  { weight: 110, arbitrary: fc.tuple(fc.constant('send'), pick, pick) },
  { weight: 5, arbitrary: fc.tuple(fc.constant('sendAny'), anyType, pick) },
  { weight: 5, arbitrary: fc.tuple(fc.constant('call'), pick) },
  { weight: 14, arbitrary: fc.tuple(fc.constant('fault'), fc.constantFrom(...faults), path) },
  { weight: 7, arbitrary: fc.tuple(fc.constant('advance'), seconds, side) },
  { weight: 6, arbitrary: fc.tuple(fc.constant('endPopup'), pick) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('changeOtherTab'), pick) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('wake')) },
  { weight: 5, arbitrary: fc.tuple(fc.constant('reload'), fc.boolean()) },
) as fc.Arbitrary<Happening>

const LENGTH = 200

/** Generates walks of full length, and shrinks a failing one to any length. */
class Walk extends fc.Arbitrary<Happening[]> {
  readonly #full = fc.array(happening, { minLength: LENGTH, maxLength: LENGTH, size: 'max' })
  readonly #any = fc.array(happening, { maxLength: LENGTH, size: 'max' })

  override generate(random: fc.Random) {
    const { value } = this.#full.generate(random, undefined)
    return new fc.Value<Happening[]>(value, undefined)
  }
  override canShrinkWithoutContext(value: unknown): value is Happening[] {
    return this.#any.canShrinkWithoutContext(value)
  }
  override shrink(value: Happening[], context: unknown) {
    return this.#any.shrink(value, context)
  }
}

async function apply(world: RandomWorld, happening: Happening): Promise<unknown> {
  switch (happening[0]) {
    case 'nextTurn':
      return world.nextTurn()
    case 'settle':
      return world.settle()
    case 'send': {
      const types = world.acceptedTypes()
      return types.length > 0 && world.send(types[happening[1] % types.length]!, happening[2])
    }
    case 'sendAny':
      return world.send(happening[1], happening[2])
    case 'call':
      return world.call(happening[1])
    case 'fault':
      return world.plan(happening[1], new RegExp(happening[2]))
    case 'advance':
      return world.advance(happening[1], happening[2])
    case 'endPopup':
      return world.endPopup(happening[1])
    case 'changeOtherTab':
      return world.changeOtherTab(happening[1])
    case 'wake':
      return world.wake()
    case 'reload':
      return world.reload(happening[1])
  }
}

/** The steps that all walks together have come to. */
const visitedSteps = new Set<string>()

async function walk(happenings: Happening[]) {
  const unhandled: unknown[] = []
  const onUnhandled = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', onUnhandled)
  const world = await openRandomWorld()
  try {
    for (const each of happenings) {
      await apply(world, each)
      await world.nextTurn()
    }
    await world.recover()
    const [leak] = world.leaks()
    if (leak) throw new Error(`a secret was seen in ${leak}`)
    if (unhandled.length > 0) throw unhandled[0]
    for (const step of world.visitedSteps) visitedSteps.add(step)
  } finally {
    world.close()
    process.off('unhandledRejection', onUnhandled)
  }
}

/** The number of walks and their seed can be set for longer runs. */
const { WALKS = 200, SEED = 20_261_120 } = process.env
const parts = [1, 2, 3, 4]

describe('random walks', () => {
  test.concurrent.for(parts)(
    'random walks: no guarantee is broken whatever happens, part %i',
    { timeout: 600_000 },
    (part, { expect }) =>
      expect(
        fc.assert(fc.asyncProperty(new Walk(), walk), {
          numRuns: Number(WALKS) / parts.length,
          seed: Number(SEED) + part,
        }),
      ).resolves.toBeUndefined(),
  )

  test('random walks: together they come far into every flow', () => {
    expect([...visitedSteps]).toEqual(
      expect.arrayContaining([
        'account.askingCodeRequest',
        'account.askingEdit',
        'provider.askingRetry',
        'resetPassword.askingPassword',
        'signIn.askingCode',
        'signIn.askingProfile',
        'signIn.askingSecondFactor',
        'upgrade.askingChoice',
        'upgrade.askingReturn',
      ]),
    )
  })
})
