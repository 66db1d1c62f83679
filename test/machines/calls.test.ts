import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  isUsernameRegistered,
  signInAnonymously,
  signInWithCustomTicket,
} from 'cloudbase-authflow/endpoints'
import type { AnyActorRef } from 'xstate'
import { openWorld, type World } from '../support/world.ts'

const phone_number = '+86 13800000000'
const li = { sub: 'li.hua', phone_number }

let world: World

beforeEach(async () => {
  world = await openWorld()
  await world.sandbox.addUser(li)
})
afterEach(() => world.close())

const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )
const running = () => world.actor('calls').getSnapshot().context as Map<string, AnyActorRef>
const childrenOf = (systemId: string) => Object.keys(world.actor(systemId).getSnapshot().children)
const ticketOf = async ({ sub }: typeof li) => ({
  provider_id: 'custom',
  ticket: await world.sandbox.mintTicket(sub),
})
const guestUid = () => world.sandbox.users().find(({ anonymous }) => anonymous)!.sub

test('calls: a thousand calls leave nothing in the actor of the calls, nor in the session', async () => {
  // The first call opens the actor of the calls.
  await world.auth.call(isUsernameRegistered, { username: 'li' })
  const session = world.actor('session')
  const before = { children: childrenOf('session'), snapshot: session.getSnapshot() as object }
  const calls = Array.from({ length: 1000 }, (_, index) =>
    world.auth.call(isUsernameRegistered, { username: `user${index}` }),
  )
  await Promise.resolve()
  expect(running().size).toBe(1000)
  expect(childrenOf('session')).toEqual(before.children)
  await Promise.all(calls)
  await world.settle()
  expect(running().size).toBe(0)
  expect(childrenOf('session')).toEqual(before.children)
  expect(session.getSnapshot()).toBe(before.snapshot)
})

test('calls: calls that fail or are cancelled leave nothing in the actor of the calls', async () => {
  world.sandbox.faults([{ method: '*', path: '/auth/v1/*', status: 500, times: 9 }])
  await failure(world.auth.call(isUsernameRegistered, { username: 'li' }))
  expect(running().size).toBe(0)
  world.holdRequests(/anonymously$/)
  const signingIn = failure(world.auth.call(signInAnonymously))
  await world.settle()
  expect(running().size).toBe(1)
  world.auth.send({ type: 'session.end' })
  expect(await signingIn).toMatchObject({ code: 'cancelled' })
  expect(running().size).toBe(0)
})

test('calls: a sign-in that a later one has overtaken does not win', async () => {
  world.holdRequests(/anonymously$/)
  const earlier = world.auth.call(signInAnonymously)
  await world.settle()
  await world.auth.call(signInWithCustomTicket, await ticketOf(li))
  expect(world.auth.get()).toMatchObject({ status: 'signedIn', user: { uid: li.sub } })
  world.releaseRequests()
  await earlier
  await world.settle()
  expect(world.auth.get()).toMatchObject({ status: 'signedIn', user: { uid: li.sub } })
  const stored = await world.storage.shared.get('credentials_demo')
  expect(stored).toContain(`"sub":"${li.sub}"`)
})

test('calls: the later of two sign-ins wins when it is answered last', async () => {
  const earlier = world.auth.call(signInWithCustomTicket, await ticketOf(li))
  world.holdRequests(/anonymously$/)
  const later = world.auth.call(signInAnonymously)
  await earlier
  await world.settle()
  world.releaseRequests()
  await later
  await world.settle()
  expect(world.auth.get()).toMatchObject({ status: 'anonymous', user: { uid: guestUid() } })
})

/** Lets the sign-in of a guest wait for a captcha. */
async function openAtCaptcha() {
  const refusal = { status: 400, body: { error: 'captcha_required' } }
  const path = '/auth/v1/signin/anonymously'
  world.sandbox.faults([{ method: 'POST', path, ...refusal }])
  world.auth.send({ type: 'flow.start', flow: 'signIn' })
  world.auth.send({ type: 'guest.enter' })
  await world.settle({ answering: false })
  expect(world.auth.get()).toMatchObject({ step: 'signingInAsGuest', captcha: { busy: false } })
}

test('calls: a sign-in in flight of a restored flow does not win over a later one', async () => {
  await openAtCaptcha()
  world.auth.stop()
  world.auth.start()
  await world.settle({ answering: false })
  expect(world.auth.get()).toMatchObject({ step: 'signingInAsGuest', captcha: { busy: false } })
  world.holdRequests(/anonymously$/)
  world.answerCaptcha()
  await world.untilRequestHeld()
  await world.auth.call(signInWithCustomTicket, await ticketOf(li))
  expect(world.auth.get().user).toEqual({ uid: li.sub })
  world.releaseRequests()
  await world.settle()
  expect(world.auth.get()).toMatchObject({ status: 'signedIn', user: { uid: li.sub } })
})

test.each([
  ['', 0],
  [', where the clock was set back by an hour', -3600_000],
])(
  'calls: a sign-in on a new page wins over the flow that the page has restored%s',
  async (_, ms) => {
    await openAtCaptcha()
    world.auth.stop()
    world.clock.advance(ms)
    // A new page loads the modules anew.
    vi.resetModules()
    const page = await import('../../adapters/client/index.ts')
    const endpoints = await import('../../services/endpoints.ts')
    const { clock, storage, url } = world
    let pictureToken = ''
    const auth = page.createAuth({
      env: 'demo',
      endpoint: url,
      flows: { signIn: page.signIn },
      clock,
      storage,
      async fetch(input, init) {
        const response = await fetch(input, init)
        if ((input as string).includes('/captcha/data') && !pictureToken) {
          pictureToken = ((await response.clone().json()) as { token: string }).token
        }
        return response
      },
    })
    auth.start()
    await vi.waitUntil(() => auth.get().captcha?.image)
    auth.send({ type: 'captcha.answer', text: world.sandbox.captchaAnswer(pictureToken)! })
    await vi.waitUntil(() => auth.get().status === 'anonymous')
    await auth.call(endpoints.signInWithCustomTicket, await ticketOf(li))
    expect(auth.get()).toMatchObject({ status: 'signedIn', user: { uid: li.sub } })
    auth.stop()
  },
)

test('calls: the flow of an earlier sign-in does not replace a later one by auth.call', async () => {
  world.holdRequests(/anonymously$/)
  world.auth.send({ type: 'flow.start', flow: 'signIn' })
  world.auth.send({ type: 'guest.enter' })
  await world.untilRequestHeld()
  await world.auth.call(signInWithCustomTicket, await ticketOf(li))
  world.releaseRequests()
  await world.settle()
  expect(world.auth.get()).toMatchObject({ status: 'signedIn', user: { uid: li.sub } })
})
