import { expect, test } from 'vitest'
import type { AnyActorRef } from 'xstate'
import { signIn } from '../../machines/flows/signIn.ts'
import { signOut, type SignOutInput } from '../../machines/core/signOut.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { type Model } from '../support/paths.ts'
import { signInAs } from '../support/driver.ts'
import { testPaths } from '../support/testPaths.ts'
import { type WorldOptions, openWorld, type World } from '../support/world.ts'

const fails = (code: string) => ({ error: new AuthError(code) })
const secret = new Secret('a secret')
const pair = { access_token: secret, refresh_token: secret }
const redirect = { redirect_uri: 'https://app.example/bye', state: 'here' }
const machine = signOut

const modelOf = (note: string, input: object): Model => ({
  note,
  input: { credentials: pair, ...input },
  cases: {
    'xstate.done.actor.revoke': [{ output: { redirect_uri: redirect.redirect_uri } }],
    'xstate.done.actor.refresh': [{ output: { access_token: secret } }],
    'xstate.error.actor.revoke': ['unreachable', 'unauthenticated', 'invalid_argument'].map(fails),
    'xstate.error.actor.refresh': ['unreachable', 'invalid_grant'].map(fails),
  },
  facts: ({ redirect, credentials, repeats }: SignOutInput & { repeats: number }) => [
    !!redirect,
    !!credentials.refresh_token,
    repeats,
  ],
})

/** The newest sign-out; ended ones remain children. */
function newestSignOut(world: World) {
  const { children } = world.actor('tokens').getSnapshot() as {
    children: Record<string, AnyActorRef>
  }
  const all = Object.values(children).map((child) => child.getSnapshot())
  return all.findLast((each) => each.machine?.id === 'signOut')
}

function stateOf(world: World): string | undefined {
  const snapshot = newestSignOut(world)
  return snapshot?.status === 'active' ? String(snapshot.value) : undefined
}

/** Whether the server still accepts this refresh token. */
async function isAccepted({ url }: World, refresh_token: string) {
  const body = JSON.stringify({ grant_type: 'refresh_token', refresh_token, client_id: 'demo' })
  const response = await fetch(`${url}/auth/v1/token`, { method: 'POST', body })
  return response.ok
}

const storedToken = async ({ storage }: World) =>
  (JSON.parse((await storage.shared.get('credentials_demo'))!) as { refresh_token: string })
    .refresh_token

/** The refresh token of the session that each world has ended. */
const endedTokens = new WeakMap<object, string>()

testPaths({
  flows: { signIn },
  machine,
  models: [
    modelOf('on the page', {}),
    modelOf('with a redirect', { redirect }),
    modelOf('of an expired session', { credentials: { ...pair, expiresAt: -1 } }),
  ],
  async begin(driver, { model }) {
    const { world } = driver
    await driver.withoutInterruption(() => signInAs(driver, { phone_number: '+86 13800000000' }))
    endedTokens.set(world, await storedToken(world))
    if (model.note === 'of an expired session') world.advance(8000)
    await driver.act({ type: 'session.end', ...(model.note === 'with a redirect' && redirect) })
  },
  // Network failures, captchas and expired tokens have tests of their own below.
  interruptions: ['reload'],
  operationOf({ event }, before, { model }) {
    if (event.type.endsWith('refresh')) return 'refresh'
    const [hasRedirect] = (before?.facts as boolean[] | undefined) ?? [
      model.note === 'with a redirect',
    ]
    return hasRedirect ? 'signOut' : 'revoke'
  },
  actions: {
    'xstate.done.actor.until':
      ({ world }) =>
      () =>
        world.advance(60),
    'xstate.error.actor.until': ({ world }) => {
      // A reload ends the wait.
      if (stateOf(world)) world.clock.failWait('first')
      return () => undefined
    },
  },
  stateOf,
  async end(world) {
    for (let minutes = 0; minutes < 5; minutes++) {
      world.advance(60)
      await world.settle()
    }
    await world.reload()
    await world.settle()
    return { left: world.redirects, isAccepted: await isAccepted(world, endedTokens.get(world)!) }
  },
})

async function openSignedIn(options: WorldOptions = {}) {
  const world = await openWorld(options)
  await world.call('signInAnonymously')
  return { world, token: await storedToken(world) }
}
const isStored = async ({ storage }: World) => !!(await storage.shared.get('credentials_demo'))

