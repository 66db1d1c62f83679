import { describe, expect, onTestFinished, test, vi } from 'vitest'
// Loaded in advance, so that the test does not wait for it.
import '../../services/session/refreshLock.ts'
import { tokens } from '../../machines/core/tokens.ts'
import { memoryStore } from '../../services/session/store.ts'
import { createTokenStore } from '../../services/session/tokenStore.ts'
import { edgePaths, type Path } from '../support/paths.ts'
import { fetchTokens, slowStore, tokensModel, walkTokens } from '../support/tokensWalk.ts'
import { transitionsOf } from '../support/transitions.ts'
import { openWorld } from '../support/world.ts'

describe('tokens', () => {
  const paths = edgePaths(tokens, tokensModel).map((path): [string, Path] => [path.name, path])
  const taken = new Set<string>()

  test.each(paths)(
    'tokens: %s: the session ends the same under every interruption',
    async (_name, path) => {
      const plain = await walkTokens(path, 'nothing')
      expect(plain.states).toEqual(path.steps.map(({ to, facts }) => [to, facts]))
      const { to, facts } = path.steps.at(-1)!
      const isSignedIn = to === 'loading' ? !!(facts as unknown[])[0] : to !== 'absent'
      expect(plain.end).toMatchObject({ isStored: isSignedIn, isRefreshable: isSignedIn })
      for (const transition of plain.taken) taken.add(transition)
      for (const interruption of ['token expiry', 'network failure', 'reload'] as const) {
        const { end } = await walkTokens(path, interruption)
        expect.soft(end, interruption).toEqual(plain.end)
      }
      // A refresh never asks for a captcha, so there is none to reject either.
      const { taken: _, ...walked } = await walkTokens(path, 'captcha')
      expect.soft(walked).toEqual({ states: plain.states, end: plain.end, dialogs: new Set() })
    },
  )

  test('tokens: a store that cannot be read again does not end the session', async () => {
    const shared = slowStore()
    const world = await openWorld({ storage: { shared } })
    await world.call('signInAnonymously')
    shared.hold()
    world.actor('tokens').send({ type: 'tokens.reload' })
    await world.settle()
    shared.release(new Error('the store is damaged'))
    await world.settle()
    expect(world.auth.get().status).toBe('anonymous')
    expect(await world.call('getUser')).toHaveProperty('sub')
    await world.close()
  })

  test('tokens: a session that another tab stores during a refresh is adopted', async () => {
    const shared = memoryStore()
    const world = await openWorld({ storage: { shared } })
    await world.call('signInAnonymously')
    const other = await fetchTokens(world)
    vi.stubGlobal('document', {})
    onTestFinished(() => void vi.unstubAllGlobals())
    world.holdRequests(/v1\/token$/)
    const actor = world.actor('tokens')
    actor.send({ type: 'tokens.refresh', serial: actor.getSnapshot().context.serial })
    await world.settle()
    const expiresAt = world.clock.now() + 3_600_000
    await createTokenStore(shared, 'demo').save({ ...other, expiresAt })
    world.releaseRequests()
    await world.settle()
    expect(await world.auth.getAccessToken()).toBe(other.access_token.reveal())
    for (const transition of world.taken) taken.add(transition)
    await world.close()
  })

  test('tokens: the paths take every transition', () => {
    expect(transitionsOf(tokens).filter((transition) => !taken.has(transition))).toEqual([])
  })
})
