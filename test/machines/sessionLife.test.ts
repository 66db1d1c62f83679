import * as endpoints from '../../services/http/endpoints.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAuth } from '../../adapters/client/createAuth.ts'
import { upgrade } from '../../adapters/client/index.ts'
import type { LifeEvent } from '../../machines/core/session.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { memoryStore } from '../../services/session/store.ts'
import { openWorld, type World } from '../support/world.ts'

const li = { sub: 'li.hua', phone_number: '+86 13800000000' }
const phone_number = '+86 13700000000'
const types = ['signedIn', 'signedOut', 'userChanged', 'tokenRenewed', 'credentialsLost'] as const
const refuse = {
  method: 'POST',
  path: '/auth/v1/token',
  status: 400,
  body: { error: 'invalid_grant' },
}
const down = { ...refuse, status: 503, body: { error: 'unavailable' }, times: 9 }

let world: World
let heard: LifeEvent[]

/** What was heard since the last time, in short. */
function news() {
  return heard.splice(0).map((event) => {
    const { type, uid, error } = event as { type: string; uid?: string; error?: { code: string } }
    const whom = uid === li.sub || uid === undefined ? uid : 'guest'
    return [type, whom, error?.code].filter(Boolean).join(' ')
  })
}

beforeEach(async () => {
  world = await openWorld({ flows: { signIn, upgrade } })
  await world.sandbox.addUser(li)
  heard = []
  for (const type of types) world.auth.on(type, (event) => heard.push(event))
})
afterEach(() => world.close())

async function enter(user = li) {
  const ticket = await world.sandbox.mintTicket(user.sub)
  await world.call('signInWithCustomTicket', { provider_id: 'custom', ticket })
}

async function send(...events: object[]) {
  for (const event of events) {
    world.auth.send(event as never)
    await world.settle()
  }
}

async function needToken() {
  world.advance(8000)
  await world.auth.getAccessToken().catch(() => undefined)
  await world.settle()
}

const codeTo = (to: string) => ({ type: 'code.submit', code: world.sandbox.inbox(to)[0]!.code })

/** Another tab does something, of which this one hears then. */
async function elsewhere(act: (auth: ReturnType<typeof createAuth>) => Promise<unknown> | void) {
  const { shared } = world.storage
  const storage = { shared, tab: memoryStore() }
  const tab = createAuth({ env: 'demo', endpoint: world.url, storage, flows: {} })
  tab.start()
  await act(tab)
  await world.settle()
  tab.stop()
  await hear()
}

async function hear() {
  world.actor('tokens').send({ type: 'tokens.reload' })
  await world.settle()
}

test('nothing is told of a session that was there before', async () => {
  await enter()
  news()
  world.auth.stop()
  world.auth.start()
  await world.settle()
  expect(world.auth.get().status).toBe('signedIn')
  expect(news()).toEqual([])
})

test('signing in by a call', async () => {
  await enter()
  expect(news()).toEqual(['signedIn li.hua', 'userChanged li.hua'])
})

test('signing in by a flow', async () => {
  await send({ type: 'flow.start', flow: 'signIn' }, { type: 'contact.submit', ...li })
  expect(news()).toEqual([])
  await send(codeTo(li.phone_number))
  expect(news()).toEqual(['signedIn li.hua', 'userChanged li.hua'])
})

test('signing in again as the same user', async () => {
  await enter()
  news()
  await enter()
  expect(news()).toEqual(['signedIn li.hua'])
})

test('signing in as somebody else', async () => {
  await world.call('signInAnonymously')
  expect(news()).toEqual(['signedIn guest', 'userChanged guest'])
  await enter()
  expect(news()).toEqual(['signedIn li.hua', 'userChanged li.hua'])
})

test('a guest who becomes a user is the same one', async () => {
  await world.call('signInAnonymously')
  news()
  await send({ type: 'flow.start', flow: 'upgrade' }, { type: 'contact.submit', phone_number })
  await send(codeTo(phone_number))
  expect(world.auth.get().status).toBe('signedIn')
  expect(news()).toEqual(['signedIn guest'])
})

