import { afterEach, describe, expect, test } from 'vitest'
import { upgrade as flow } from '../../adapters/client/index.ts'
import { consentAt } from '../support/idp.ts'
import { openWorld, type World } from '../support/world.ts'

const phone_number = '+86 13800000000'
const providerInput = { provider_id: 'demo_idp', redirect_uri: 'https://app.example/back' }

describe('upgrade: the guest', () => {
  type Wire = typeof globalThis.fetch
  const outputs: unknown[] = []
  const bodies: Record<string, unknown>[] = []
  let world: World
  let guest: string

  const open = async (wire: Wire = fetch) => {
    outputs.length = bodies.length = 0
    world = await openWorld({
      flows: { upgrade: flow },
      wire(input, init) {
        if ((input as string).includes('/v1/signup')) bodies.push(JSON.parse(init!.body as string))
        return wire(input, init)
      },
      inspect(event) {
        if (event.type === '@xstate.event' && event.event.type === 'xstate.done.actor.flow') {
          outputs.push((event.event as { output?: unknown }).output)
        }
      },
    })
    await world.call('signInAnonymously')
    guest = world.sandbox.users()[0]!.sub
  }
  afterEach(() => world.close())

  const send = async (...events: object[]) => {
    for (const event of events) {
      world.auth.send(event as never)
      await world.settle()
    }
  }
  const begin = { type: 'flow.start', flow: 'upgrade' }
  const byCode = async () => {
    await send(begin, { type: 'contact.submit', phone_number })
    await send({ type: 'code.submit', code: world.sandbox.inbox()[0]!.code })
  }
  const byProvider = async () => {
    await send(begin, { type: 'provider.choose', ...providerInput })
    await send({ type: 'provider.return', url: await consentAt(world.redirects.at(-1)!) })
  }
  const uid = () => (world.auth.get().user as { uid?: string } | undefined)?.uid

  test.each([
    ['by code', byCode],
    ['by provider', byProvider],
  ])('upgrade: %s the guest keeps the user id', async (_name, join) => {
    await open()
    const stored = JSON.parse((await world.storage.shared.get('credentials_demo'))!) as object
    await join()
    expect(world.auth.get().status).toBe('signedIn')
    expect(uid()).toBe(guest)
    expect(world.sandbox.users()).toMatchObject([{ sub: guest, anonymous: false }])
    expect(bodies).toEqual([
      expect.objectContaining({ anonymous_token: stored['access_token' as never] }),
    ])
    expect(outputs).toEqual([{ hasSwitched: false }])
  })

  test('upgrade: an answer with another user id fails and stores nothing', async () => {
    await open()
    const body = { access_token: 'a', refresh_token: 'r', expires_in: 7200, sub: 'another user' }
    world.sandbox.faults([{ method: 'POST', path: '/auth/v1/signup', status: 200, body }])
    await byCode()
    expect(world.summarize()).toBe('anonymous: upgrade.askingAccount (upgrade: aborted)')
    expect(uid()).toBe(guest)
    expect(await world.storage.shared.get('credentials_demo')).not.toContain('another user')
  })

  test('upgrade: a contact or identity of another user is switched to only by account.switch', async () => {
    await open()
    const identities = [{ provider_id: providerInput.provider_id, account: 'alex' }]
    const { sub } = await world.sandbox.addUser({ phone_number, identities })
    for (const join of [byCode, byProvider]) {
      await join()
      expect(world.auth.get()).toMatchObject({ status: 'anonymous', step: 'askingChoice' })
      expect(uid()).toBe(guest)
      await send({ type: 'flow.cancel' })
    }
    await byProvider()
    await send({ type: 'account.switch' })
    expect(world.auth.get().status).toBe('signedIn')
    expect(uid()).toBe(sub)
    expect(outputs).toEqual([{ hasSwitched: true }])
    expect(world.sandbox.users().find((user) => user.sub === guest)?.anonymous).toBe(true)
  })

  const outage = ['drops', 'html', '503', '500'] as const
  test.each(outage)('upgrade: after an outage (%s) the guest is still the same', async (fault) => {
    let isOut = false
    await open(async (...call) => {
      if (!isOut) return fetch(...call)
      if (fault === 'drops') throw new TypeError('fetch failed')
      const isText = fault === 'html'
      const body = isText ? '<h1>Sorry</h1>' : JSON.stringify({ message: 'sorry' })
      return new Response(body, { status: isText ? 200 : Number(fault) })
    })
    await send(begin, { type: 'contact.submit', phone_number })
    const { code } = world.sandbox.inbox()[0]!
    isOut = true
    world.advance(8000)
    await send({ type: 'code.resend' })
    world.advance(60)
    await send({ type: 'code.submit', code }, { type: 'upgrade.retry' })
    expect(world.auth.get().status).toBe('anonymous')
    expect(uid()).toBe(guest)
    isOut = false
    world.advance(60)
    await send({ type: 'flow.cancel' })
    await byCode()
    expect(uid()).toBe(guest)
    expect(world.sandbox.users()).toMatchObject([{ sub: guest, anonymous: false }])
    expect(world.calls.filter((call) => call.endsWith('/anonymously'))).toHaveLength(1)
  })
})
