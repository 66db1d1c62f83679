import { afterEach, beforeEach, expect, test } from 'vitest'
import { account } from '../../adapters/client/index.ts'
import { signInAs } from '../support/signInAs.ts'
import { openWorld, type World } from '../support/world.ts'

const ownPhone = '+86 13800000000'

let world: World

beforeEach(async () => {
  world = await openWorld({ flows: { account } })
  await signInAs(world, { phone_number: ownPhone })
  await send({ type: 'flow.start', flow: 'account' })
})
afterEach(() => world.close())

async function send(event: object) {
  world.auth.send(event as never)
  await world.settle()
}
const codeTo = (to: string) => ({ type: 'code.submit', code: world.sandbox.inbox(to)[0]!.code })
const countChanges = () => world.calls.filter((call) => call.startsWith('PATCH')).length

/** The server changes the contact, and its answer is lost. */
async function loseAnswer(typed: object, contact: string) {
  await send({ type: 'contact.replace', ...typed })
  await send({ type: 'code.request' })
  await send(codeTo(ownPhone))
  const lost = { method: 'PATCH', path: '/auth/v1/user/contact', drop: 'after' } as const
  world.sandbox.faults([lost])
  await send(codeTo(contact))
  expect(world.summarize()).toBe('signedIn: account.askingRetry (setContact: unreachable)')
}

test.each([
  [{ phone_number: '13911111111' }, '+86 13911111111'],
  [{ phone_number: '0086 139-1111-1111' }, '+86 13911111111'],
  [{ email: 'New@Example.com' }, 'new@example.com'],
])(
  'gatedEdit: after a lost answer a retry does not set the contact %j again',
  async (typed, contact) => {
    await loseAnswer(typed, contact)
    const messages = world.countMessages()
    await send({ type: 'edit.retry' })
    expect(world.summarize()).toBe('signedIn: account.askingEdit')
    expect(countChanges()).toBe(1)
    expect(world.countMessages()).toBe(messages)
  },
)

test('gatedEdit: after a lost answer and a reload a retry does not set the contact again', async () => {
  await loseAnswer({ phone_number: '13911111111' }, '+86 13911111111')
  const messages = world.countMessages()
  await world.reload()
  await send({ type: 'edit.retry' })
  expect(world.summarize()).toBe('signedIn: account.askingEdit')
  expect(countChanges()).toBe(1)
  expect(world.countMessages()).toBe(messages)
})
