import { describe, expect, test, vi } from 'vitest'
import type { InspectionEvent } from 'xstate'
import * as endpoints from '../../services/http/endpoints.ts'
import { openWorld, type World, type WorldOptions } from '../support/world.ts'

const phone_number = '+86 13800000000'

describe('client: code that runs inside the client', () => {
  const open = async (options: WorldOptions = {}) => {
    const world = await openWorld(options)
    await world.call('signInAnonymously')
    return world
  }
  const change = (world: World) => world.auth.send({ type: 'flow.start', flow: 'signIn' })
  const uses: Record<string, (world: World) => unknown> = {
    get: ({ auth }) => auth.get(),
    can: ({ auth }) => auth.can({ type: 'flow.cancel' }),
    send: ({ auth }) => auth.send({ type: 'contact.submit', phone_number }),
    subscribe: ({ auth }) => auth.subscribe(() => undefined)(),
    on: ({ auth }) => auth.on('signedOut', () => undefined)(),
    start: ({ auth }) => auth.start(),
    call: ({ auth }) => auth.call(endpoints.getUser),
    'call without a session': ({ auth }) => auth.call(endpoints.revoke, { token: 'none' }),
    getAccessToken: ({ auth }) => auth.getAccessToken(),
    'getAccessToken of an expired session': (world) => {
      world.advance(8000)
      return world.auth.getAccessToken()
    },
    stop: ({ auth }) => auth.stop(),
  }
  type Watched = World & { watch(by: (event: InspectionEvent) => void): void }
  const places: Record<string, (world: Watched, run: () => void) => void> = {
    'a subscriber': (world, run) => {
      let isFirst = true
      world.auth.subscribe(() => (isFirst ? (isFirst = false) : run()))
      change(world)
    },
    'the first call of a subscriber': (world, run) => void world.auth.subscribe(run),
    'a listener': (world, run) => {
      world.auth.on('signedOut', run)
      world.auth.send({ type: 'session.end' })
    },
    'an inspector': (world, run) => {
      world.watch(({ type }) => type === '@xstate.microstep' && run())
      change(world)
    },
  }

  test.each(
    Object.keys(places).flatMap((place) => Object.keys(uses).map((use) => [use, place] as const)),
  )('client: `await %s` inside %s settles', async (use, place) => {
    let inspect: ((event: InspectionEvent) => void) | undefined
    const world = await open({ inspect: (event) => inspect?.(event) })
    const settled = new Promise((resolve) => {
      let isUsed = false
      const run = () => {
        if (isUsed) return
        isUsed = true
        Promise.resolve(uses[use]!(world)).then(resolve, resolve)
      }
      places[place]!({ ...world, watch: (by) => (inspect = by) }, run)
    })
    await settled
    world.auth.stop()
    world.auth.start()
    await world.settle()
    expect(world.auth.get().status).toMatch(/anonymous|signedOut/)
    await world.close()
  })

  test('client: a subscriber that throws is reported, and the others are called', async () => {
    const world = await open()
    const thrown: unknown[] = []
    const flows: unknown[] = []
    const { queueMicrotask } = globalThis
    vi.stubGlobal('queueMicrotask', (run: () => void) =>
      queueMicrotask(() => {
        try {
          run()
        } catch (error) {
          thrown.push(error)
        }
      }),
    )
    const fault = new Error('a fault of its own')
    let isFirst = true
    const unsubscribe = world.auth.subscribe(() => {
      if (!isFirst) throw fault
      isFirst = false
    })
    world.auth.subscribe(({ flow }) => flows.push(flow))
    change(world)
    await world.settle()
    vi.unstubAllGlobals()
    unsubscribe()
    expect(flows).toEqual([undefined, 'signIn'])
    expect(thrown).toEqual([fault])
    await world.close()
  })

  test('client: a subscriber is not called after it has unsubscribed', async () => {
    const world = await open()
    const flows: unknown[] = []
    const unsubscribe = world.auth.subscribe(({ flow }) => flows.push(flow))
    unsubscribe()
    change(world)
    await world.settle()
    expect(flows).toEqual([undefined])
    await world.close()
  })
})

describe('client: stop', () => {
  test.each(['call', 'getAccessToken'] as const)(
    'client: stop rejects a pending %s with `cancelled`',
    async (use) => {
      const world = await openWorld()
      await world.call('signInAnonymously')
      world.advance(8000)
      world.holdRequests(/token$|me$/)
      const pending =
        use === 'call' ? world.auth.call(endpoints.getUser) : world.auth.getAccessToken()
      await world.settle()
      world.auth.stop()
      await expect(pending).rejects.toMatchObject({ name: 'AuthError', code: 'cancelled' })
      world.releaseRequests()
      await world.close()
    },
  )
})
