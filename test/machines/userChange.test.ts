import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { account, createAuth, signIn } from 'cloudbase-authflow'
import {
  isUsernameRegistered,
  signInAnonymously,
  signInWithCustomTicket,
  updateProfile,
} from 'cloudbase-authflow/endpoints'
import { memoryStore } from '../../services/session/store.ts'
import { openWorld, type World } from '../support/world.ts'

const anna = 'anna'
const bob = 'bob'

let world: World

beforeEach(async () => {
  world = await openWorld({ flows: { signIn, account } })
  await world.sandbox.addUser({ sub: anna, phone_number: '+86 13800000000' })
  await world.sandbox.addUser({ sub: bob, phone_number: '+86 13900000000' })
})
afterEach(() => world.close())

const ticketOf = async (uid: string) => ({
  provider_id: 'custom',
  ticket: await world.sandbox.mintTicket(uid),
})
const signInAs = async (uid: string) => world.call('signInWithCustomTicket', await ticketOf(uid))
const names = () => world.sandbox.users().map(({ name }) => name)
const rename = () => world.auth.call(updateProfile, { name: 'Anna' })

const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )

/** Makes the next change of the profile fail. */
const failRename = (status: number, error: string) =>
  world.sandbox.faults([
    { method: 'PATCH', path: '/auth/v1/user/profile', status, body: { error } },
  ])

describe('a call of one user', () => {
  test('call: it is cancelled when another user signs in while it waits for a captcha', async () => {
    await signInAs(anna)
    failRename(400, 'captcha_required')
    const renaming = failure(rename())
    await world.settle({ answering: false })
    await signInAs(bob)
    await world.settle()
    expect(await renaming).toMatchObject({ code: 'cancelled' })
    expect(names()).toEqual([undefined, undefined])
  })

  test('call: it is cancelled when another user signs in in another tab', async () => {
    await signInAs(anna)
    failRename(400, 'captcha_required')
    const renaming = failure(rename())
    await world.settle({ answering: false })
    const tab = createAuth({
      env: 'demo',
      endpoint: world.url,
      storage: { shared: world.storage.shared, tab: memoryStore() },
      flows: {},
    })
    tab.start()
    await tab.call(signInWithCustomTicket, await ticketOf(bob))
    tab.stop()
    world.actor('tokens').send({ type: 'tokens.reload' })
    await world.settle()
    expect(await renaming).toMatchObject({ code: 'cancelled' })
    expect(world.auth.get()).toMatchObject({ user: { uid: bob } })
    expect(names()).toEqual([undefined, undefined])
  })

  test('call: it is cancelled when another user signs in while its token is rejected', async () => {
    await signInAs(anna)
    failRename(401, 'unauthenticated')
    world.holdRequests(/user\/profile$|v1\/token$/)
    const renaming = failure(rename())
    await world.settle()
    await signInAs(bob)
    world.releaseRequests()
    await world.settle()
    world.releaseRequests()
    expect(await renaming).toMatchObject({ code: 'cancelled' })
    expect(names()).toEqual([undefined, undefined])
  })

  test('call: it goes on when the same user signs in again', async () => {
    await signInAs(anna)
    failRename(400, 'captcha_required')
    const renaming = rename()
    await world.settle({ answering: false })
    await signInAs(anna)
    await world.settle()
    await renaming
    expect(names()).toContain('Anna')
  })
})

describe('a captcha that no request waits for', () => {
  const isOpen = () => world.auth.get().captcha !== undefined

  async function openCaptcha() {
    world.sandbox.config({ captchaOnEveryCall: 'on' })
    world.auth.send({ type: 'flow.start', flow: 'signIn' })
    world.auth.send({ type: 'contact.submit', phone_number: '+86 13900000000' })
    await world.settle({ answering: false })
  }

  test.each([{ type: 'contact.change' }, { type: 'flow.cancel' }, { type: 'session.end' }])(
    'captcha: the dialog closes after $type ends its request',
    async (event) => {
      await openCaptcha()
      expect(isOpen()).toBe(true)
      world.auth.send(event as never)
      await world.settle({ answering: false })
      expect(isOpen()).toBe(false)
    },
  )

  test('captcha: stop sends nothing to the stopped dialog', async () => {
    const warn = vi.spyOn(console, 'warn')
    onTestFinished(() => warn.mockRestore())
    await signInAs(anna)
    failRename(400, 'captcha_required')
    const renaming = failure(rename())
    await world.settle({ answering: false })
    expect(isOpen()).toBe(true)
    world.auth.stop()
    expect(await renaming).toMatchObject({ code: 'cancelled' })
    expect(warn.mock.calls).toEqual([])
  })

  test('captcha: the dialog stays open for another request that waits', async () => {
    await signInAs(anna)
    failRename(400, 'captcha_required')
    const renaming = rename()
    await world.settle({ answering: false })
    await openCaptcha()
    world.auth.send({ type: 'flow.cancel' })
    await world.settle({ answering: false })
    expect(isOpen()).toBe(true)
    world.sandbox.config({ captchaOnEveryCall: 'off' })
    world.answerCaptcha()
    await world.settle()
    await renaming
    expect(isOpen()).toBe(false)
  })
})

describe('signing out', () => {
  test.each([['a user', [anna]] as const, ['a signed-out client', []] as const])(
    'session.end: it cancels the sign-in of %s that is in flight',
    async (_name, uids) => {
      for (const uid of uids) await signInAs(uid)
      world.holdRequests(/anonymously$/)
      const signingIn = failure(world.auth.call(signInAnonymously))
      await world.settle()
      world.auth.send({ type: 'session.end' })
      world.releaseRequests()
      await world.settle()
      expect(await signingIn).toMatchObject({ code: 'cancelled' })
      expect(world.auth.get()).toMatchObject({ status: 'signedOut' })
      world.holdRequests(/nothing/)
      await world.call('signInAnonymously')
      expect(world.auth.get()).toMatchObject({ status: 'anonymous' })
    },
  )

  test('session.end: other calls in flight go on', async () => {
    world.holdRequests(/checkIfUserExist$/)
    const checking = world.auth.call(isUsernameRegistered, { username: 'anna' })
    await world.settle()
    world.auth.send({ type: 'session.end' })
    world.releaseRequests()
    await expect(checking).resolves.toEqual({ exist: false })
  })
})
