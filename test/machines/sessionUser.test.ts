import * as endpoints from '../../services/http/endpoints.ts'
import { beforeEach, afterEach, describe, expect, test } from 'vitest'
import { createAuth } from '../../adapters/client/createAuth.ts'
import { account, upgrade } from '../../adapters/client/index.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { memoryStore } from '../../services/session/store.ts'
import { openWorld, type World } from '../support/world.ts'

const li = { sub: 'li.hua', phone_number: '+86 13800000000' }
const han = { sub: 'han.mei', phone_number: '+86 13900000000' }

let world: World

beforeEach(async () => {
  world = await openWorld({ flows: { signIn, account, upgrade } })
  await world.sandbox.addUser(li)
  await world.sandbox.addUser(han)
})
afterEach(() => world.close())

const ticketOf = async ({ sub }: { sub: string }) => ({
  provider_id: 'custom',
  ticket: await world.sandbox.mintTicket(sub),
})

async function enter(user: { sub: string }) {
  await world.call('signInWithCustomTicket', await ticketOf(user))
}

/** Does something in another tab of the same browser, of which this one then hears. */
async function elsewhere(act: (auth: ReturnType<typeof openTab>) => Promise<unknown> | void) {
  const tab = openTab()
  tab.start()
  await act(tab)
  await world.settle()
  tab.stop()
  world.actor('tokens').send({ type: 'tokens.reload' })
  await world.settle()
}

const openTab = () =>
  createAuth({
    env: 'demo',
    endpoint: world.url,
    storage: { shared: world.storage.shared, tab: memoryStore() },
    flows: {},
  })

async function send(...events: (object | (() => object))[]) {
  for (const event of events) {
    world.auth.send((typeof event === 'function' ? event() : event) as never)
    await world.settle()
  }
}

const view = () => {
  const { status, user, flow, step } = world.auth.get() as object as Record<string, unknown>
  return { status, uid: (user as { uid?: string } | undefined)?.uid, flow, step }
}
const account_ = { type: 'flow.start', flow: 'account' }
const parked = { type: 'contact.replace', email: 'li@example.com' }
const codeTo = (to: string) => () => ({
  type: 'code.submit',
  code: world.sandbox.inbox(to)[0]!.code,
})
const patches = () => world.calls.filter((call) => /^(PATCH|DELETE)/.test(call))

describe('a flow of one user', () => {
  beforeEach(async () => {
    await enter(li)
    await send(account_, parked, { type: 'code.request' }, codeTo(li.phone_number))
  })

  const ends = async () => {
    const code = codeTo('li@example.com')
    await send(code)
    expect(patches()).toEqual([])
    expect(world.sandbox.users().every(({ email }) => !email)).toBe(true)
  }

  test('ends when somebody else signs in in another tab', async () => {
    await elsewhere(async (tab) => tab.call(endpoints.signInWithCustomTicket, await ticketOf(han)))
    expect(view()).toEqual({ status: 'signedIn', uid: han.sub, flow: undefined, step: undefined })
    await ends()
    // Nothing of the other's elevation is left.
    await send(account_, { ...parked, email: 'han@example.com' })
    expect(view()).toMatchObject({ uid: han.sub, step: 'askingCodeRequest' })
  })

  test('ends when somebody else signs in by a call', async () => {
    await enter(han)
    expect(view()).toEqual({ status: 'signedIn', uid: han.sub, flow: undefined, step: undefined })
    await ends()
  })

  test('ends when the user signs out in another tab, and does not wait for the next one', async () => {
    await elsewhere((tab) => tab.send({ type: 'session.end' }))
    expect(view()).toEqual({
      status: 'signedOut',
      uid: undefined,
      flow: undefined,
      step: undefined,
    })
    await enter(han)
    expect(view()).toMatchObject({ uid: han.sub, flow: undefined })
    await ends()
  })

  test('ends when the session is refused', async () => {
    world.sandbox.faults([
      { method: 'POST', path: '/auth/v1/token', status: 400, body: { error: 'invalid_grant' } },
    ])
    world.advance(8000)
    await world.auth.getAccessToken().catch(() => undefined)
    await world.settle()
    expect(view()).toMatchObject({ status: 'signedOut', flow: undefined })
  })

  test('is not taken up after a reload by somebody else', async () => {
    const other = openTab()
    other.start()
    await other.call(endpoints.signInWithCustomTicket, await ticketOf(han))
    other.stop()
    await world.reload()
    expect(view()).toEqual({ status: 'signedIn', uid: han.sub, flow: undefined, step: undefined })
    await ends()
    await world.reload()
    expect(view()).toMatchObject({ flow: undefined })
  })

  test('is not taken up after a reload by nobody', async () => {
    await world.storage.shared.remove('credentials_demo')
    await world.reload()
    expect(view()).toMatchObject({ status: 'signedOut', flow: undefined })
  })

  test('goes on when the same user signs in again', async () => {
    await enter(li)
    expect(view()).toMatchObject({ uid: li.sub, flow: 'account', step: 'askingCode' })
    await elsewhere(async (tab) => tab.call(endpoints.signInWithCustomTicket, await ticketOf(li)))
    expect(view()).toMatchObject({ uid: li.sub, flow: 'account', step: 'askingCode' })
    await send(codeTo('li@example.com'))
    expect(view()).toMatchObject({ step: 'askingEdit' })
    expect(patches()).toEqual(['PATCH /auth/v1/user/contact'])
  })
})

