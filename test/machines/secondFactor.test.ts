import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWorld, type World } from '../support/world.ts'

const li = { sub: 'li.hua', username: 'lihua', password: 'correct horse', twoFactor: true }
const ownPhone = '+86 13800000000'
const otherPhone = '+86 13900000000'
const unknown = '+86 13700000000'

let world: World

beforeEach(async () => {
  world = await openWorld()
  await world.sandbox.addUser({ ...li, phone_number: ownPhone })
  await world.sandbox.addUser({ sub: 'han.mei', phone_number: otherPhone })
  await send({ type: 'flow.start', flow: 'signIn' })
  await send({ type: 'password.submit', username: li.username, password: li.password })
})
afterEach(() => world.close())

async function send(event: object) {
  world.auth.send(event as never)
  await world.settle()
}

async function verify(phone_number: string) {
  await send({ type: 'contact.submit', phone_number })
  const [message] = world.sandbox.inbox(phone_number)
  await send({ type: 'code.submit', code: message?.code ?? 'none' })
}

test('signIn: a code to the phone of the account completes the password', async () => {
  expect(world.auth.get()).toMatchObject({ step: 'askingSecondFactor' })
  await verify(ownPhone)
  expect(world.auth.get()).toMatchObject({ status: 'signedIn', user: { uid: li.sub } })
})

test.each([otherPhone, unknown])(
  'signIn: a code to %s, which is not of the account, does not sign in',
  async (phone_number) => {
    await verify(phone_number)
    expect(world.auth.get()).toMatchObject({ status: 'signedOut', step: 'askingSecondFactor' })
    expect(world.auth.get().error).toBeDefined()
    expect(world.sandbox.users()).toHaveLength(2)
    await verify(ownPhone)
    expect(world.auth.get()).toMatchObject({ status: 'signedIn', user: { uid: li.sub } })
  },
)

test('signIn: as second factor of a ticket no code is sent to a phone without an account', async () => {
  await send({ type: 'contact.change' })
  const path = '/auth/v1/signin/custom'
  world.sandbox.faults([
    { method: 'POST', path, status: 400, body: { error: 'mfa_phone_required' } },
  ])
  await send({ type: 'ticket.submit', ticket: await world.sandbox.mintTicket(li.sub) })
  expect(world.auth.get()).toMatchObject({ step: 'askingSecondFactor' })
  await verify(unknown)
  expect(world.auth.get()).toMatchObject({ status: 'signedOut', step: 'askingSecondFactor' })
  expect(world.countMessages()).toBe(0)
  expect(world.sandbox.users()).toHaveLength(2)
  await verify(ownPhone)
  expect(world.auth.get()).toMatchObject({ status: 'signedIn', user: { uid: li.sub } })
})
