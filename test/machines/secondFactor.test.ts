import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWorld, type World } from '../support/world.ts'

const li = { sub: 'li.hua', username: 'lihua', password: 'correct horse', twoFactor: true }
const own = '+86 13800000000'
const foreign = '+86 13900000000'
const nobodys = '+86 13700000000'

let world: World

beforeEach(async () => {
  world = await openWorld()
  await world.sandbox.addUser({ ...li, phone_number: own })
  await world.sandbox.addUser({ sub: 'han.mei', phone_number: foreign })
  await send({ type: 'flow.start', flow: 'signIn' })
  await send({ type: 'password.submit', username: li.username, password: li.password })
})
afterEach(() => world.close())

async function send(event: object) {
  world.auth.send(event as never)
  await world.settle()
}

async function prove(phone_number: string) {
  await send({ type: 'contact.submit', phone_number })
  const [message] = world.sandbox.inbox(phone_number)
  await send({ type: 'code.submit', code: message?.code ?? 'none' })
}

test('a code to the own phone goes with the password', async () => {
  expect(world.auth.get()).toMatchObject({ step: 'askingSecondFactor' })
  await prove(own)
  expect(world.auth.get()).toMatchObject({ status: 'signedIn', user: { uid: li.sub } })
})

test.each([foreign, nobodys])('a code to %s lets nobody in', async (phone_number) => {
  await prove(phone_number)
  expect(world.auth.get()).toMatchObject({ status: 'signedOut', step: 'askingSecondFactor' })
  expect(world.auth.get().error).toBeDefined()
  expect(world.sandbox.users()).toHaveLength(2)
  await prove(own)
  expect(world.auth.get()).toMatchObject({ status: 'signedIn', user: { uid: li.sub } })
})

test('after a ticket, too, a code to a phone that is nobody’s is not sent and makes no account', async () => {
  await send({ type: 'contact.change' })
  const path = '/auth/v1/signin/custom'
  world.sandbox.faults([
    { method: 'POST', path, status: 400, body: { error: 'mfa_phone_required' } },
  ])
  await send({ type: 'ticket.submit', ticket: await world.sandbox.mintTicket(li.sub) })
  expect(world.auth.get()).toMatchObject({ step: 'askingSecondFactor' })
  await prove(nobodys)
  expect(world.auth.get()).toMatchObject({ status: 'signedOut', step: 'askingSecondFactor' })
  expect(world.countMessages()).toBe(0)
  expect(world.sandbox.users()).toHaveLength(2)
  await prove(own)
  expect(world.auth.get()).toMatchObject({ status: 'signedIn', user: { uid: li.sub } })
})
