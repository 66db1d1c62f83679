import * as endpoints from '../../services/http/endpoints.ts'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createAuth } from '../../adapters/client/createAuth.ts'
import { account } from '../../adapters/client/index.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { memoryStore } from '../../services/session/store.ts'
import { openWorld, type World } from '../support/world.ts'

const anna = 'anna'
const bob = 'bob'
const profile = '/auth/v1/user/profile'

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
const enter = async (uid: string) => world.call('signInWithCustomTicket', await ticketOf(uid))
const names = () => world.sandbox.users().map(({ name }) => name)
const rename = () => world.auth.call(endpoints.updateProfile, { name: 'Anna' })

const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )

/** The next call is refused with this. */
const refuse = (status: number, error: string) =>
  world.sandbox.faults([{ method: 'PATCH', path: profile, status, body: { error } }])

describe('what one user has asked for is not done as another one', () => {
  test('who signs in while it waits at a captcha', async () => {
    await enter(anna)
    refuse(400, 'captcha_required')
    const renaming = failure(rename())
    await world.settle({ answering: false })
    await enter(bob)
    await world.settle()
    expect(await renaming).toMatchObject({ code: 'cancelled' })
    expect(names()).toEqual([undefined, undefined])
  })

  test('who signs in in another tab', async () => {
    await enter(anna)
    refuse(400, 'captcha_required')
    const renaming = failure(rename())
    await world.settle({ answering: false })
    const tab = createAuth({
      env: 'demo',
      endpoint: world.url,
      storage: { shared: world.storage.shared, tab: memoryStore() },
      flows: {},
    })
    tab.start()
    await tab.call(endpoints.signInWithCustomTicket, await ticketOf(bob))
    tab.stop()
    world.actor('tokens').send({ type: 'tokens.reload' })
    await world.settle()
    expect(await renaming).toMatchObject({ code: 'cancelled' })
    expect(world.auth.get()).toMatchObject({ user: { uid: bob } })
    expect(names()).toEqual([undefined, undefined])
  })

  test('who signs in while its token is refused', async () => {
    await enter(anna)
    refuse(401, 'unauthenticated')
    world.holdRequests(/user\/profile$|v1\/token$/)
    const renaming = failure(rename())
    await world.settle()
    await enter(bob)
    world.releaseRequests()
    await world.settle()
    world.releaseRequests()
    expect(await renaming).toMatchObject({ code: 'cancelled' })
    expect(names()).toEqual([undefined, undefined])
  })

  test('and still is for the same one who has signed in anew', async () => {
    await enter(anna)
    refuse(400, 'captcha_required')
    const renaming = rename()
    await world.settle({ answering: false })
    await enter(anna)
    await world.settle()
    await renaming
    expect(names()).toContain('Anna')
  })
})

describe('a captcha nobody waits for any more', () => {
  const isOpen = () => world.auth.get().captcha !== undefined

  test.each([{ type: 'contact.change' }, { type: 'flow.cancel' }, { type: 'session.end' }])(
    'is closed: $type',
    async (event) => {
      world.sandbox.config({ captchaOnEveryCall: 'on' })
      world.auth.send({ type: 'flow.start', flow: 'signIn' })
      world.auth.send({ type: 'contact.submit', phone_number: '+86 13800000000' })
      await world.settle({ answering: false })
      expect(isOpen()).toBe(true)
      world.auth.send(event as never)
      await world.settle({ answering: false })
      expect(isOpen()).toBe(false)
    },
  )

  test('is not told so when everything stops', async () => {
    const warn = vi.spyOn(console, 'warn')
    onTestFinished(() => warn.mockRestore())
    await enter(anna)
    refuse(400, 'captcha_required')
    const renaming = failure(rename())
    await world.settle({ answering: false })
    expect(isOpen()).toBe(true)
    world.auth.stop()
    expect(await renaming).toMatchObject({ code: 'cancelled' })
    expect(warn.mock.calls).toEqual([])
  })

  test('stays open for whoever waits still', async () => {
    await enter(anna)
    refuse(400, 'captcha_required')
    const renaming = rename()
    await world.settle({ answering: false })
    world.sandbox.config({ captchaOnEveryCall: 'on' })
    world.auth.send({ type: 'flow.start', flow: 'signIn' })
    world.auth.send({ type: 'contact.submit', phone_number: '+86 13900000000' })
    await world.settle({ answering: false })
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

describe('who signs out', () => {
  test.each([[anna], []])('is not signed in by what was asked before (%s)', async (...uids) => {
    for (const uid of uids) await enter(uid)
    world.holdRequests(/anonymously$/)
    const entering = failure(world.auth.call(endpoints.signInAnonymously))
    await world.settle()
    world.auth.send({ type: 'session.end' })
    world.releaseRequests()
    await world.settle()
    expect(await entering).toMatchObject({ code: 'cancelled' })
    expect(world.auth.get()).toMatchObject({ status: 'signedOut' })
    world.holdRequests(/nothing/)
    await world.call('signInAnonymously')
    expect(world.auth.get()).toMatchObject({ status: 'anonymous' })
  })

  test('leaves what else was asked alone', async () => {
    world.holdRequests(/checkIfUserExist$/)
    const asking = world.auth.call(endpoints.isUsernameRegistered, { username: 'anna' })
    await world.settle()
    world.auth.send({ type: 'session.end' })
    world.releaseRequests()
    await expect(asking).resolves.toEqual({ exist: false })
  })
})
