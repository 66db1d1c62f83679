import { describe, expect, test } from 'vitest'
import { tokens } from '../../machines/core/tokens.ts'
import { memoryStore } from '../../services/session/store.ts'
import { edgePaths, type Path } from '../support/paths.ts'
import { storeRecord, tokensModel, walkTokens } from '../support/tokensWalk.ts'
import { transitionsOf } from '../support/transitions.ts'
import { openWorld } from '../support/world.ts'

describe('tokens', () => {
  const paths = edgePaths(tokens, tokensModel).map((path): [string, Path] => [path.name, path])
  const taken = new Set<string>()

  test.each(paths)('tokens: %s: the client follows the chart', async (_name, path) => {
    const walked = await walkTokens(path)
    expect(walked.states).toEqual(path.steps.map(({ to, facts }) => [to, facts]))
    for (const transition of walked.taken) taken.add(transition)
    const { value, status, isStored } = walked.end
    const isSignedIn = value !== 'absent'
    expect(status).toBe(isSignedIn ? 'anonymous' : 'signedOut')
    expect(isStored || !isSignedIn).toBe(true)
  })

  test('tokens: the paths take every transition', () => {
    expect(transitionsOf(tokens).filter((transition) => !taken.has(transition))).toEqual([])
  })
})

test('tokens: a store that cannot be read again does not end the session', async () => {
  const store = memoryStore()
  let isBroken = false
  const get = (key: string) => {
    if (isBroken) throw new Error('the store is damaged')
    return store.get(key)
  }
  const world = await openWorld({ storage: { shared: { ...store, get } } })
  await world.call('signInAnonymously')
  isBroken = true
  world.actor('tokens').send({ type: 'tokens.reload' })
  await world.settle()
  expect(world.auth.get().status).toBe('anonymous')
  expect(await world.call('getUser')).toHaveProperty('sub')
  await world.close()
})

test('tokens: a session that another client stores during a refresh is taken over', async () => {
  const world = await openWorld()
  await world.call('signInAnonymously')
  world.holdRequests(/v1\/token$/)
  const actor = world.actor('tokens')
  actor.send({ type: 'tokens.refresh', serial: actor.getSnapshot().context.serial })
  await world.settle()
  await storeRecord(world, 'a session')
  const stored = JSON.parse((await world.storage.shared.get('credentials_demo'))!) as object
  world.releaseRequests()
  await world.settle()
  expect(await world.auth.getAccessToken()).toBe((stored as Record<string, string>).access_token)
  await world.close()
})
