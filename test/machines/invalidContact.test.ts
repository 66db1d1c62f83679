import { afterEach, expect, test } from 'vitest'
import { account, resetPassword, signIn, upgrade } from 'cloudbase-authflow'
import { signInAs } from '../support/signInAs.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
afterEach(() => world.close())

/** Opens a world and starts the flow, signed in as the flow requires. */
async function openAt(flow: string) {
  world = await openWorld({ flows: { signIn, resetPassword, upgrade, account } })
  if (flow === 'upgrade') await world.call('signInAnonymously')
  if (flow === 'account') await signInAs(world, { phone_number: '+86 13800000000' })
  await send({ type: 'flow.start', flow })
}

async function send(event: object) {
  world.auth.send(event as never)
  await world.settle()
}

const flows = [
  ['signIn', 'askingAccount', 'contact.submit'],
  ['upgrade', 'askingAccount', 'contact.submit'],
  ['resetPassword', 'askingContact', 'contact.submit'],
  ['account', 'askingEdit', 'contact.replace'],
] as const
const contacts = [{ phone_number: '12' }, { email: 'lihua' }, {}]

test.each(flows.flatMap((flow) => contacts.map((contact) => [...flow, contact] as const)))(
  '%s: at %s %s keeps the step for the invalid contact %j, and sends no request',
  async (flow, step, type, contact) => {
    await openAt(flow)
    const { length } = world.calls
    const wasBusy: boolean[] = []
    world.auth.subscribe(({ busy }) => wasBusy.push(busy))
    await send({ type, ...contact })
    expect(world.auth.get()).toMatchObject({
      flow,
      step,
      error: { code: 'invalid_argument', operation: 'sendVerification' },
    })
    expect(wasBusy).not.toContain(true)
    expect(world.calls).toHaveLength(length)
  },
)

test.each(['', '  ', '\u3000', '\u200b\ufeff', '--', undefined])(
  'verification: at askingCode the blank code %j keeps the step, and sends no request',
  async (code) => {
    await openAt('signIn')
    await send({ type: 'contact.submit', phone_number: '+86 13800000000' })
    const { length } = world.calls
    const wasBusy: boolean[] = []
    world.auth.subscribe(({ busy }) => wasBusy.push(busy))
    await send({ type: 'code.submit', code })
    expect(world.auth.get()).toMatchObject({
      step: 'askingCode',
      error: { code: 'invalid_argument', operation: 'verify' },
    })
    expect(wasBusy).not.toContain(true)
    expect(world.calls).toHaveLength(length)
    await send({ type: 'code.submit', code: world.sandbox.inbox()[0]!.code })
    expect(world.auth.get().error).toBeUndefined()
  },
)

test.each(flows)('%s: at %s %s with a valid contact forgets the error', async (flow, _, type) => {
  await openAt(flow)
  await send({ type, phone_number: '12' })
  await send({ type, email: ' new@EXAMPLE.com ' })
  expect(world.auth.get().error).toBeUndefined()
})

test.each([
  ['signIn', { phone_number: '138 0000 0000' }, { phone_number: '+86 13800000000' }],
  ['signIn', { phone_number: '＋８６１３８００００００００' }, { phone_number: '+86 13800000000' }],
  ['upgrade', { phone_number: '0086-13800000000' }, { phone_number: '+86 13800000000' }],
  ['resetPassword', { email: ' Li@EXAMPLE.com ' }, { email: 'Li@example.com' }],
])('%s: the view shows the contact %j in its normal form', async (flow, typed, contact) => {
  await openAt(flow)
  await send({ type: 'contact.submit', ...typed })
  expect(world.auth.get()).toMatchObject({ step: 'askingCode', code: { contact } })
})

test('account: the view shows a new contact in its normal form', async () => {
  await openAt('account')
  await send({ type: 'contact.replace', phone_number: '139-0000-0000' })
  await send({ type: 'code.request' })
  await send({
    type: 'code.submit',
    code: world.sandbox.inbox('+86 13800000000')[0]!.code,
  })
  expect(world.auth.get()).toMatchObject({
    step: 'askingCode',
    code: { contact: { phone_number: '+86 13900000000' } },
  })
})
