import { expect, test } from 'vitest'
import { openWorld } from '../support/world.ts'

const internal = [
  { type: 'tokens.kept', uid: 'mallory', scope: 'user' },
  { type: 'tokens.lost' },
  { type: 'code.spent' },
  { type: 'codes.restore' },
  { type: 'calls.open' },
  { type: 'flow.resume', flow: 'signIn' },
  { type: 'captcha.require', purpose: 'POST:/v1/signin' },
  { type: 'captcha.spend' },
  { type: 'xstate.done.actor.verification', output: { isUser: true } },
  { type: undefined },
  {},
]

test.each(internal)(
  'client: an event between machines is not taken from an app: %j',
  async (event) => {
    const world = await openWorld()
    world.auth.send({ type: 'flow.start', flow: 'signIn' })
    world.auth.send({ type: 'contact.submit', phone_number: '+86 13800000000' })
    await world.settle()
    const before = world.auth.get()
    expect(world.auth.can(event as never)).toBe(false)
    world.auth.send(event as never)
    await world.settle()
    expect(world.auth.get()).toBe(before)
    world.auth.send({ type: 'code.submit', code: world.sandbox.inbox()[0]!.code })
    await world.settle()
    expect(world.auth.get().status).toBe('signedIn')
    await world.close()
  },
)
