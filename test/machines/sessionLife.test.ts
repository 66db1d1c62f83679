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
const rejection = {
  method: 'POST',
  path: '/auth/v1/token',
  status: 400,
  body: { error: 'invalid_grant' },
}
const outage = { ...rejection, status: 503, body: { error: 'unavailable' }, times: 9 }

let world: World
let received: LifeEvent[]

/** The events received since the last call, in short. */
function readEvents() {
  return received.splice(0).map((event) => {
    const { type, uid, error } = event as { type: string; uid?: string; error?: { code: string } }
    const user = uid === li.sub || uid === undefined ? uid : 'guest'
    return [type, user, error?.code].filter(Boolean).join(' ')
  })
}

beforeEach(async () => {
  world = await openWorld({ flows: { signIn, upgrade } })
  await world.sandbox.addUser(li)
  received = []
  for (const type of types) world.auth.on(type, (event) => received.push(event))
})
afterEach(() => world.close())

async function signInAs(user = li) {
  const ticket = await world.sandbox.mintTicket(user.sub)
  await world.call('signInWithCustomTicket', { provider_id: 'custom', ticket })
}

async function send(...events: object[]) {
  for (const event of events) {
    world.auth.send(event as never)
    await world.settle()
  }
}

async function requestToken() {
  world.advance(8000)
  await world.auth.getAccessToken().catch(() => undefined)
  await world.settle()
}

const codeTo = (to: string) => ({ type: 'code.submit', code: world.sandbox.inbox(to)[0]!.code })

/** Does something in another tab and notifies this one. */
async function inOtherTab(act: (auth: ReturnType<typeof createAuth>) => Promise<unknown> | void) {
  const { shared } = world.storage
  const storage = { shared, tab: memoryStore() }
  const tab = createAuth({ env: 'demo', endpoint: world.url, storage, flows: {} })
  tab.start()
  await act(tab)
  await world.settle()
  tab.stop()
  await reloadTokens()
}

async function reloadTokens() {
  world.actor('tokens').send({ type: 'tokens.reload' })
  await world.settle()
}

test('client: a restored session emits nothing', async () => {
  await signInAs()
  readEvents()
  world.auth.stop()
  world.auth.start()
  await world.settle()
  expect(world.auth.get().status).toBe('signedIn')
  expect(readEvents()).toEqual([])
})

test('client: a sign-in by auth.call emits signedIn and userChanged', async () => {
  await signInAs()
  expect(readEvents()).toEqual(['signedIn li.hua', 'userChanged li.hua'])
})

test('client: a sign-in by a flow emits signedIn and userChanged', async () => {
  await send({ type: 'flow.start', flow: 'signIn' }, { type: 'contact.submit', ...li })
  expect(readEvents()).toEqual([])
  await send(codeTo(li.phone_number))
  expect(readEvents()).toEqual(['signedIn li.hua', 'userChanged li.hua'])
})

test('client: another sign-in of the same user emits signedIn alone', async () => {
  await signInAs()
  readEvents()
  await signInAs()
  expect(readEvents()).toEqual(['signedIn li.hua'])
})

test('client: the sign-in of another user emits signedIn and userChanged', async () => {
  await world.call('signInAnonymously')
  expect(readEvents()).toEqual(['signedIn guest', 'userChanged guest'])
  await signInAs()
  expect(readEvents()).toEqual(['signedIn li.hua', 'userChanged li.hua'])
})

test('client: an upgrade emits signedIn, and no userChanged', async () => {
  await world.call('signInAnonymously')
  readEvents()
  await send({ type: 'flow.start', flow: 'upgrade' }, { type: 'contact.submit', phone_number })
  await send(codeTo(phone_number))
  expect(world.auth.get().status).toBe('signedIn')
  expect(readEvents()).toEqual(['signedIn guest'])
})

test('client: signing out emits signedOut and userChanged, once', async () => {
  await signInAs()
  readEvents()
  await send({ type: 'session.end' })
  expect(readEvents()).toEqual(['signedOut', 'userChanged'])
  await send({ type: 'session.end' })
  expect(readEvents()).toEqual([])
})