test('signOut: without a network the session ends at once, and is revoked when the network is back', async () => {
  let isDown = false
  const { world, token } = await openSignedIn({
    wire: (...call) => (isDown ? Promise.reject(new TypeError('fetch failed')) : fetch(...call)),
  })
  world.sandbox.config({ allowedOrigins: ['https://app.example'] })
  isDown = true
  world.auth.send({ type: 'session.end', ...redirect })
  expect(world.auth.get().status).toBe('signedOut')
  expect(await isStored(world)).toBe(false)
  await world.settle()
  world.advance(1)
  await world.settle()
  expect(world.redirects).toEqual([])
  isDown = false
  world.advance(2)
  await world.settle()
  expect(world.redirects).toEqual(['https://app.example/bye?state=here'])
  expect(await isAccepted(world, token)).toBe(false)
  await world.close()
})

test('signOut: it gives up after four attempts without a network, and the client stays signed out', async () => {
  let isDown = false
  let tries = 0
  const { world } = await openSignedIn({
    async wire(...call) {
      if (!isDown) return fetch(...call)
      tries++
      throw new TypeError('fetch failed')
    },
  })
  isDown = true
  world.auth.send({ type: 'session.end' })
  for (let hour = 0; hour < 9; hour++) {
    await world.settle()
    world.advance(3600)
  }
  expect(tries).toBe(4)
  await world.close()
})

test('signOut: an expired session is refreshed before it is revoked', async () => {
  const { world } = await openSignedIn()
  world.advance(8000)
  const { length } = world.calls
  world.auth.send({ type: 'session.end' })
  await world.settle()
  expect(world.calls.slice(length)).toEqual(['POST /auth/v1/token', 'POST /auth/v1/revoke'])
  expect(await world.storage.shared.get('authflow_revoke_demo')).toBeUndefined()
  await world.close()
})

test('signOut: an expired session that the server rejects needs no revocation', async () => {
  const { world } = await openSignedIn()
  world.advance(8000)
  const fault = { method: 'POST', path: '/auth/v1/token', status: 400 }
  world.sandbox.faults([{ ...fault, body: { error: 'invalid_grant' } }])
  const { length } = world.calls
  world.auth.send({ type: 'session.end' })
  await world.settle()
  expect(world.calls.slice(length)).toEqual(['POST /auth/v1/token'])
  expect(await world.storage.shared.get('authflow_revoke_demo')).toBeUndefined()
  await world.close()
})

test('signOut: a session that could not be revoked is revoked by the next page', async () => {
  let isDown = false
  const { world, token } = await openSignedIn({
    wire: (...call) => (isDown ? Promise.reject(new TypeError('fetch failed')) : fetch(...call)),
  })
  isDown = true
  world.auth.send({ type: 'session.end' })
  await world.settle()
  isDown = false
  await world.reload()
  await world.settle()
  expect(world.summarize()).toBe('signedOut: no flow')
  expect(await isAccepted(world, token)).toBe(false)
  expect(await world.storage.shared.get('authflow_revoke_demo')).toBeUndefined()
  await world.close()
})

test('signOut: where the server demands a captcha the session is revoked without a redirect', async () => {
  const { world, token } = await openSignedIn({ interruption: 'captcha' })
  world.dialogs.clear()
  world.auth.send({ type: 'session.end', ...redirect })
  for (let minute = 0; minute < 5; minute++) {
    await world.settle()
    world.advance(60)
  }
  expect(world.redirects).toEqual([])
  expect(world.dialogs).toEqual(new Set())
  expect(await isAccepted(world, token)).toBe(false)
  await world.close()
})

test('signOut: a script address of the server is not followed', async () => {
  const { world } = await openSignedIn()
  const body = { redirect_uri: 'javascript:document.title=1' }
  world.sandbox.faults([{ method: 'POST', path: '/auth/v1/user/signout', body }])
  world.auth.send({ type: 'session.end', ...redirect })
  await world.settle()
  expect(world.sandbox.faults()).toEqual([])
  expect(world.redirects).toEqual([])
  await world.call('signInAnonymously')
  expect(world.summarize()).toBe('anonymous: no flow')
  await world.close()
})

test('signOut: it ends the running flow, and does nothing when signed out', async () => {
  const { world } = await openSignedIn()
  world.auth.send({ type: 'flow.start', flow: 'signIn' })
  world.auth.send({ type: 'session.end' })
  expect(world.summarize()).toBe('signedOut: no flow')
  await world.settle()
  const { length } = world.calls
  world.auth.send({ type: 'session.end', ...redirect })
  await world.settle()
  expect(world.calls).toHaveLength(length)
  expect(world.redirects).toEqual([])
  await world.close()
})
