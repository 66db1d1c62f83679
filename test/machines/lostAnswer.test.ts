import { afterEach, beforeEach, expect, test } from 'vitest'
import { account } from '../../adapters/client/index.ts'
import { signInAs } from '../support/driver.ts'
import { openWorld, type World } from '../support/world.ts'

const own = '+86 13800000000'

let world: World

beforeEach(async () => {
  world = await openWorld({ flows: { account } })
  await signInAs({ world } as never, { phone_number: own })
  await send({ type: 'flow.start', flow: 'account' })
})
afterEach(() => world.close())

async function send(event: object) {
  world.auth.send(event as never)
  await world.settle()
}
const codeTo = (to: string) => ({ type: 'code.submit', code: world.sandbox.inbox(to)[0]!.code })
const sets = () => world.calls.filter((call) => call.startsWith('PATCH')).length

/** The server sets the contact, and the answer is lost on its way. */
async function loseAnswer(typed: object, wire: string) {
  await send({ type: 'contact.replace', ...typed })
  await send({ type: 'code.request' })
  await send(codeTo(own))
  const lost = { method: 'PATCH', path: '/auth/v1/user/contact', drop: 'after' } as const
  world.sandbox.faults([lost])
  await send(codeTo(wire))
  expect(world.summarize()).toBe('signedIn: account.askingRetry (setContact: unreachable)')
}

test.each([
  [{ phone_number: '13911111111' }, '+86 13911111111'],
  [{ phone_number: '0086 139-1111-1111' }, '+86 13911111111'],
  [{ email: 'New@Example.com' }, 'new@example.com'],
])('a contact that was set is not set again: %j', async (typed, wire) => {
  await loseAnswer(typed, wire)
  const messages = world.countMessages()
  await send({ type: 'edit.retry' })
  expect(world.summarize()).toBe('signedIn: account.askingEdit')
  expect(sets()).toBe(1)
  expect(world.countMessages()).toBe(messages)
})

test('nor after a reload', async () => {
  await loseAnswer({ phone_number: '13911111111' }, '+86 13911111111')
  const messages = world.countMessages()
  await world.reload()
  await send({ type: 'edit.retry' })
  expect(world.summarize()).toBe('signedIn: account.askingEdit')
  expect(sets()).toBe(1)
  expect(world.countMessages()).toBe(messages)
})