test('client: a refresh emits tokenRenewed', async () => {
  await signInAs()
  readEvents()
  await requestToken()
  expect(readEvents()).toEqual(['tokenRenewed'])
})

test('client: a refresh that fails emits nothing', async () => {
  await signInAs()
  readEvents()
  world.sandbox.faults([outage])
  await requestToken()
  expect(readEvents()).toEqual([])
})

test('client: a rejected refresh emits credentialsLost and userChanged, once', async () => {
  await signInAs()
  readEvents()
  world.sandbox.faults([rejection])
  await requestToken()
  expect(readEvents()).toEqual(['credentialsLost invalid_grant', 'userChanged'])
  await requestToken()
  await reloadTokens()
  expect(readEvents()).toEqual([])
  expect(world.auth.get().error).toMatchObject({ code: 'invalid_grant' })
})

describe('client: another tab', () => {
  test('client: a sign-in in another tab emits signedIn and userChanged, once', async () => {
    await inOtherTab((tab) => tab.call(endpoints.signInAnonymously))
    expect(readEvents()).toEqual(['signedIn guest', 'userChanged guest'])
    await reloadTokens()
    expect(readEvents()).toEqual([])
  })

  test('client: signing out in another tab emits signedOut and userChanged, once', async () => {
    await signInAs()
    readEvents()
    await inOtherTab((tab) => tab.send({ type: 'session.end' }))
    expect(readEvents()).toEqual(['signedOut', 'userChanged'])
    await reloadTokens()
    expect(readEvents()).toEqual([])
  })

  test('client: signing out in another tab clears the error of a failed refresh', async () => {
    await signInAs()
    world.sandbox.faults([outage])
    await requestToken()
    readEvents()
    await inOtherTab((tab) => tab.send({ type: 'session.end' }))
    expect(readEvents()).toEqual(['signedOut', 'userChanged'])
    expect(world.auth.get().error).toBeUndefined()
  })

  test('client: a refresh in another tab emits nothing', async () => {
    await signInAs()
    readEvents()
    world.advance(8000)
    await inOtherTab((tab) => tab.getAccessToken())
    expect(readEvents()).toEqual([])
  })
})

test('client: signing out while the stored session is read emits signedOut and revokes it', async () => {
  await signInAs()
  readEvents()
  world.actor('tokens').send({ type: 'tokens.reload' })
  world.auth.send({ type: 'session.end' })
  expect(world.auth.get().status).toBe('signedOut')
  await world.settle()
  expect(world.auth.get().status).toBe('signedOut')
  expect(await world.storage.shared.get('credentials_demo')).toBeUndefined()
  expect(world.calls.at(-1)).toBe('POST /auth/v1/revoke')
  expect(readEvents()).toEqual(['signedOut', 'userChanged'])
})

test('client: a removed listener is not called, and the others still are', async () => {
  const others: string[] = []
  const stop = world.auth.on('signedIn', () => others.push('first'))
  world.auth.on('signedIn', () => others.push('second'))
  stop()
  stop()
  await signInAs()
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
  signedIn: signInAs,
  userChanged: signInAs,
  async signedOut() {
    await signInAs()
    await send({ type: 'session.end' })
  },
  async tokenRenewed() {
    await signInAs()
    await requestToken()
  },
  async credentialsLost() {
    await signInAs()
    world.sandbox.faults([rejection])
    await requestToken()
  },
}

describe.each(types)('%s', (type) => {
  test.each(Object.entries(methods))(
    `client: a listener of ${type} may await %s`,
    async (_name, method) => {
      let settled = 0
      const run = async () => {
        await method()
        settled++
      }
      world.auth.on(type, () => void run())
      await occasions[type]()
      for (let turn = 0; turn < 20 && settled === 0; turn++) await world.settle()
      expect(settled).toBeGreaterThan(0)
    },
  )
})
