import { afterEach, beforeEach, expect, test } from 'vitest'
import { resetPassword, signIn } from 'cloudbase-authflow'
import { openWorld, type World } from '../support/world.ts'

const phone_number = '+86 13800000000'
const typedOtherwise = '0086 138-0000-0000'
const otherPhone = '+86 13900000000'

let world: World

beforeEach(async () => {
  world = await openWorld({ flows: { signIn, resetPassword } })
  await world.sandbox.addUser({ phone_number })
})
afterEach(() => world.close())

async function send(...events: object[]) {
  for (const event of events) {
    world.auth.send(event as never)
    await world.settle()
  }
}
const start = (flow: string) => ({ type: 'flow.start', flow })
const submit = (phone_number: string) => ({ type: 'contact.submit', phone_number })
const change = { type: 'contact.change' }
const newestCode = () => world.sandbox.inbox(phone_number)[0]!.code
const sentCodes = () => world.sandbox.inbox(phone_number).length

test('signIn: returning with the same contact, typed differently, sends no second code', async () => {
  await send(start('signIn'), submit(phone_number))
  const { code } = world.auth.get()
  world.advance(59)
  await send(change, submit(typedOtherwise))
  expect(world.auth.get()).toMatchObject({ step: 'askingCode', code })
  expect(sentCodes()).toBe(1)
  await send({ type: 'code.submit', code: newestCode() })
  expect(world.auth.get().status).toBe('signedIn')
})

test('signIn: returning with the same contact after a reload sends no second code', async () => {
  await send(start('signIn'), submit(phone_number), change)
  await world.reload()
  await send(submit(typedOtherwise))
  expect(world.auth.get()).toMatchObject({
    step: 'askingCode',
    code: { contact: { phone_number } },
  })
  expect(sentCodes()).toBe(1)
  await send({ type: 'code.submit', code: newestCode() })
  expect(world.auth.get().status).toBe('signedIn')
})

test('resetPassword: the contact whose code signIn has sent gets no second one', async () => {
  await send(start('signIn'), submit(phone_number))
  await send(start('resetPassword'), submit(typedOtherwise))
  expect(world.summarize()).toBe('signedOut: resetPassword.askingCode')
  expect(sentCodes()).toBe(1)
  await send({ type: 'code.submit', code: newestCode() })
  expect(world.summarize()).toBe('signedOut: resetPassword.askingPassword')
})

test('signIn: returning with the same contact after its 60 s sends another code', async () => {
  await send(start('signIn'), submit(phone_number), change)
  world.advance(60)
  await send(submit(phone_number))
  expect(world.auth.get().step).toBe('askingCode')
  expect(sentCodes()).toBe(2)
})

test('signIn: another contact gets a code at once, and the first one keeps its deadline', async () => {
  await send(start('signIn'), submit(phone_number), change, submit(otherPhone))
  expect(world.sandbox.inbox(otherPhone)).toHaveLength(1)
  await send(change, submit(phone_number), change, submit(otherPhone))
  expect(world.countMessages()).toBe(2)
})

test('signIn: a code that was used is not gone on with', async () => {
  await send(start('signIn'), submit(phone_number))
  world.sandbox.faults([
    { method: 'POST', path: '/auth/v1/signin', status: 400, body: { error: 'user_blocked' } },
  ])
  await send({ type: 'code.submit', code: newestCode() })
  expect(world.auth.get()).toMatchObject({ step: 'askingAccount', error: { code: 'user_blocked' } })
  await send(submit(phone_number))
  expect(world.auth.get().step).toBe('askingCode')
  expect(sentCodes()).toBe(2)
})

test('signIn: a code that the server no longer accepts is not gone on with', async () => {
  await send(start('signIn'), submit(phone_number))
  const path = '/auth/v1/verification/verify'
  world.sandbox.faults([{ method: 'POST', path, status: 400, body: { error: 'aborted' } }])
  await send({ type: 'code.submit', code: 'wrong' })
  expect(world.auth.get().step).toBe('askingResend')
  await send(change, submit(phone_number))
  expect(world.auth.get().step).toBe('askingCode')
  expect(sentCodes()).toBe(2)
})
