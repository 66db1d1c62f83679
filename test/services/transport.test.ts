import { expect, test } from 'vitest'
import { createCaller } from '../../services/http/caller.ts'
import { getPublicKey } from '../../services/http/endpoints.ts'
import { createHttp } from '../../services/http/http.ts'
import { originOf } from '../../services/http/origin.ts'
import { memoryStore } from '../../services/session/store.ts'

const answer = { public_key: 'k', public_key_thumbprint: 't' }
const options = { clientId: 'demo', language: 'en-US', timeout: 1000, store: memoryStore() }

test('createHttp: a function as origin is called for each request', async () => {
  const urls: string[] = []
  let origin = 'https://one.example'
  const http = createHttp({
    ...options,
    origin: () => origin,
    fetch: async (input) => {
      urls.push(new URL(input as string).origin)
      return Response.json(answer)
    },
  })
  const call = createCaller(http, 'demo')
  await call(getPublicKey, {})
  origin = 'https://two.example'
  await call(getPublicKey, {})
  expect(urls).toEqual(['https://one.example', 'https://two.example'])
})

test('originOf: a function as endpoint is called each time', () => {
  let endpoint = 'https://one.example/'
  const host = { env: 'demo', endpoint: () => endpoint }
  expect(originOf(host)).toBe('https://one.example')
  endpoint = 'https://two.example'
  expect(originOf(host)).toBe('https://two.example')
})

test('createCaller: the fetch of an endpoint sends its requests and those of no other', async () => {
  const sent: string[] = []
  const fetchAs = (name: string) => async () => {
    sent.push(name)
    return Response.json(answer)
  }
  const http = createHttp({
    ...options,
    origin: () => 'https://one.example',
    fetch: fetchAs('client'),
  })
  const call = createCaller(http, 'demo')
  await call({ ...getPublicKey, fetch: fetchAs('endpoint') }, {})
  await call(getPublicKey, {})
  expect(sent).toEqual(['endpoint', 'client'])
})
