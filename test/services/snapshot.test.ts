import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { deserialize, FORMAT, serialize } from '../../services/snapshot.ts'
import { anyText } from './arbitrary.ts'

const canary = 'canary-7f3a'

/** Stores a snapshot and reads it back. */
const trip = <T extends object>(snapshot: T) => {
  const text = serialize({ flow: 'signIn', snapshot, codes: [] })
  const saved = deserialize(text)
  if (!saved) throw new Error(`not read: ${text}`)
  return { text, flow: saved.flow, snapshot: saved.snapshot as T }
}

/** An envelope written by hand. */
const envelope = (snapshot: unknown, meta?: unknown, format: unknown = FORMAT) =>
  JSON.stringify({ json: { format, flow: 'signIn', snapshot, codes: [] }, meta })

describe('what is stored comes back', () => {
  test('serialize: every type of value in a snapshot is read back', () => {
    const snapshot = {
      status: 'active',
      value: { session: 'signedOut', flow: { running: 'asking' } },
      historyValue: {},
      context: {
        contact: { phone_number: '+86 13800000000' },
        isUser: false,
        resendAt: 1_900_000_000_000,
        nothing: null,
        undefined: undefined,
        list: [1, undefined, [null], {}],
        at: new Date(1_900_000_000_000),
        map: new Map<unknown, unknown>([
          ['a', new Date(0)],
          ['b', new Map([['c', undefined]])],
        ]),
        set: new Set([1, 'two', undefined]),
        numbers: [NaN, Infinity, -Infinity, -0],
        big: 12345678901234567890n,
        pattern: /^\d{6}$/g,
        'a.dotted\\key': { at: new Date(1) },
        '': new Date(2),
      },
      children: {
        verification: { snapshot: { context: { at: new Date(3) } }, src: 'verification' },
      },
    }
    const after = trip(snapshot)
    expect(after.flow).toBe('signIn')
    expect(after.snapshot).toStrictEqual(snapshot)
  })

  test('serialize: an AuthError keeps its code and operation and nothing else', () => {
    const error = new AuthError('resource_exhausted', {
      operation: 'sendVerification',
      description: `said ${canary}`,
      status: 429,
      retryAfter: 60,
      requestId: canary,
      cause: new Error(canary),
    })
    const { text, snapshot } = trip({ error, list: [error] })
    expect(snapshot.error).toBeInstanceOf(AuthError)
    expect(snapshot.error).toMatchObject({
      code: 'resource_exhausted',
      operation: 'sendVerification',
      message: 'sendVerification: resource_exhausted',
    })
    expect(snapshot.list[0]).toBe(snapshot.error)
    expect(text).not.toContain(canary)
  })

  test('serialize: an AuthError without an operation is read back', () => {
    const { error } = trip({ error: new AuthError('internal') }).snapshot
    expect(error.message).toBe('internal')
    expect(AuthError.from(error, 'verify').operation).toBe('verify')
  })

  test('serialize: a value in two places is one value again', () => {
    const contact = { email: 'someone@example.com' }
    const { a, b } = trip({ a: contact, b: { contact } }).snapshot
    expect(a).toEqual(contact)
    expect(b.contact).toBe(a)
  })

  test('serialize: any tree of values is read back', () => {
    const name = fc.string({ maxLength: 6 }).filter((text) => !hostileNames.has(text))
    const leaf = fc.oneof(
      anyText(),
      fc.double(),
      fc.boolean(),
      fc.constantFrom(null, undefined),
      fc.date({ noInvalidDate: true }),
    )
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(name, tie('node'), { maxKeys: 4, noNullPrototype: true }),
        fc.array(fc.tuple(name, tie('node')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
        fc.uniqueArray(name, { maxLength: 3 }).map((names) => new Set(names)),
      ),
    })).node
    fc.assert(
      fc.property(tree, (context) => {
        expect(trip({ context }).snapshot).toEqual({ context })
      }),
      { numRuns: 300 },
    )
  })

  const hostileNames = new Set(['__proto__', 'constructor', 'prototype'])
})

