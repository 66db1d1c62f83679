import fc from 'fast-check'
import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { format, inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { hasSecret, Secret, unwrapSecrets, wrapSecrets } from '../../services/secret.ts'
import { anyText } from './arbitrary.ts'

const canary = 'canary-7f3a'

describe('a Secret', () => {
  const secret = new Secret(canary)
  /** The secret as untyped code sees it. */
  const untyped = secret as unknown as string

  test('Secret: only reveal returns the text', () => {
    expect(secret.reveal()).toBe(canary)
    expect(new Secret('').reveal()).toBe('')
  })

  test.each<[string, string]>([
    ['String()', String(secret)],
    ['a template', `${untyped}`],
    ['adding to a text', '' + untyped],
    ['joining', [secret].join()],
    ['toString', secret.toString()],
    ['toLocaleString', secret.toLocaleString()],
    ['inspect', inspect(secret)],
    ['inspect, all of it', inspect({ deep: { secret } }, { showHidden: true, depth: Infinity })],
    ['inspect without our hand in it', inspect(secret, { customInspect: false, showHidden: true })],
    ['format', format('%s %o %O %j', secret, secret, secret, secret)],
    ['an Error made of it', inspect(new Error(`${untyped}`, { cause: secret }))],
    ['JSON', JSON.stringify({ secret, list: [secret] })],
    ['an own toJSON', JSON.stringify({ toJSON: () => secret }) ?? 'nothing'],
  ])('Secret: the text is not printed by %s', (_, printed) => {
    expect(printed).not.toContain(canary)
  })

  test('Secret: it prints as [secret]', () => {
    expect(`${untyped}`).toBe('[secret]')
    expect(inspect({ secret })).toBe('{ secret: [secret] }')
  })

  test('Secret: a console does not print the text', () => {
    let printed = ''
    const stdout = new Writable({
      write(chunk, _, done) {
        printed += String(chunk)
        done()
      },
    })
    const own = new Console(stdout)
    own.log(secret, { secret }, [secret])
    own.dir({ secret }, { showHidden: true, depth: Infinity })
    own.table([{ secret }])
    own.error('%s', secret)
    expect(printed).toContain('[secret]')
    expect(printed).not.toContain(canary)
  })

  test('Secret: it serializes to nothing', () => {
    expect(JSON.stringify(secret)).toBeUndefined()
    expect(JSON.stringify({ secret, name: 'Li Hua' })).toBe('{"name":"Li Hua"}')
  })

  test('Secret: it has no property to copy or enumerate', () => {
    expect(Reflect.ownKeys(secret)).toEqual([])
    expect(Object.keys(secret)).toEqual([])
    expect({ ...(secret as object) }).toEqual({})
    expect(Object.assign({}, secret)).toEqual({})
    const cloned: unknown = structuredClone(secret)
    expect(cloned).not.toBeInstanceOf(Secret)
    expect(inspect(cloned, { showHidden: true })).not.toContain(canary)
  })
})

/** Every field that carries a secret in a request or in an event of a machine. */
const secretFields = [
  'access_token',
  'anonymous_token',
  'captcha_token',
  'code',
  'new_password',
  'password',
  'provider_access_token',
  'provider_code',
  'provider_id_token',
  'provider_token',
  'refresh_token',
  'sudo_token',
  'ticket',
  'token',
  'verification_code',
  'verification_token',
]

describe('wrapSecrets', () => {
  test.each(secretFields)('wrapSecrets: the field %s is wrapped', (name) => {
    const wrapped = wrapSecrets<Record<string, unknown>>({ type: 'any.event', [name]: canary })
    expect(wrapped[name]).toBeInstanceOf(Secret)
    expect((wrapped[name] as Secret).reveal()).toBe(canary)
    expect(wrapped['type']).toBe('any.event')
  })

  test.each(['newPassword', 'accessToken', 'smsCode', 'loginTicket', 'page_Token'])(
    'wraps %s, as an app may call it',
    (name) => {
      expect(wrapSecrets<Record<string, unknown>>({ [name]: canary })[name]).toBeInstanceOf(Secret)
    },
  )

  const likelyFields = `
    pin PIN pin_code userPin otp smsOtp totp passcode passphrase passwd pwd password2
    passwordConfirmation password_repeat client_secret secretAnswer credential cvv recoveryCodes
    passwords tokens Password
  `
  test.each(likelyFields.trim().split(/\s+/))(
    'wrapSecrets: the field %s is wrapped, as a form may call it',
    (name) => {
      const wrapped = wrapSecrets<Record<string, unknown>>({ [name]: canary })
      expect(wrapped[name]).toBeInstanceOf(Secret)
    },
  )

  test.each<[string, unknown]>([
    ['a number', 87654321],
    ['a bigint', 87654321n],
    ['a list', ['87654321', 87654321]],
    ['an object', { value: '87654321', list: [{ deep: 87654321 }] }],
    [
      'an object without prototype',
      Object.assign(Object.create(null) as object, { v: '87654321' }),
    ],
    ['a text object', new String('87654321')],
    ['a map', new Map([['value', '87654321']])],
    ['a set', new Set([87654321])],
    ['an error', new Error('87654321')],
    [
      'an instance of a class',
      new (class Pin {
        value = '87654321'
      })(),
    ],
  ])('wrapSecrets: %s in a secret field is wrapped and comes back as it was', (_, password) => {
    const wrapped = wrapSecrets<{ password: unknown }>({ password })
    expect(inspect(wrapped, { depth: Infinity })).not.toContain('87654321')
    expect(hasSecret(wrapped)).toBe(true)
    expect(unwrapSecrets(wrapped)).toEqual({ password })
  })

  test('wrapSecrets: a secret in a list of objects is wrapped', () => {
    const wrapped = wrapSecrets<{ users: unknown }>({ users: [{ name: 'ada', password: canary }] })
    expect(inspect(wrapped, { depth: Infinity })).not.toContain(canary)
    expect(unwrapSecrets(wrapped)).toEqual({ users: [{ name: 'ada', password: canary }] })
  })

  test('wrapSecrets: a field that the flow declares as secret is wrapped', () => {
    const wrapped = wrapSecrets<Record<string, unknown>>({ motherMaidenName: canary }, [
      'motherMaidenName',
    ])
    expect(wrapped['motherMaidenName']).toBeInstanceOf(Secret)
  })

  test('wrapSecrets: a password is kept byte for byte', () => {
    fc.assert(
      fc.property(anyText(), (password) => {
        expect(wrapSecrets<{ password: Secret }>({ password }).password.reveal()).toBe(password)
      }),
    )
  })

  test('wrapSecrets: other fields and the argument stay the same', () => {
    const profile = { name: 'Li Hua', picture: undefined, tags: ['token'] }
    const sent = {
      type: 'code.submit',
      phone_number: '+86 13800000000',
      hasPassword: true,
      code: false,
      password: undefined,
      token: null,
      at: new Date(0),
      profile,
    }
    const before = structuredClone(sent)
    expect(wrapSecrets(sent)).toEqual(before)
    expect(wrapSecrets<typeof sent>(sent).at).toBe(sent.at)
    expect(sent).toEqual(before)
  })

  test.each([
    'verification_id',
    'barcode',
    'opinion',
    'encode',
    'newPasswordHint',
    'tokenType',
    'token_type',
    'keys',
    '',
  ])('wrapSecrets: the field %j is not wrapped', (name) => {
    expect(wrapSecrets({ [name]: 'text' })).toEqual({ [name]: 'text' })
  })

  test('wrapSecrets: a wrapped field is not wrapped again', () => {
    const password = new Secret(canary)
    expect(wrapSecrets<{ password: Secret }>({ password }).password).toBe(password)
  })

  test('wrapSecrets: a field named like the prototype stays a field', () => {
    const hostile = JSON.parse(`{"__proto__":{"password":"${canary}","isAdmin":true}}`) as object
    const wrapped = wrapSecrets<Record<string, unknown>>(hostile)
    expect(Object.getPrototypeOf(wrapped)).toBe(Object.prototype)
    expect(wrapped['isAdmin']).toBeUndefined()
    expect(inspect(wrapped)).not.toContain(canary)
  })
})

describe('unwrapSecrets', () => {
  const plain = fc.record(
    Object.fromEntries(
      [...secretFields, 'type', 'name'].map((name) => [name, fc.string({ maxLength: 5 })] as const),
    ),
    { requiredKeys: [] },
  )

  test('unwrapSecrets: it reverses wrapSecrets, nested fields too', () => {
    const event = fc.record(
      { params: plain, profile: plain, deep: fc.record({ profile: plain }) },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(plain, event, (fields, nested) => {
        const value = { ...fields, ...nested, list: [1, 'a'], when: new Date(0), none: undefined }
        expect(unwrapSecrets(wrapSecrets(value))).toEqual(value)
      }),
    )
  })

  test('unwrapSecrets: values that hold no secret stay the same', () => {
    for (const value of [undefined, null, 0, 'text', true]) expect(unwrapSecrets(value)).toBe(value)
    const list = [1]
    expect(unwrapSecrets(list)).toBe(list)
  })
})

describe('hasSecret', () => {
  const secret = new Secret(canary)

  test.each<[string, unknown]>([
    ['itself', secret],
    ['a field', { a: 1, secret }],
    ['deep in objects and lists', { a: [{ b: [1, { c: [secret] }] }] }],
    ['the last of a list', [...Array.from({ length: 100 }, () => ({})), secret]],
    ['in the result of wrapSecrets', wrapSecrets({ params: { password: canary } })],
  ])('hasSecret: a secret is found %s', (_, value) => {
    expect(hasSecret(value)).toBe(true)
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', '[secret]'],
    ['names alone', { password: canary, secret: undefined }],
    ['empty', [{}, []]],
    ['a date', new Date(0)],
    ['a copy of it', Object.assign({}, secret)],
  ])('hasSecret: no secret is found %s', (_, value) => {
    expect(hasSecret(value)).toBe(false)
  })
})
