import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Fault, faults, openHostileWorld } from '../support/hostile.ts'

type World = Awaited<ReturnType<typeof openHostileWorld>>

/** One thing that happens. A number is which of several it is. */
type Happening =
  | ['turn']
  | ['settle']
  | ['say', number, number]
  | ['blurt', string, number]
  | ['call', number]
  | ['fault', Fault, string]
  | ['pass', number, 'both' | 'client' | 'server']
  | ['openPopup', number]
  | ['elsewhere', number]
  | ['wake']
  | ['reload', boolean]

const pick = fc.nat(59)
/** What is said out of turn. */
const word = fc.constantFrom(
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
  { weight: 16, arbitrary: fc.tuple(fc.constant('turn')) },
  { weight: 70, arbitrary: fc.tuple(fc.constant('settle')) },
  { weight: 110, arbitrary: fc.tuple(fc.constant('say'), pick, pick) },
  { weight: 5, arbitrary: fc.tuple(fc.constant('blurt'), word, pick) },
  { weight: 5, arbitrary: fc.tuple(fc.constant('call'), pick) },
  { weight: 14, arbitrary: fc.tuple(fc.constant('fault'), fc.constantFrom(...faults), path) },
  { weight: 7, arbitrary: fc.tuple(fc.constant('pass'), seconds, side) },
  { weight: 6, arbitrary: fc.tuple(fc.constant('openPopup'), pick) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('elsewhere'), pick) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('wake')) },
  { weight: 5, arbitrary: fc.tuple(fc.constant('reload'), fc.boolean()) },
) as fc.Arbitrary<Happening>

const LENGTH = 200

/** Of full length when drawn, and as short as can be when it has failed. */
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

async function happen(world: World, happening: Happening): Promise<unknown> {
  switch (happening[0]) {
    case 'turn':
      return world.turn()
    case 'settle':
      return world.settle()
    case 'say': {
      const words = world.sayable()
      return words.length > 0 && world.say(words[happening[1] % words.length]!, happening[2])
    }
    case 'blurt':
      return world.say(happening[1], happening[2])
    case 'call':
      return world.call(happening[1])
    case 'fault':
      return world.plan(happening[1], new RegExp(happening[2]))
    case 'pass':
      return world.pass(happening[1], happening[2])
    case 'openPopup':
      return world.openPopup(happening[1])
    case 'elsewhere':
      return world.elsewhere(happening[1])
    case 'wake':
      return world.wake()
    case 'reload':
      return world.reload(happening[1])
  }
}

/** Where all the walks have come to. */
const steps = new Set<string>()

async function walk(happenings: Happening[]) {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', note)
  const world = await openHostileWorld()
  try {
    for (const each of happenings) {
      await happen(world, each)
      await world.turn()
    }
    await world.recover()
    const [leak] = world.leaks()
    if (leak) throw new Error(`seen: ${leak}`)
    if (unhandled.length > 0) throw unhandled[0]
    for (const step of world.steps) steps.add(step)
  } finally {
    world.close()
    process.off('unhandledRejection', note)
  }
}

/** How many are walked, and from which seed, if not the usual ones. */
const { WALKS = 200, SEED = 20_261_120 } = process.env
const parts = [1, 2, 3, 4]

describe('whatever happens, nothing that must not', () => {
  test.concurrent.for(parts)('on random walks, part %i', { timeout: 600_000 }, (part, { expect }) =>
    expect(
      fc.assert(fc.asyncProperty(new Walk(), walk), {
        numRuns: Number(WALKS) / parts.length,
        seed: Number(SEED) + part,
      }),
    ).resolves.toBeUndefined(),
  )

  test('and people have come far', () => {
    expect([...steps]).toEqual(
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
