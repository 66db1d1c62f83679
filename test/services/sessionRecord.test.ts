import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Secret, unwrapSecrets } from '../../services/secret.ts'
import {
  compareCopies,
  compareRecords,
  formatMirror,
  formatRecord,
  type PairRecord,
  parseMirror,
  parseRecord,
  type SessionRecord,
} from '../../services/session/record.ts'

const epoch = fc.integer({ min: 0, max: 3 })
const generation = fc.integer({ min: -1, max: 3 })
const pair = fc
  .record({ epoch, generation, token: fc.constantFrom('a', 'b'), lifetime: fc.option(fc.nat()) })
  .map(({ epoch, generation, token, lifetime }): PairRecord => ({
    kind: 'pair',
    epoch,
    generation,
    credentials: {
      access_token: new Secret(token),
      refresh_token: new Secret(`refresh ${token}`),
      sub: 'ada',
      version: 'v1',
      expiresAt: 1000,
      ...(lifetime !== null && { lifetime }),
    },
  }))
const record: fc.Arbitrary<SessionRecord> = fc.oneof(
  pair,
  fc.record({ kind: fc.constant('spent' as const), epoch, generation }),
  fc.record({ kind: fc.constant('out' as const), epoch }),
)
const plain = (value: unknown) => unwrapSecrets(value as object)

test.each([
  ['compareRecords', compareRecords],
  ['compareCopies', compareCopies],
])('%s: records are totally ordered', (_name, compare) => {
  fc.assert(
    fc.property(record, record, record, (a, b, c) => {
      expect(Math.sign(compare(a, b))).toBe(-Math.sign(compare(b, a)) || 0)
      const isChain = compare(a, b) <= 0 && compare(b, c) <= 0
      expect(!isChain || compare(a, c) <= 0).toBe(true)
      expect(compare(a, undefined)).toBeGreaterThan(0)
    }),
  )
})

test('compareRecords: a sign-out is above everything of its epoch and below the next sign-in', () => {
  fc.assert(
    fc.property(record, (each) => {
      expect(compareRecords({ kind: 'out', epoch: each.epoch }, each)).toBeGreaterThanOrEqual(0)
      const next = { kind: 'spent', epoch: each.epoch + 1, generation: -1 } as const
      expect(compareRecords(next, each)).toBeGreaterThan(0)
    }),
  )
})

test('compareRecords: a spent mark is above its pair and below the next one', () => {
  fc.assert(
    fc.property(pair, (each) => {
      const mark = { kind: 'spent', epoch: each.epoch, generation: each.generation } as const
      expect(compareRecords(mark, each)).toBeGreaterThan(0)
      const next = { ...each, generation: each.generation + 1 }
      expect(compareRecords(next, mark)).toBeGreaterThan(0)
    }),
  )
})

test('compareCopies: of two pairs of one generation every client chooses the same', () => {
  fc.assert(
    fc.property(pair, pair, (a, b) => {
      const other = { ...b, epoch: a.epoch, generation: a.generation }
      const isSame = a.credentials.access_token.reveal() === b.credentials.access_token.reveal()
      expect(compareCopies(a, other) === 0).toBe(isSame)
    }),
  )
})

test('parseRecord: what formatRecord has written is read as it was', () => {
  fc.assert(
    fc.property(record, (each) => {
      expect(plain(parseRecord(formatRecord(each)))).toEqual(plain(each))
    }),
  )
})

test('parseRecord: a mark holds no secret, and malformed data is none', () => {
  expect(formatRecord({ kind: 'spent', epoch: 1, generation: 2 })).not.toMatch(/token/)
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(parseRecord(text)).toBeUndefined()
    }),
  )
  const damaged = { kind: 'pair', epoch: 1, generation: 0, credentials: { expiresAt: 1 } }
  expect(parseRecord(JSON.stringify(damaged))).toBeUndefined()
})

test('parseMirror: a pair of this library keeps its place in the official form', () => {
  fc.assert(
    fc.property(pair, (each) => {
      const { epoch, generation, credentials } = each
      expect(plain(parseMirror(formatMirror(each)))).toEqual(
        plain({ credentials, place: { epoch, generation } }),
      )
    }),
  )
})

test('parseMirror: a pair of the official client has no place', () => {
  const expires_at = '2026-01-01T00:00:00.000Z'
  const text = JSON.stringify({ access_token: 'a', refresh_token: 'r', expires_at, sub: 'ada' })
  const found = parseMirror(text)!
  expect(found.place).toBeUndefined()
  expect(found.credentials.expiresAt).toBe(Date.parse(expires_at))
  for (const damaged of ['', '{', '{}', '{"access_token":"a"}', text.replace('2026', 'x')]) {
    expect(parseMirror(damaged)).toBeUndefined()
  }
})
