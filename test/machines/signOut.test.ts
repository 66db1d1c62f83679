import { expect, test } from 'vitest'
import { type WorldOptions, openWorld, type World } from '../support/world.ts'

const redirect = { redirect_uri: 'https://app.example/bye', state: 'here' }

/** Whether the server still accepts this refresh token. */
async function isAccepted({ url }: World, refresh_token: string) {
  const body = JSON.stringify({ grant_type: 'refresh_token', refresh_token, client_id: 'demo' })
  const response = await fetch(`${url}/auth/v1/token`, { method: 'POST', body })
  return response.ok
}

const storedToken = async ({ storage }: World) =>
  (JSON.parse((await storage.shared.get('credentials_demo'))!) as { refresh_token: string })
    .refresh_token

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

test('signOut: sign-outs that are over leave no actor behind', async () => {
  const { world } = await openSignedIn()
  const childrenOf = () => Object.keys(world.actor('tokens').getSnapshot().children)
  const counts: number[] = []
  for (let count = 0; count < 3; count++) {
    await world.call('signInAnonymously')
    await world.auth.signOut()
    await world.settle()
    counts.push(childrenOf().length)
  }
  expect(counts).toEqual([1, 1, 1])
  await world.close()
})
