import fc from 'fast-check'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../services/secret.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import type { Credentials } from '../../services/session/credentials.ts'
import { createTokenStore } from '../../services/session/tokenStore.ts'

const key = 'credentials_demo'
const access_token = 'eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJjZDgzNzA0OTg1YWUzMzZlIn0.X4eO'
const refresh_token = 'm.xYKhT7YdsP_eiO0kQddVU17rPz-gNEjGUr3BdV2IEe8'
const expires_at = '2026-11-20T10:10:22.762Z'
const expiresAt = Date.UTC(2026, 10, 20, 10, 10, 22, 762)

/** A store that holds this text already. */
const holding = async (text?: string) => {
  const store = memoryStore()
  if (text !== undefined) await store.set(key, text)
  return store
}

const load = async (text?: string) => createTokenStore(await holding(text), 'demo').load()

/** What the store holds, read as the official client reads it. */
const storedIn = async (store: Store): Promise<unknown> => JSON.parse(String(await store.get(key)))

/** Credentials with their secrets laid open, to be compared. */
const opened = (credentials: Credentials | undefined) =>
  credentials && {
    ...credentials,
    access_token: credentials.access_token.reveal(),
    refresh_token: credentials.refresh_token?.reveal(),
  }

describe('a session stored by the official client is adopted', () => {
  const user = {
    access_token,
    refresh_token,
    expiresAt,
    token_type: 'Bearer',
    sub: 'cd83704985ae336e4705598546fd196e',
    scope: 'user sso',
    groups: [],
    version: 'v1',
  }

  // Both wrote exactly this, in this order, in Chromium.
  test.each(['3.7.0', '2.28.8'])('of a user, by @cloudbase/js-sdk %s', async () => {
    const text =
      `{"token_type":"Bearer","access_token":"${access_token}","refresh_token":"${refresh_token}",` +
      `"expires_in":7200,"sub":"cd83704985ae336e4705598546fd196e","scope":"user sso","groups":[],` +
      `"version":"v1","expires_at":"${expires_at}"}`
    expect(opened(await load(text))).toEqual(user)
  })

  test('of a guest, who has no version', async () => {
    const text =
      `{"token_type":"Bearer","access_token":"${access_token}","refresh_token":"${refresh_token}",` +
      `"expires_in":7200,"sub":"90955fcdb3941bb40a002e036e484f15","scope":"anonymous","groups":[],` +
      `"expires_at":"${expires_at}"}`
    const { version: _, ...unversioned } = user
    const guest = {
      ...unversioned,
      sub: '90955fcdb3941bb40a002e036e484f15',
      scope: 'anonymous',
    }
    expect(opened(await load(text))).toEqual(guest)
  })

  test('without a refresh token, as custom sign-in may leave it', async () => {
    const text = JSON.stringify({ access_token, expires_in: 7200, expires_at })
    expect(opened(await load(text))).toEqual({ access_token, expiresAt })
    const empty = JSON.stringify({ access_token, refresh_token: '', sub: null, expires_at })
    expect((await load(empty))?.refresh_token).toBeUndefined()
  })

  test('long expired: it can be renewed', async () => {
    const text = JSON.stringify({ access_token, refresh_token, expires_at: '2020-01-01T00:00:00Z' })
    expect((await load(text))?.expiresAt).toBe(Date.UTC(2020, 0, 1))
  })
})

test('its tokens are secrets', async () => {
  const credentials = await load(JSON.stringify({ access_token, refresh_token, expires_at }))
  expect(credentials?.access_token).toBeInstanceOf(Secret)
  expect(credentials?.refresh_token).toBeInstanceOf(Secret)
  const printed = inspect(credentials, { showHidden: true, depth: Infinity })
  expect(printed).not.toContain(access_token)
  expect(printed).not.toContain(refresh_token)
})

test('a session is kept in the form the official client reads', async () => {
  const store = memoryStore()
  await createTokenStore(store, 'demo').save({
    access_token: new Secret(access_token),
    refresh_token: new Secret(refresh_token),
    token_type: 'Bearer',
    sub: 'u',
    scope: 'user sso',
    expiresAt,
  })
  expect(await storedIn(store)).toEqual({
    access_token,
    refresh_token,
    token_type: 'Bearer',
    sub: 'u',
    scope: 'user sso',
    expires_at,
    version: 'v1',
  })
})