describe('a Secret', () => {
  test('serialize: a Secret becomes undefined and is nowhere in the text', () => {
    const secret = new Secret(canary)
    const { text, snapshot } = trip({
      context: {
        secret,
        again: secret,
        list: [secret, 1],
        map: new Map<string, unknown>([['token', secret]]),
        set: new Set([secret]),
        deep: { children: { verify: { input: { verification_code: secret } } } },
        'dotted.name': secret,
      },
    })
    expect(text).not.toContain(canary)
    expect(snapshot).toStrictEqual({
      context: {
        secret: undefined,
        again: undefined,
        list: [undefined, 1],
        map: new Map([['token', undefined]]),
        set: new Set([undefined]),
        deep: { children: { verify: { input: { verification_code: undefined } } } },
        'dotted.name': undefined,
      },
    })
  })

  test('serialize: a Secret anywhere in the tree is not in the text', () => {
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(new Secret(canary)),
        fc.string().map((text) => new Secret(canary + text)),
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom('a', 'b.c', ''), tie('node'), { noNullPrototype: true }),
        tie('node').map((value) => new Map([['token', value]])),
        tie('node').map((value) => new Set([value])),
      ),
    })).node
    fc.assert(
      fc.property(tree, (context) => {
        expect(trip({ context }).text).not.toContain(canary)
      }),
    )
  })
})

describe('anything but a flow of this format starts fresh', () => {
  test('deserialize: a valid envelope is read', () => {
    expect(deserialize(envelope({ value: 'asking' }))).toEqual({
      flow: 'signIn',
      snapshot: { value: 'asking' },
      codes: [],
    })
  })

  test.each([undefined, null, '', FORMAT - 1, FORMAT + 1, `${FORMAT}`, '0.1.0', [FORMAT], {}])(
    'deserialize: a flow of format %j starts fresh',
    (format) => {
      const text = JSON.stringify({ json: { format, flow: 'signIn', snapshot: {}, codes: [] } })
      expect(deserialize(text)).toBeUndefined()
    },
  )

  test('serialize: the format number is independent of the version of the package', () => {
    expect(JSON.parse(serialize({ flow: 'signIn', snapshot: {}, codes: [] }))).toHaveProperty(
      'json.format',
      1,
    )
  })

  test.each(
    [
      ['', ' ', 'null', 'undefined', '0', 'true', '"text"', '[]', '{}', '<html></html>'],
      [`{"json":null}`, `{"json":[]}`, `{"json":${FORMAT}}`, `{"meta":{"values":{}}}`],
      [JSON.stringify({ format: FORMAT, flow: 'signIn', snapshot: {} })],
    ].flat(),
  )('deserialize: the damaged text %s starts fresh', (text) => {
    expect(deserialize(text)).toBeUndefined()
  })

  test.each<[string, unknown]>([
    ['flow', undefined],
    ['flow', null],
    ['flow', 1],
    ['flow', ['signIn']],
    ['flow', {}],
    ['snapshot', undefined],
    ['snapshot', null],
    ['snapshot', 'asking'],
    ['snapshot', 1],
    ['snapshot', true],
    ['codes', [null]],
    ['codes', [{}]],
    ['codes', { length: 0 }],
    ['userFact', 'user.read'],
    ['userFact', {}],
    ['userFact', { type: 'session.end', uid: 'ada' }],
    ['userFact', { type: 'flow.start', uid: 'ada', flow: 'account' }],
  ])('deserialize: a flow whose %s is %j starts fresh', (name, value) => {
    const json = { format: FORMAT, flow: 'signIn', snapshot: {}, codes: [], [name]: value }
    expect(deserialize(JSON.stringify({ json }))).toBeUndefined()
  })

  test('deserialize: a text cut anywhere starts fresh', () => {
    const error = new AuthError('internal', { operation: 'verify' })
    const { text } = trip({ context: { at: new Date(0), error, secret: new Secret('s') } })
    for (let length = 0; length < text.length; length++)
      expect(deserialize(text.slice(0, length))).toBeUndefined()
  })
})

