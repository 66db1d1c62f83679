import { inspect } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { setup } from 'xstate'
import { account, type FlowMeta } from 'cloudbase-authflow'
import { signIn, updateProfile } from 'cloudbase-authflow/endpoints'
import { Secret } from '../../services/secret.ts'
import { consentAt } from '../support/idp.ts'
import { openWorld, type World } from '../support/world.ts'

const redirect_uri = 'https://app.example/back'
const phone_number = '+86 13800000000'

/** Sends events one after the other, each once only the user can go on. */
const senderOf =
  (world: World) =>
  async (...events: object[]) => {
    for (const event of events) {
      world.auth.send(event as never)
      await world.settle()
    }
  }

test('signIn: an account signed up with a provider token is linked to its identity', async () => {
  const world = await openWorld()
  onTestFinished(() => world.close())
  const send = senderOf(world)
  const provider = { provider_id: 'demo_idp', redirect_uri, state: 'own' }
  const { uri } = (await world.call('getProviderUri', provider)) as { uri: string }
  const code = new URL(await consentAt(uri)).searchParams.get('code')
  const { provider_token } = (await world.call('grantProviderToken', {
    provider_id: 'demo_idp',
    provider_redirect_uri: redirect_uri,
    provider_code: code,
  })) as { provider_token: string }

  await send(
    { type: 'flow.start', flow: 'signIn' },
    { type: 'contact.submit', phone_number },
    { type: 'signUp.prepare', profile: { name: 'Li Hua' }, provider_token },
  )
  await send({ type: 'code.submit', code: world.sandbox.inbox()[0]!.code })
  expect(world.summarize()).toBe('signedIn: no flow')
  expect(world.sandbox.users()).toMatchObject([
    { name: 'Li Hua', phone_number, identities: [{ provider_id: 'demo_idp' }] },
  ])
})

test('signIn: an account is not created without the password that a reload has lost', async () => {
  const world = await openWorld()
  onTestFinished(() => world.close())
  const send = senderOf(world)
  const password = 'Passw0rd!1'
  const prepare = { type: 'signUp.prepare', profile: { name: 'Li Hua' }, password }
  const submitCode = () => send({ type: 'code.submit', code: world.sandbox.inbox()[0]!.code })

  await send({ type: 'flow.start', flow: 'signIn' }, { type: 'contact.submit', phone_number })
  await send(prepare)
  await world.reload()
  await submitCode()
  expect(world.summarize()).toBe('signedOut: signIn.askingAccount (signIn: cancelled)')
  expect(world.sandbox.users()).toEqual([])

  await send({ type: 'contact.submit', phone_number }, prepare)
  await submitCode()
  expect(world.summarize()).toBe('signedIn: no flow')
  await world.call('signIn', { username: phone_number, password })
})

test('view: hasPassword is known once the user was read, and when a password was set', async () => {
  const world = await openWorld()
  onTestFinished(() => world.close())
  await world.sandbox.addUser({ sub: 'ada', username: 'ada', password: 'Passw0rd!1' })
  await world.call('signIn', { username: 'ada', password: 'Passw0rd!1' })
  expect(world.auth.get().user).toEqual({ uid: 'ada' })
  const says = async (answer: object) => {
    const body = { sub: 'ada', ...answer }
    world.sandbox.faults([{ method: 'GET', path: '/auth/v1/user/me', status: 200, body }])
    await world.call('getUser')
    await world.settle()
    return world.auth.get().user?.hasPassword
  }
  expect(await says({ password: 'SET' })).toBe(true)
  expect(await says({ password: 'UNSET' })).toBe(false)
  expect(await says({ hasPassword: true, password: 'UNSET' })).toBe(true)
  expect(await says({})).toBeUndefined()
  await world.call('signInAnonymously')
  expect(world.auth.get().user?.hasPassword).toBeUndefined()
})

test('account: whether the user has a password is known where a proof is asked for, after a reload too', async () => {
  const world = await openWorld({ flows: { account } })
  onTestFinished(() => world.close())
  const { email, ...login } = { email: 'ada@example.com', username: 'ada', password: 'Passw0rd!1' }
  await world.sandbox.addUser({ email, ...login })
  await world.call('signIn', login)
  for (const event of [
    { type: 'flow.start', flow: 'account' },
    { type: 'password.change', password: 'Passw0rd!2' },
  ]) {
    world.auth.send(event as never)
    await world.settle()
  }
  const known = { step: 'askingProof', user: { hasPassword: true } }
  expect(world.auth.get()).toMatchObject(known)
  await world.reload()
  expect(world.auth.get()).toMatchObject(known)
})