test('what is saved is loaded', async () => {
  const text = fc.string({ minLength: 1 })
  const optional = { requiredKeys: ['access_token', 'expiresAt'] as const }
  const saved = fc.record(
    {
      access_token: text,
      refresh_token: text,
      token_type: text,
      sub: text,
      scope: text,
      version: fc.constantFrom('v1', 'v2'),
      expiresAt: fc.integer({ min: 1, max: 8.64e15 }),
    },
    { requiredKeys: [...optional.requiredKeys] },
  )
  await fc.assert(
    fc.asyncProperty(saved, async ({ access_token, refresh_token, ...rest }) => {
      const tokens = createTokenStore(memoryStore(), 'demo')
      await tokens.save({
        ...rest,
        access_token: new Secret(access_token),
        ...(refresh_token !== undefined && { refresh_token: new Secret(refresh_token) }),
      })
      expect(opened(await tokens.load())).toEqual({
        version: 'v1',
        access_token,
        refresh_token,
        ...rest,
      })
    }),
  )
})

test('each client id has a session of its own, and clearing one leaves the other', async () => {
  const store = memoryStore()
  const [demo, other] = [createTokenStore(store, 'demo'), createTokenStore(store, 'other')]
  await demo.save({ access_token: new Secret('of demo'), expiresAt })
  await other.save({ access_token: new Secret('of other'), expiresAt })
  expect((await demo.load())?.access_token.reveal()).toBe('of demo')
  await demo.clear()
  expect(await demo.load()).toBeUndefined()
  expect(await store.get(key)).toBeUndefined()
  expect((await other.load())?.access_token.reveal()).toBe('of other')
})

test('the last session saved replaces the one before it whole', async () => {
  const store = await holding(JSON.stringify({ access_token, refresh_token, expires_at, sub: 'u' }))
  await createTokenStore(store, 'demo').save({ access_token: new Secret('new'), expiresAt })
  expect(await storedIn(store)).toEqual({ access_token: 'new', expires_at, version: 'v1' })
})

test('the store may answer later', async () => {
  const values = new Map<string, string>()
  const later = <T>(value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value)))
  const store: Store = {
    get: (key) => later(values.get(key)),
    set: (key, value) => later(void values.set(key, value)),
    remove: (key) => later(void values.delete(key)),
  }
  const tokens = createTokenStore(store, 'demo')
  await tokens.save({ access_token: new Secret(access_token), expiresAt })
  expect((await tokens.load())?.access_token.reveal()).toBe(access_token)
  await tokens.clear()
  expect(await tokens.load()).toBeUndefined()
})

describe('what is damaged or no session is none', () => {
  const sound = { access_token, refresh_token, expires_at }
  const text = JSON.stringify(sound)

  test('nothing stored', async () => {
    expect(await load()).toBeUndefined()
    const blank: Store = { ...memoryStore(), get: () => null }
    expect(await createTokenStore(blank, 'demo').load()).toBeUndefined()
  })

  test.each(
    [
      [
        '',
        ' ',
        'null',
        'true',
        '0',
        '"text"',
        '[]',
        '{}',
        'undefined',
        '[object Object]',
        '<html>',
      ],
      [`[${text}]`, JSON.stringify(text), `${text},`, `${text}${text}`, text.replaceAll('"', "'")],
    ].flat(),
  )('%s', async (text) => {
    expect(await load(text)).toBeUndefined()
  })

  test('cut anywhere', async () => {
    for (let length = 0; length < text.length; length++)
      expect(await load(text.slice(0, length))).toBeUndefined()
    expect(await load(text)).toBeDefined()
  })

  const wrong: [keyof typeof sound, unknown[]][] = [
    [
      'access_token',
      [undefined, null, '', 0, true, {}, [], [access_token], { reveal: 'x' }, 'two\nlines', '口令'],
    ],
    ['refresh_token', [0, true, {}, [], [refresh_token], 'two\nlines', '口令']],
    [
      'expires_at',
      [undefined, null, '', 0, 2030, 1_795_169_422_762, true, {}, [expires_at], 'soon'],
    ],
  ]
  const cases = wrong.flatMap(([name, values]) => values.map((value) => [name, value] as const))
  test.each(cases)('%s is %j', async (name, value) => {
    expect(await load(JSON.stringify({ ...sound, [name]: value }))).toBeUndefined()
  })

  test('any JSON: a whole session or none, never an exception', async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(access_token, expires_at))
    const record = fc.dictionary(fc.constantFrom(...Object.keys(sound), '__proto__', 'sub'), value)
    await fc.assert(
      fc.asyncProperty(fc.oneof(record, fc.jsonValue(), fc.string()), async (stored) => {
        const credentials = await load(typeof stored === 'string' ? stored : JSON.stringify(stored))
        const isWhole =
          credentials?.access_token instanceof Secret && Number.isFinite(credentials.expiresAt)
        expect(credentials === undefined || isWhole).toBe(true)
      }),
    )
  })
})
