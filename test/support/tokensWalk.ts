import type { SnapshotFrom } from 'xstate'
import type { TokensMachine } from '../../machines/core/tokens.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { toCredentials } from '../../services/session/credentials.ts'
import { formatMirror, formatRecord } from '../../services/session/record.ts'
import { memoryStore } from '../../services/session/store.ts'
import type { Model, Path, Step } from './paths.ts'
import { openWorld, type World } from './world.ts'

type Context = SnapshotFrom<TokensMachine>['context']

const secret = new Secret('a secret')
const fails = (code: string, retryAfter?: number) => ({
  error: new AuthError(code, { retryAfter }),
})

/** What of the context decides how the machine goes on. */
const facts = ({ credentials, error, isUrgent }: Context) => [
  !!credentials,
  error?.code,
  error?.retryAfter,
  !!isUrgent,
]

const SESSION = 'authflow_session_demo'
const pair = { access_token: secret, refresh_token: secret }

/** The model of the `tokens` machine. */
export const tokensModel: Model = {
  cases: {
    'tokens.keep': [{ tokens: { ...pair, expires_in: 7200 } }],
    'tokens.refresh': ({ serial }: Context) => [
      { serial, note: 'the current pair' },
      { serial: -1, note: 'an earlier pair' },
    ],
    'tokens.revoke': [{ credentials: pair }],
    'pair.restored': [{ credentials: { ...pair, expiresAt: 1 } }],
    'pair.refreshed': [{ credentials: { ...pair, expiresAt: 1 } }],
    'pair.lost': [{}, fails('invalid_grant')],
    'store.failed': [fails('unavailable')],
    'xstate.error.actor.load': [fails('unknown')],
    'xstate.error.actor.refresh': [fails('unavailable'), fails('unavailable', 60)],
  },
  facts,
  canHappen(type, { credentials }: Context, value) {
    // The rest of what the store reports comes after it was read, and of a pair that there is.
    if (type === 'pair.lost') return !!credentials && value !== 'loading'
    return type !== 'pair.refreshed' || value === 'refreshing'
  },
}

/** Signs in a guest without the client of the world. */
export async function fetchTokens({ url, clock }: World) {
  const response = await fetch(`${url}/auth/v1/signin/anonymously?client_id=demo`, {
    method: 'POST',
    headers: { 'x-device-id': 'device-of-the-guest' },
  })
  const answer = (await response.json()) as Record<'access_token' | 'refresh_token', string>
  const tokens = {
    ...answer,
    access_token: new Secret(answer.access_token),
    refresh_token: new Secret(answer.refresh_token),
    expires_in: 7200,
  }
  return { tokens, credentials: toCredentials(tokens, clock) }
}

/** Stores what another client has done to the session. */
export async function storeRecord(world: World, record: 'a session' | 'signed out') {
  const { shared } = world.storage
  const epoch = world.clock.now() + 1000
  if (record === 'signed out') {
    await shared.set(SESSION, formatRecord({ kind: 'out', epoch }))
    return shared.remove('credentials_demo')
  }
  const { credentials } = await fetchTokens(world)
  const stored = { kind: 'pair', epoch, generation: 0, credentials } as const
  await shared.set(SESSION, formatRecord(stored))
  await shared.set('credentials_demo', formatMirror(stored))
}

/**
 * Walks a path of the `tokens` machine in a client. Requests and reads wait until the path releases
 * them; what no server, store or clock can cause is sent to the machine.
 *
 * @returns the state and facts after each step, how it ends, and the transitions taken
 */
export async function walkTokens({ steps }: Path) {
  const store = memoryStore()
  const reads: (() => void)[] = []
  let isHeld = false
  const shared = {
    ...store,
    async get(key: string) {
      if (isHeld && key === SESSION) await new Promise<void>((resolve) => reads.push(resolve))
      return store.get(key)
    },
  }
  const world = await openWorld({ storage: { shared } })
  const { sandbox } = world
  const tokens = () => world.actor('tokens')
  const context = () => tokens().getSnapshot().context as Context
  const value = () => tokens().getSnapshot().value as string
  const states: unknown[] = []

  async function releaseReads() {
    isHeld = false
    for (const resolve of reads.splice(0)) resolve()
    await world.settle()
  }
  async function send(event: { type: string; [field: string]: unknown }) {
    tokens().send(event)
    await world.settle()
  }

  async function perform({ event }: Step) {
    const { code, retryAfter } = (event.error ?? {}) as Partial<AuthError>
    switch (event.type) {
      case 'xstate.done.actor.load':
        return releaseReads()
      case 'tokens.keep':
        await send({ ...event, tokens: (await fetchTokens(world)).tokens })
        // What comes next needs the store.
        return releaseReads()
      case 'tokens.refresh':
        return send({ ...event, serial: event.serial === -1 ? -1 : context().serial })
      case 'pair.restored':
        await storeRecord(world, 'a session')
        if (value() === 'loading') return releaseReads()
        return send({ type: 'tokens.reload' })
      case 'pair.lost':
        if (!code) {
          await storeRecord(world, 'signed out')
          return send({ type: 'tokens.reload' })
        }
        return send({ ...event })
      case 'pair.refreshed':
        world.releaseRequests()
        return world.settle()
      case 'xstate.error.actor.refresh':
        sandbox.faults([
          {
            method: 'POST',
            path: '/auth/v1/token',
            status: 503,
            body: { error: code, retry_after: retryAfter },
          },
        ])
        world.releaseRequests()
        return world.settle()
      case 'xstate.done.actor.until':
        world.advance(61)
        return world.settle()
      case 'xstate.error.actor.until':
        world.clock.failWait('first')
        return world.settle()
      default:
        return send(event)
    }
  }

  isHeld = true
  await world.reload()
  world.holdRequests(/v1\/token$/)
  for (const step of steps) {
    await perform(step)
    states.push([value(), facts(context())])
  }
  await releaseReads()
  world.releaseRequests()
  await world.settle()
  const stored = await shared.get('credentials_demo')
  const end = { value: value(), status: world.auth.get().status, isStored: !!stored }
  const { taken } = world
  await world.close()
  return { states, end, taken }
}
