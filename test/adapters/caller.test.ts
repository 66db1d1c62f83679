import { expect, test } from 'vitest'
import { createLoadedCaller } from '../../adapters/client/caller.ts'
import { memoryStore } from '../../adapters/client/index.ts'
import { getUser } from '../../services/endpoints.ts'
import * as layer from '../../services/http/caller.ts'

type Layer = typeof layer

/** A client's calls, by an HTTP layer that arrives when the test lets it, and the requests it sends. */
function open(timeout = 5000) {
  const requests: string[] = []
  const imports: { arrive(): void; fail(): void }[] = []
  const options = {
    origin: () => 'http://sandbox.invalid',
    clientId: 'env-1',
    language: 'en',
    timeout,
    store: memoryStore(),
    fetch: async (url: unknown) => {
      requests.push(String(url))
      return Response.json({ sub: 'u1' })
    },
  }
  const load = () =>
    new Promise<Layer>((resolve, reject) =>
      imports.push({ arrive: () => resolve(layer), fail: () => reject(new Error('404')) }),
    )
  return { ...createLoadedCaller(options, load), requests, imports }
}

test('client: a call that is made before the HTTP layer has arrived is sent once it is there', async () => {
  const { call, load, requests, imports } = open()
  load()
  const user = call(getUser, {})
  expect(requests).toEqual([])
  for (const { arrive } of imports) arrive()
  expect(await user).toEqual({ sub: 'u1' })
  expect(await call(getUser, {})).toEqual({ sub: 'u1' })
  expect(requests).toHaveLength(2)
  expect(imports).toHaveLength(2)
})

test('client: a call fails as unreachable while the HTTP layer cannot be loaded, and the next one tries again', async () => {
  const { call, requests, imports } = open()
  const first = call(getUser, {})
  imports[0]!.fail()
  await expect(first).rejects.toMatchObject({
    code: 'unreachable',
    operation: 'getUser',
    cause: new Error('404'),
  })
  const second = call(getUser, {})
  imports[1]!.arrive()
  expect(await second).toEqual({ sub: 'u1' })
  expect(requests).toHaveLength(1)
})

test('client: a call whose time is over before the HTTP layer has arrived is never sent', async () => {
  const { call, requests, imports } = open(20)
  await expect(call(getUser, {})).rejects.toMatchObject({ code: 'deadline_exceeded' })
  const controller = new AbortController()
  const second = call(getUser, {}, { signal: controller.signal })
  controller.abort()
  await expect(second).rejects.toMatchObject({ code: 'cancelled' })
  for (const { arrive } of imports) arrive()
  await new Promise((resolve) => setTimeout(resolve))
  expect(requests).toEqual([])
})
