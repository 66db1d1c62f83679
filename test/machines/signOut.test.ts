import { expect, test } from 'vitest'
import type { AnyActorRef } from 'xstate'
import { signIn } from '../../machines/flows/signIn.ts'
import { signOut, type SignOutInput } from '../../machines/core/signOut.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { type Model } from '../support/paths.ts'
import { signInAs } from '../support/driver.ts'
import { testPaths } from '../support/testPaths.ts'
import { type Interruption } from '../support/interruptions.ts'
import { type WorldOptions, openWorld, type World } from '../support/world.ts'

const fails = (code: string) => ({ error: new AuthError(code) })
const secret = new Secret('sealed')
const redirect = { redirect_uri: 'https://app.example/bye', state: 'here' }
const machine = signOut

const modelOf = (note: string, input: object): Model => ({
  note,
  input: { credentials: { access_token: secret, refresh_token: secret }, ...input },
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

/** The one that was started last: ended ones stay where they were. */
function lastOf(world: World) {
  const { children } = world.actor('tokens').getSnapshot() as {
    children: Record<string, AnyActorRef>
  }
  const all = Object.values(children).map((child) => child.getSnapshot())
  return all.findLast((each) => each.machine?.id === 'signOut')
}

function standsIn(world: World): string | undefined {
  const snapshot = lastOf(world)
  return snapshot?.status === 'active' ? String(snapshot.value) : undefined
}

/** Whether the server still knows the session whose refresh token this is. */
async function isAlive({ url }: World, refresh_token: string) {
  const body = JSON.stringify({ grant_type: 'refresh_token', refresh_token, client_id: 'demo' })
  const response = await fetch(`${url}/auth/v1/token`, { method: 'POST', body })
  return response.ok
}

const storedToken = async ({ storage }: World) =>
  (JSON.parse((await storage.shared.get('credentials_demo'))!) as { refresh_token: string })
    .refresh_token

const ended = new WeakMap<object, string>()

testPaths({
  flows: { signIn },
  machine,
  models: [modelOf('to stay', {}), modelOf('to go', { redirect })],
  async begin(driver, { model }) {
    const { world } = driver
    await driver.withoutInterruption(() => signInAs(driver, { phone_number: '+86 13800000000' }))
    ended.set(world, await storedToken(world))
    await driver.act({ type: 'session.end', ...(model.note === 'to go' && redirect) })
  },
  // A broken line is what it repeats itself for: below. So is that it asks nobody for a captcha.
  interruptions: ['token expiry', 'reload'],
  operationOf({ event }, before, { model }) {
    if (event.type.endsWith('refresh')) return 'refresh'
    const [isToGo] = (before?.facts as boolean[] | undefined) ?? [model.note === 'to go']
    return isToGo ? 'signOut' : 'revoke'
  },
  actions: {
    'xstate.done.actor.until':
      ({ world }) =>
      () =>
        world.advance(60),
    'xstate.error.actor.until': ({ world }) => {
      // After a reload nobody waits any more.
      if (standsIn(world)) world.clock.failWait('first')
      return () => undefined
    },
  },
  stateOf: standsIn,
  async end(world) {
    for (let minutes = 0; minutes < 5; minutes++) {
      world.advance(60)
      await world.settle()
    }
    return { left: world.redirects, isAlive: await isAlive(world, ended.get(world)!) }
  },
  // To tell the server once more is nothing that outlives the page: here the session is over.
  losses: { 'pausing on until done': ['signedOut: no flow'] },
})

async function openSignedIn(interruption: Interruption = 'nothing', options: WorldOptions = {}) {
  const world = await openWorld({ interruption, ...options })
  await world.call('signInAnonymously')
  return { world, token: await storedToken(world) }
}
const isStored = async ({ storage }: World) => !!(await storage.shared.get('credentials_demo'))

test('ends the session at once while the line is down, and tells the server when it is back', async () => {
  let isDown = false
  const { world, token } = await openSignedIn('nothing', {
    wire: (...call) => (isDown ? Promise.reject(new TypeError('fetch failed')) : fetch(...call)),
  })
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
  expect(await isAlive(world, token)).toBe(false)
  await world.close()
})

test('gives up when the line stays down, and stays signed out', async () => {
  let isDown = false
  let tries = 0
  const { world } = await openSignedIn('nothing', {
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
  await world.reload()
  expect(world.summarize()).toBe('signedOut: no flow')
  expect(tries).toBe(4)
  await world.close()
})

test('asks nothing: where a captcha is demanded the session is revoked and the driver stays', async () => {
  const { world, token } = await openSignedIn('captcha')
  world.dialogs.clear()
  world.auth.send({ type: 'session.end', ...redirect })
  for (let minute = 0; minute < 5; minute++) {
    await world.settle()
    world.advance(60)
  }
  expect(world.redirects).toEqual([])
  expect(world.dialogs).toEqual(new Set())
  expect(await isAlive(world, token)).toBe(false)
  await world.close()
})

test('leads to no script the server names: the driver stays, and signs in again', async () => {
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

test('ends the flow that is running, and is nothing to who is signed out', async () => {
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
