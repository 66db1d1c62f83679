import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../../services/error.ts'
import * as endpoints from '../../services/http/endpoints.ts'
import { openWorld, type World, type WorldOptions } from '../support/world.ts'

const SESSION = 'credentials_demo'

describe('tokens: the refresh', () => {
  const countRefreshes = ({ calls }: World) =>
    calls.filter((call) => call.endsWith('/v1/token')).length
  const token = { method: 'POST', path: '/auth/v1/token' }
  /** Seconds; an access token lives 7200. */
  const LIFETIME = 8000

  async function openExpired(options: WorldOptions = {}) {
    const world = await openWorld(options)
    await world.call('signInAnonymously')
    world.advance(LIFETIME)
    return world
  }
  const codeOfReason = (settled: PromiseSettledResult<unknown>) =>
    (settled as PromiseRejectedResult).reason as AuthError

  test('tokens: a thousand callers of each kind share one refresh', async () => {
    const world = await openExpired({
      async wire(input, init) {
        const isUser = (input as string).includes('/user/me')
        return isUser ? Response.json({ sub: 'li.hua' }) : fetch(input, init)
      },
    })
    const many = <T>(call: () => Promise<T>) => Promise.all(Array.from({ length: 1000 }, call))
    const [users, accessTokens] = await Promise.all([
      many(() => world.auth.call(endpoints.getUser)),
      many(() => world.auth.getAccessToken()),
    ])
    expect(countRefreshes(world)).toBe(1)
    expect(new Set(users.map(({ sub }) => sub)).size).toBe(1)
    expect(new Set(accessTokens).size).toBe(1)
    await world.close()
  })

  test('tokens: a valid access token is not refreshed', async () => {
    const world = await openWorld()
    await world.call('signInAnonymously')
    world.advance(7000)
    const accessTokens = await Promise.all([1, 2, 3].map(() => world.auth.getAccessToken()))
    await world.call('getUser')
    expect(new Set(accessTokens).size).toBe(1)
    expect(countRefreshes(world)).toBe(0)
    await world.close()
  })

  test('tokens: a failed refresh fails every caller that waits for it', async () => {
    const world = await openExpired()
    world.sandbox.faults([{ ...token, status: 503 }])
    const settled = await Promise.allSettled([
      ...Array.from({ length: 50 }, () => world.auth.getAccessToken()),
      ...Array.from({ length: 50 }, () => world.auth.call(endpoints.getUser)),
    ])
    expect(countRefreshes(world)).toBe(1)
    for (const each of settled) {
      expect(codeOfReason(each)).toMatchObject({ code: 'unavailable', operation: 'refresh' })
    }
    expect(world.auth.get().status).toBe('anonymous')
    await world.close()
  })

  const rejections = ['invalid_grant', 'unauthenticated', 'user_blocked']
  const body = fc.oneof(
    fc.constantFrom('', '{', 'null', '[]', '<html>Bad gateway</html>', '{"error":""}'),
    fc.record({
      error: fc.constantFrom('internal', 'aborted', 'resource_exhausted', 'invalid_token'),
    }),
    fc.record({ message: fc.string(), code: fc.constantFrom('SYS_ERR', 'INVALID_GRANT') }),
    fc.record({
      access_token: fc.constantFrom('', 'x', 1, null),
      expires_in: fc.constantFrom(0, '9', -1, {}),
    }),
  )
  // After a 421 fetch asks once more by itself.
  const status = fc.integer({ min: 200, max: 599 }).filter((number) => number !== 421)
  const answer = fc.oneof(
    { weight: 9, arbitrary: fc.record({ status, body }) },
    { weight: 1, arbitrary: fc.constant({ drop: 'before' as const }) },
  )

  test('tokens: no failure of a refresh but a rejection ends the session', async () => {
    const world = await openExpired()
    await fc.assert(
      fc.asyncProperty(answer, async (fault) => {
        world.advance(LIFETIME)
        world.sandbox.faults([{ ...token, ...fault }])
        await expect(world.auth.getAccessToken()).rejects.toBeInstanceOf(AuthError)
        expect(world.sandbox.faults()).toEqual([])
        expect(world.auth.get().status).toBe('anonymous')
        expect(await world.storage.shared.get(SESSION)).toBeTruthy()
        world.advance(61)
        expect(await world.auth.getAccessToken()).toBeTruthy()
      }),
      { numRuns: 150 },
    )
    await world.close()
  })

  test.each(rejections)(
    'tokens: a refresh rejected with %s ends the session once',
    async (error) => {
      const world = await openExpired()
      const statuses: string[] = []
      const lost: string[] = []
      world.auth.subscribe(({ status }) => void statuses.push(status))
      world.auth.on('credentialsLost', (event) => lost.push(event.error.code))
      world.sandbox.faults([{ ...token, status: 400, body: { error } }])
      const settled = await Promise.allSettled(
        Array.from({ length: 50 }, () => world.auth.getAccessToken()),
      )
      for (const each of settled) expect(codeOfReason(each)).toMatchObject({ code: error })
      await world.settle()
      expect(statuses).toEqual(['anonymous', 'signedOut'])
      expect(lost).toEqual([error])
      expect(countRefreshes(world)).toBe(1)
      expect(await world.storage.shared.get(SESSION)).toBeFalsy()
      await expect(world.auth.getAccessToken()).rejects.toBeInstanceOf(AuthError)
      expect(countRefreshes(world)).toBe(1)
      await world.close()
    },
  )

  test('tokens: a valid access token is used after a refresh has failed', async () => {
    const world = await openWorld()
    await world.call('signInAnonymously')
    const accessToken = await world.auth.getAccessToken()
    world.sandbox.faults([
      { method: 'GET', path: '/auth/v1/user/me', status: 401, body: { error: 'unauthenticated' } },
      { ...token, status: 503 },
    ])
    await expect(world.auth.call(endpoints.getUser)).rejects.toMatchObject({ code: 'unavailable' })
    expect(await world.auth.getAccessToken()).toBe(accessToken)
    expect(await world.auth.call(endpoints.getUser)).toHaveProperty('sub')
    expect(countRefreshes(world)).toBe(1)
    expect(world.auth.get().status).toBe('anonymous')
    await world.close()
  })
})
