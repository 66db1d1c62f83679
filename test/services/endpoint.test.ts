import * as entry from 'cloudbase-authflow/endpoints'
import { endpoint, type Endpoint } from 'cloudbase-authflow/endpoints'
import { build } from 'esbuild'
import { rolldown } from 'rolldown'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { createCaller } from '../../services/http/caller.ts'
import * as endpoints from '../../services/http/endpoints.ts'
import { Secret } from '../../services/secret.ts'
import { answer, serve } from './server.ts'

interface Device {
  device_id: string
  last_seen?: string
  device_token: Secret
}

const description: Endpoint<{ device_id: string }, Device> = {
  operation: 'getDevice',
  method: 'GET',
  path: '/v1/user/{device_id}',
  credential: 'bearer',
  shape: { device_id: 'string', last_seen: 'string?', device_token: 'secret' },
  repeatable: true,
}

test('endpoint: an endpoint of an app is called like a built-in one', async () => {
  const { http, last } = await serve(
    answer(200, { device_id: 'd1', device_token: 't', unknown: 'field' }),
  )
  const getDevice = endpoint<{ device_id: string }, Device>(description)
  const call = createCaller(http(), 'demo')
  const device = await call(getDevice, { device_id: 'd1' }, { accessToken: new Secret('access') })
  expectTypeOf(device).toEqualTypeOf<Device>()
  expect(last()).toMatchObject({ method: 'GET', path: '/auth/v1/user/d1' })
  expect(last().headers.authorization).toBe('Bearer access')
  expect(Object.keys(device)).toEqual(['device_id', 'device_token'])
  expect(device.device_token).toBeInstanceOf(Secret)
})

test.each<[string, object, string]>([
  ['an operation with a dot', { operation: 'get.device' }, 'operation'],
  ['no operation', { operation: undefined }, 'operation'],
  ['an unknown method', { method: 'PUT' }, 'method must be one of GET, POST, PATCH, DELETE'],
  ['a path without a version', { path: '/user/device' }, 'path must begin with a version'],
  ['a path with a query', { path: '/v1/user?a=b' }, 'path must begin with a version'],
  ['an absolute URL', { path: 'https://other.example/v1/user' }, 'path'],
  ['an unknown credential', { credential: 'cookie' }, 'credential must be one of client'],
  ['no shape', { shape: undefined }, 'shape must name the fields of the answer'],
  ['an unknown kind', { shape: { id: 'number' } }, 'shape.id is of an unknown kind: number'],
  ['an inherited kind', { shape: { id: 'toString' } }, 'shape.id is of an unknown kind: toString'],
])('endpoint: a description with %s is refused', (_, wrong, rule) => {
  expect(() => endpoint({ ...description, ...wrong } as typeof description)).toThrow(
    expect.objectContaining({
      code: 'invalid_argument',
      description: expect.stringContaining(rule) as string,
    }),
  )
})

test('./endpoints: the entry has every endpoint and `endpoint`', () => {
  expect(Object.keys(entry).toSorted()).toEqual([...Object.keys(endpoints), 'endpoint'].toSorted())
})

describe('./endpoints: bundles', () => {
  const file = new URL('../../services/endpoints.ts', import.meta.url).pathname
  const source = `import { getUser } from '${file}'; console.log(getUser)`
  const pathsOf = (code: string) => code.match(/\/v\d\/[\w/]+/g)

  test('./endpoints: a rolldown bundle carries only the endpoints it imports', async () => {
    const bundle = await rolldown({
      input: 'app',
      plugins: [
        {
          name: 'app',
          resolveId: (id) => (id === 'app' ? id : undefined),
          load: (id) => (id === 'app' ? source : undefined),
        },
      ],
    })
    const { output } = await bundle.generate()
    expect(pathsOf(output[0].code)).toEqual(['/v1/user/me'])
  })

  test('./endpoints: an esbuild bundle carries only the endpoints it imports', async () => {
    const stdin = { contents: source, resolveDir: '.' }
    const { outputFiles } = await build({ stdin, bundle: true, write: false, format: 'esm' })
    expect(pathsOf(outputFiles[0]!.text)).toEqual(['/v1/user/me'])
  })
})