describe('a flow of nobody', () => {
  const begin = [
    { type: 'flow.start', flow: 'signIn' },
    { type: 'contact.submit', phone_number: '+86 13700000000' },
  ]

  test('ends when somebody signs in in another tab', async () => {
    await send(...begin)
    await elsewhere(async (tab) => tab.call(endpoints.signInWithCustomTicket, await ticketOf(li)))
    expect(view()).toEqual({ status: 'signedIn', uid: li.sub, flow: undefined, step: undefined })
  })

  test('goes on for the user it has signed in', async () => {
    await send(...begin, codeTo('+86 13700000000'))
    expect(view()).toMatchObject({ status: 'signedIn', flow: 'signIn', step: 'askingProfile' })
    await world.reload()
    expect(view()).toMatchObject({ status: 'signedIn', flow: 'signIn', step: 'askingProfile' })
    await elsewhere(async (tab) => tab.call(endpoints.signInWithCustomTicket, await ticketOf(li)))
    expect(view()).toEqual({ status: 'signedIn', uid: li.sub, flow: undefined, step: undefined })
  })

  test('goes on when the guest it began with is refused', async () => {
    await world.call('signInAnonymously')
    await send(...begin)
    world.sandbox.faults([
      { method: 'POST', path: '/auth/v1/token', status: 400, body: { error: 'invalid_grant' } },
    ])
    world.advance(8000)
    await world.settle()
    await send({ type: 'code.resend' })
    expect(view()).toMatchObject({ status: 'signedOut', flow: 'signIn', step: 'askingCode' })
    await send(codeTo('+86 13700000000'))
    expect(view()).toMatchObject({ status: 'signedIn', step: 'askingProfile' })
  })
})

test('what is sent before the session is known waits until it is', async () => {
  await world.call('signInAnonymously')
  const { uid } = view()
  const guest = world.sandbox.users().find(({ anonymous }) => anonymous)
  world.auth.stop()
  world.auth.start()
  world.auth.send({ type: 'flow.start', flow: 'upgrade' } as never)
  await world.settle()
  expect(world.actor('flow').getSnapshot().context).toMatchObject({ uid: guest!.sub })
  expect(uid).toBe(guest!.sub)
  world.auth.stop()
  world.auth.start()
  world.auth.send({ type: 'session.end' })
  await world.settle()
  expect(view()).toMatchObject({ status: 'signedOut' })
})

describe('a flow that is for some', () => {
  const upgrading = { type: 'flow.start', flow: 'upgrade' }
  const none = { flow: undefined, step: undefined }

  test.each([upgrading, account_])('begins for nobody else: $flow', async (start) => {
    expect(world.auth.can(start as never)).toBe(false)
    await send(start)
    expect(view()).toEqual({ status: 'signedOut', uid: undefined, ...none })
    await world.call('signInAnonymously')
    expect(world.auth.can(start as never)).toBe(true)
  })

  test('is no longer for a guest who is a user now', async () => {
    await enter(li)
    expect(world.auth.can(upgrading as never)).toBe(false)
    expect(world.auth.can(account_ as never)).toBe(true)
  })

  test.each([upgrading, account_])('ends when the guest is gone: $flow', async (start) => {
    await world.call('signInAnonymously')
    await send(start)
    expect(view()).toMatchObject({ flow: start.flow })
    await elsewhere((tab) => tab.send({ type: 'session.end' }))
    expect(view()).toEqual({ status: 'signedOut', uid: undefined, ...none })
  })

  test('ends, and tells who is here, when the guest has become a user in another tab', async () => {
    await world.call('signInAnonymously')
    const { uid } = view()
    const heard: unknown[] = []
    world.auth.on('signedIn', (event) => heard.push(event))
    world.auth.on('userChanged', (event) => heard.push(event))
    await send(upgrading, { type: 'contact.submit', phone_number: '+86 13700000000' })
    await elsewhere(async (tab) => {
      const { verification_id } = await tab.call(endpoints.sendVerification, {
        email: 'new@example.com',
      })
      const { code } = world.sandbox.inbox('new@example.com')[0]!
      const proof = { verification_id, verification_code: code }
      const { verification_token } = await tab.call(endpoints.verify, proof)
      await tab.call(endpoints.upgrade, { email: 'new@example.com', verification_token })
    })
    expect(view()).toEqual({ status: 'signedIn', uid, ...none })
    expect(heard).toEqual([{ type: 'signedIn', uid }])
  })
})