test('getCredentials: the tokens of the session are returned, and nothing when signed out', async () => {
  const world = await openWorld()
  onTestFinished(() => world.close())
  await expect(world.auth.getCredentials()).rejects.toMatchObject({ code: 'unauthenticated' })
  await world.call('signInAnonymously')
  const first = await world.auth.getCredentials()
  expect(first).toMatchObject({
    accessToken: await world.auth.getAccessToken(),
    refreshToken: expect.any(String) as string,
    uid: world.auth.get().user!.uid,
    scope: 'anonymous',
  })
  world.advance(8000)
  const next = await world.auth.getCredentials()
  expect(next.accessToken).not.toBe(first.accessToken)
  expect(next.expiresAt).toBeGreaterThan(first.expiresAt)
  world.auth.stop()
  await expect(world.auth.getCredentials()).rejects.toMatchObject({ code: 'failed_precondition' })
})

test.each([
  ['opaque tokens', (token: string) => token.replaceAll('.', '-')],
  ['tokens that name the user', (token: string) => token],
])(
  'call: with %s and no `sub` in the answers, no call is repeated as another user',
  async (_, edit) => {
    const renames: string[] = []
    const { promise: held, resolve: release } = createGate()
    const world = await openWorld({
      async wire(input, init) {
        const url = input as string
        if (url.includes('/user/profile')) {
          renames.push(url)
          await held
          return Response.json({ error: 'unauthenticated' }, { status: 401 })
        }
        const response = await fetch(input, init)
        const body = (await response.json()) as { sub?: string; access_token?: string }
        if (body.access_token) {
          delete body.sub
          body.access_token = edit(body.access_token)
        }
        return Response.json(body, { status: response.status })
      },
    })
    onTestFinished(() => world.close())
    for (const username of ['ada', 'bob']) {
      await world.sandbox.addUser({ sub: username, username, password: 'Passw0rd!1' })
    }
    const signInAs = (username: string) =>
      world.auth.call(signIn, { username, password: 'Passw0rd!1' })
    await signInAs('ada')
    const rename = world.auth.call(updateProfile, { name: 'Ada' }).catch((error: unknown) => error)
    await vi.waitUntil(() => renames.length === 1)
    await signInAs('bob')
    release()
    expect(await rename).toMatchObject({ code: 'cancelled' })
    expect(renames).toHaveLength(1)
  },
)

function createGate() {
  let resolve = () => undefined as void
  const promise = new Promise<void>((settle) => (resolve = settle))
  return { promise, resolve: () => resolve() }
}

test('flow: a field that its machine declares secret is wrapped, stored nowhere and printed nowhere', async () => {
  const received: unknown[] = []
  const own = setup({ types: { meta: {} as FlowMeta } }).createMachine({
    id: 'own',
    meta: { secrets: ['maidenName'] },
    context: {},
    initial: 'asking',
    states: {
      asking: {
        tags: 'asking',
        on: { 'answer.submit': { actions: ({ event }) => void received.push(event) } },
      },
    },
  })
  const world = await openWorld({ flows: { own } })
  onTestFinished(() => world.close())
  world.auth.send({ type: 'flow.start', flow: 'own' } as never)
  world.auth.send({ type: 'answer.submit', maidenName: 'CANARY', name: 'Ada' } as never)
  await world.settle()
  expect(received).toEqual([
    { type: 'answer.submit', maidenName: expect.any(Secret) as Secret, name: 'Ada' },
  ])
  expect(inspect(received, { depth: Infinity, showHidden: true })).not.toContain('CANARY')
})

test('account: the step is readingUser until the user is read, so that askingEdit knows hasPassword', async () => {
  const world = await openWorld({ flows: { account } })
  onTestFinished(() => world.close())
  const user = { sub: 'ada', username: 'ada', password: 'Correct-horse-7' }
  await world.sandbox.addUser(user)
  await world.call('signIn', { username: user.username, password: user.password })
  expect(world.auth.get().user).toEqual({ uid: 'ada', hasPassword: undefined })
  const start = { type: 'flow.start', flow: 'account' } as never
  world.auth.send(start)
  expect(world.auth.get()).toMatchObject({ step: 'readingUser', busy: true })
  await world.settle()
  const known = { step: 'askingEdit', busy: false, user: { uid: 'ada', hasPassword: true } }
  expect(world.auth.get()).toMatchObject(known)
  await world.reload()
  expect(world.auth.get()).toMatchObject(known)
})

test('account: an edit does not wait for the user to be read, and a failed read keeps none away', async () => {
  const world = await openWorld({ flows: { account } })
  onTestFinished(() => world.close())
  await world.sandbox.addUser({ sub: 'ada', phone_number: '+86 13800000000' })
  const ticket = await world.sandbox.mintTicket('ada')
  await world.call('signInWithCustomTicket', { provider_id: 'custom', ticket })
  world.auth.send({ type: 'flow.start', flow: 'account' } as never)
  world.auth.send({ type: 'password.change', password: 'a better horse' } as never)
  await world.settle()
  expect(world.summarize()).toBe('signedIn: account.askingCodeRequest')
  world.sandbox.faults([{ method: 'GET', path: '/auth/v1/user/me', status: 500, times: 9 }])
  world.auth.send({ type: 'flow.cancel' })
  world.auth.send({ type: 'flow.start', flow: 'account' } as never)
  await world.settle()
  expect(world.summarize()).toBe('signedIn: account.askingEdit (getUser: unavailable)')
})
