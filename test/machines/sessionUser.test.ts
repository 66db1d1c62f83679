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

async function signInAs(user: { sub: string }) {
  await world.call('signInWithCustomTicket', await ticketOf(user))
}

/** Does something in another tab of the same browser and notifies this one. */
async function inOtherTab(act: (auth: ReturnType<typeof openTab>) => Promise<unknown> | void) {
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
const startAccount = { type: 'flow.start', flow: 'account' }
const replaceContact = { type: 'contact.replace', email: 'li@example.com' }
const codeTo = (to: string) => () => ({
  type: 'code.submit',
  code: world.sandbox.inbox(to)[0]!.code,
})
const patches = () => world.calls.filter((call) => /^(PATCH|DELETE)/.test(call))

describe('session: a flow of one user', () => {
  beforeEach(async () => {
    await signInAs(li)
    await send(startAccount, replaceContact, { type: 'code.request' }, codeTo(li.phone_number))
  })

  const expectNoEdit = async () => {
    const code = codeTo('li@example.com')
    await send(code)
    expect(patches()).toEqual([])
    expect(world.sandbox.users().every(({ email }) => !email)).toBe(true)
  }

  test('session: the flow ends when another user signs in in another tab', async () => {
    await inOtherTab(async (tab) => tab.call(endpoints.signInWithCustomTicket, await ticketOf(han)))
    expect(view()).toEqual({ status: 'signedIn', uid: han.sub, flow: undefined, step: undefined })
    await expectNoEdit()
    // The elevation of the first user is gone.
    await send(startAccount, { ...replaceContact, email: 'han@example.com' })
    expect(view()).toMatchObject({ uid: han.sub, step: 'askingCodeRequest' })
  })

  test('session: the flow ends when another user signs in by auth.call', async () => {
    await signInAs(han)
    expect(view()).toEqual({ status: 'signedIn', uid: han.sub, flow: undefined, step: undefined })
    await expectNoEdit()
  })

  test('session: the flow ends when the user signs out in another tab, and does not return for the next user', async () => {
    await inOtherTab((tab) => tab.send({ type: 'session.end' }))
    expect(view()).toEqual({
      status: 'signedOut',
      uid: undefined,
      flow: undefined,
      step: undefined,
    })
    await signInAs(han)
    expect(view()).toMatchObject({ uid: han.sub, flow: undefined })
    await expectNoEdit()
  })

  test('session: the flow ends when the refresh is rejected', async () => {
    world.sandbox.faults([
      { method: 'POST', path: '/auth/v1/token', status: 400, body: { error: 'invalid_grant' } },
    ])
    world.advance(8000)
    await world.auth.getAccessToken().catch(() => undefined)
    await world.settle()
    expect(view()).toMatchObject({ status: 'signedOut', flow: undefined })
  })

  test('session: the flow is not resumed after a reload for another user', async () => {
    const other = openTab()
    other.start()
    await other.call(endpoints.signInWithCustomTicket, await ticketOf(han))
    other.stop()
    await world.reload()
    expect(view()).toEqual({ status: 'signedIn', uid: han.sub, flow: undefined, step: undefined })
    await expectNoEdit()
    await world.reload()
    expect(view()).toMatchObject({ flow: undefined })
  })

  test('session: the flow is not resumed after a reload when signed out', async () => {
    await world.storage.shared.remove('credentials_demo')
    await world.reload()
    expect(view()).toMatchObject({ status: 'signedOut', flow: undefined })
  })

  test('session: the flow goes on when the same user signs in again', async () => {
    await signInAs(li)
    expect(view()).toMatchObject({ uid: li.sub, flow: 'account', step: 'askingCode' })
    await inOtherTab(async (tab) => tab.call(endpoints.signInWithCustomTicket, await ticketOf(li)))
    expect(view()).toMatchObject({ uid: li.sub, flow: 'account', step: 'askingCode' })
    await send(codeTo('li@example.com'))
    expect(view()).toMatchObject({ step: 'askingEdit' })
    expect(patches()).toEqual(['PATCH /auth/v1/user/contact'])
  })
})

describe('session: a flow that was started signed out', () => {
  const start = [
    { type: 'flow.start', flow: 'signIn' },
    { type: 'contact.submit', phone_number: '+86 13700000000' },
  ]

  test('session: a flow started signed out ends when a user signs in in another tab', async () => {
    await send(...start)
    await inOtherTab(async (tab) => tab.call(endpoints.signInWithCustomTicket, await ticketOf(li)))
    expect(view()).toEqual({ status: 'signedIn', uid: li.sub, flow: undefined, step: undefined })
  })

  test('session: a flow started signed out goes on for the user it has signed in', async () => {
    await send(...start, codeTo('+86 13700000000'))
    expect(view()).toMatchObject({ status: 'signedIn', flow: 'signIn', step: 'askingProfile' })
    await world.reload()
    expect(view()).toMatchObject({ status: 'signedIn', flow: 'signIn', step: 'askingProfile' })
    await inOtherTab(async (tab) => tab.call(endpoints.signInWithCustomTicket, await ticketOf(li)))
    expect(view()).toEqual({ status: 'signedIn', uid: li.sub, flow: undefined, step: undefined })
  })

  test('session: a sign-in flow goes on when the guest it started with is rejected', async () => {
    await world.call('signInAnonymously')
    await send(...start)
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

test('client: events sent before the status is known wait until it is', async () => {
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

describe('session: a flow for some statuses', () => {
  const upgrading = { type: 'flow.start', flow: 'upgrade' }
  const none = { flow: undefined, step: undefined }

  test.each([upgrading, startAccount])(
    'session: $flow starts only in the statuses it is for',
    async (start) => {
      expect(world.auth.can(start as never)).toBe(false)
      await send(start)
      expect(view()).toEqual({ status: 'signedOut', uid: undefined, ...none })
      await world.call('signInAnonymously')
      expect(world.auth.can(start as never)).toBe(true)
    },
  )

  test('session: upgrade cannot start for a registered user, account can', async () => {
    await signInAs(li)
    expect(world.auth.can(upgrading as never)).toBe(false)
    expect(world.auth.can(startAccount as never)).toBe(true)
  })

  test.each([upgrading, startAccount])(
    'session: $flow ends when the guest signs out in another tab',
    async (start) => {
      await world.call('signInAnonymously')
      await send(start)
      expect(view()).toMatchObject({ flow: start.flow })
      await inOtherTab((tab) => tab.send({ type: 'session.end' }))
      expect(view()).toEqual({ status: 'signedOut', uid: undefined, ...none })
    },
  )

  test('session: upgrade ends and signedIn is emitted when the guest is upgraded in another tab', async () => {
    await world.call('signInAnonymously')
    const { uid } = view()
    const received: unknown[] = []
    world.auth.on('signedIn', (event) => received.push(event))
    world.auth.on('userChanged', (event) => received.push(event))
    await send(upgrading, { type: 'contact.submit', phone_number: '+86 13700000000' })
    await inOtherTab(async (tab) => {
      const { verification_id } = await tab.call(endpoints.sendVerification, {
        email: 'new@example.com',
      })
      const { code } = world.sandbox.inbox('new@example.com')[0]!
      const proof = { verification_id, verification_code: code }
      const { verification_token } = await tab.call(endpoints.verify, proof)
      await tab.call(endpoints.upgrade, { email: 'new@example.com', verification_token })
    })
    expect(view()).toEqual({ status: 'signedIn', uid, ...none })
    expect(received).toEqual([{ type: 'signedIn', uid }])
  })
})