test('signing out', async () => {
  await enter()
  news()
  await send({ type: 'session.end' })
  expect(news()).toEqual(['signedOut', 'userChanged'])
  await send({ type: 'session.end' })
  expect(news()).toEqual([])
})

test('a renewal', async () => {
  await enter()
  news()
  await needToken()
  expect(news()).toEqual(['tokenRenewed'])
})

test('a renewal that fails', async () => {
  await enter()
  news()
  world.sandbox.faults([down])
  await needToken()
  expect(news()).toEqual([])
})

test('a session that is refused', async () => {
  await enter()
  news()
  world.sandbox.faults([refuse])
  await needToken()
  expect(news()).toEqual(['credentialsLost invalid_grant', 'userChanged'])
  await needToken()
  await hear()
  expect(news()).toEqual([])
  expect(world.auth.get().error).toMatchObject({ code: 'invalid_grant' })
})

describe('in another tab', () => {
  test('signing in', async () => {
    await elsewhere((tab) => tab.call(endpoints.signInAnonymously))
    expect(news()).toEqual(['signedIn guest', 'userChanged guest'])
    await hear()
    expect(news()).toEqual([])
  })

  test('signing out', async () => {
    await enter()
    news()
    await elsewhere((tab) => tab.send({ type: 'session.end' }))
    expect(news()).toEqual(['signedOut', 'userChanged'])
    await hear()
    expect(news()).toEqual([])
  })

  test('signing out after a renewal failed here', async () => {
    await enter()
    world.sandbox.faults([down])
    await needToken()
    news()
    await elsewhere((tab) => tab.send({ type: 'session.end' }))
    expect(news()).toEqual(['signedOut', 'userChanged'])
    expect(world.auth.get().error).toBeUndefined()
  })

  test('a renewal', async () => {
    await enter()
    news()
    world.advance(8000)
    await elsewhere((tab) => tab.getAccessToken())
    expect(news()).toEqual([])
  })
})

test('signing out while the stored session is read again', async () => {
  await enter()
  news()
  world.actor('tokens').send({ type: 'tokens.reload' })
  world.auth.send({ type: 'session.end' })
  expect(world.auth.get().status).toBe('signedOut')
  await world.settle()
  expect(world.auth.get().status).toBe('signedOut')
  expect(await world.storage.shared.get('credentials_demo')).toBeUndefined()
  expect(world.calls.at(-1)).toBe('POST /auth/v1/revoke')
  expect(news()).toEqual(['signedOut', 'userChanged'])
})

test('who has unsubscribed hears nothing more, and every other still does', async () => {
  const others: string[] = []
  const stop = world.auth.on('signedIn', () => others.push('first'))
  world.auth.on('signedIn', () => others.push('second'))
  stop()
  stop()
  await enter()
  expect(others).toEqual(['second'])
})

const methods: Record<string, () => unknown> = {
  get: () => world.auth.get(),
  send: () => world.auth.send({ type: 'flow.start', flow: 'signIn' }),
  can: () => world.auth.can({ type: 'flow.cancel' }),
  subscribe: () => world.auth.subscribe(() => undefined)(),
  on: () => world.auth.on('signedOut', () => undefined)(),
  call: () => world.auth.call(endpoints.isUsernameRegistered, { username: 'lihua' }),
  'call for a user': () => world.auth.call(endpoints.getUser).catch(() => undefined),
  getAccessToken: () => world.auth.getAccessToken().catch(() => undefined),
  stop: () => world.auth.stop(),
}
const occasions: Record<(typeof types)[number], () => Promise<void>> = {
  signedIn: enter,
  userChanged: enter,
  async signedOut() {
    await enter()
    await send({ type: 'session.end' })
  },
  async tokenRenewed() {
    await enter()
    await needToken()
  },
  async credentialsLost() {
    await enter()
    world.sandbox.faults([refuse])
    await needToken()
  },
}

describe.each(types)('who hears of %s', (type) => {
  test.each(Object.entries(methods))('may await %s', async (_name, method) => {
    let settled = 0
    const run = async () => {
      await method()
      settled++
    }
    world.auth.on(type, () => void run())
    await occasions[type]()
    for (let turn = 0; turn < 20 && settled === 0; turn++) await world.settle()
    expect(settled).toBeGreaterThan(0)
  })
})