describe('a hostile envelope', () => {
  const prototypes = [Object, Array, Map, Set, Date, Error, AuthError, Function].map(
    ({ prototype }) => prototype as object,
  )
  const untouched = prototypes.map((prototype) => Object.getOwnPropertyNames(prototype))
  const names = () => prototypes.map((prototype) => Object.getOwnPropertyNames(prototype))

  test.each([
    { values: { 'snapshot.__proto__.polluted': ['Date'] } },
    { values: { 'snapshot.constructor.prototype.polluted': ['Date'] } },
    { values: { '__proto__.polluted': ['undefined'] }, v: 1 },
    { values: { 'snapshot.a': ['map'], 'snapshot.a.0.1.__proto__': ['undefined'] }, v: 1 },
    { referentialEqualities: { 'snapshot.a': ['snapshot.__proto__.polluted'] } },
    { referentialEqualities: { 'snapshot.a': ['constructor.prototype.polluted'] }, v: 1 },
    { referentialEqualities: { 'snapshot.__proto__': ['snapshot.a'] }, v: 1 },
    { referentialEqualities: [['snapshot.__proto__']] },
    { values: { 'snapshot.a': ['class', 'Object'] } },
    { values: { 'snapshot.a': [['class', 'AuthError']] } },
    { values: { 'snapshot.a': [['custom', 'unknown']] } },
    { values: { 'snapshot.a': [['custom', 'AuthError'], { '__proto__.at': ['Date'] }] } },
    { values: { 'snapshot.none': [['custom', 'AuthError']] } },
    { values: { 'snapshot.a': [['symbol', 'none']] } },
    { values: { 'snapshot.a': ['bigint'] } },
    { values: { 'snapshot.a': ['URL'] } },
    { values: { 'snapshot.a': ['regexp'] } },
    { values: { 'snapshot.a': ['no such type'] } },
    { values: { 'snapshot.a\\': ['Date'] }, v: 1 },
    { values: 'text' },
    { values: [[[[]]]] },
    { values: 1, referentialEqualities: 1 },
  ])('deserialize: the meta data %j neither throws nor reaches a prototype', (meta) => {
    const saved = deserialize(envelope({ a: { at: 1 } }, meta))
    expect(Object.getPrototypeOf(saved?.snapshot ?? {})).toBe(Object.prototype)
    expect(names()).toEqual(untouched)
  })

  test('deserialize: names of a prototype become fields at most', () => {
    const text = `{"json":{"format":${FORMAT},"flow":"signIn","__proto__":{"isAdmin":true},
      "snapshot":{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}}}`
    const saved = deserialize(text)
    const { isAdmin } = { ...saved?.snapshot } as { isAdmin?: boolean }
    expect(isAdmin).toBeUndefined()
    expect(names()).toEqual(untouched)
  })

  test('deserialize: the format cannot come from a prototype', () => {
    const text = `{"json":{"__proto__":{"format":${FORMAT}},"flow":"signIn","snapshot":{}}}`
    expect(deserialize(text)).toBeUndefined()
  })

  test('deserialize: any text gives a flow or undefined and never throws', () => {
    const steps = ['snapshot', 'a', '0', '1', '__proto__', 'prototype', 'constructor', '', '\\']
    const path = fc
      .array(fc.constantFrom(...steps), { maxLength: 5 })
      .map((parts) => parts.join('.'))
    const json = fc.jsonValue({ maxDepth: 2 })
    const few = { maxKeys: 4 }
    const simple = ['Date', 'undefined', 'map', 'set', 'Error', 'regexp', 'bigint', 'number', 'URL']
    const composite = [
      ['custom', 'AuthError'],
      ['custom', 'Secret'],
      ['class', 'x'],
      ['symbol', 'x'],
      ['typed-array', 'Uint8Array'],
    ]
    const type = fc.constantFrom<unknown>(7, null, ...simple, ...composite)
    const meta = fc.record(
      {
        values: fc.oneof(fc.dictionary(path, fc.tuple(type), few), json),
        referentialEqualities: fc.oneof(fc.dictionary(path, fc.array(path), few), json),
        v: fc.constantFrom(0, 1),
      },
      { requiredKeys: [] },
    )
    const text = fc.oneof(
      fc.string(),
      fc.json({ maxDepth: 3 }),
      fc
        .tuple(json, fc.oneof(meta, json))
        .map(([snapshot, meta]) => envelope({ a: snapshot }, meta)),
    )
    fc.assert(
      fc.property(text, (text) => {
        const saved = deserialize(text)
        const isFlow = typeof saved?.flow === 'string' && typeof saved.snapshot === 'object'
        expect(saved === undefined || isFlow).toBe(true)
      }),
      { numRuns: 500 },
    )
    expect(names()).toEqual(untouched)
  })
})
