import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { repeatsSecret } from '../../services/http/echo.ts'
import { Secret } from '../../services/secret.ts'
import { anyText } from './arbitrary.ts'

const password = `p "q'<r>&s+t/u=v\\w%41x口令é😀_z`
const sent = [{ profile: { password: new Secret(password) } }]
const isEcho = (text: string) => repeatsSecret(text, sent)

const each = (isFor: RegExp, write: (character: string) => string) => (text: string) =>
  text.replace(isFor, write)
const code = (character: string) => character.codePointAt(0)!
const hex = (character: string) => character.charCodeAt(0).toString(16).padStart(4, '0')
const named: Record<string, string> = { '<': 'lt', '>': 'gt', '&': 'amp', '"': 'quot', "'": 'apos' }

/** The ways in which a server can write a text that it repeats. */
const encodings: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'in an address': encodeURIComponent,
  'in an address, in small letters': (text) => encodeURIComponent(text).toLowerCase(),
  'in a query as forms write it': (text) => new URLSearchParams({ text }).toString(),
  'in a query as ofetch writes it': (text) => encodeURIComponent(text).replaceAll('%20', '+'),
  'in JSON': JSON.stringify,
  'in JSON for HTML': (text) =>
    each(/[<>&\u2028\u2029]/g, (it) => `\\u${hex(it)}`)(JSON.stringify(text)),
  'in JSON of ASCII alone': (text) =>
    each(/[^ -~]/g, (it) => `\\u${hex(it)}`)(JSON.stringify(text)),
  'in JSON with slashes escaped': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  'in JSON in an address': (text) => encodeURIComponent(JSON.stringify(text)),
  'in HTML': each(/[<>&"']/g, (it) => `&${named[it]};`),
  'in HTML by numbers': each(/[<>&"']|[^ -~]/gu, (it) => `&#${code(it)};`),
  'in HTML by numbers in hex': each(/[<>&"']/g, (it) => `&#x${code(it).toString(16)};`),
  'in HTML by numbers with a zero': each(/[<>&"']/g, (it) => `&#0${code(it)};`),
}

describe.each(Object.entries(encodings))('repeatsSecret: an echo %s', (_, encode) => {
  test('repeatsSecret finds the echo in a sentence', () => {
    expect(isEcho(`50% "${encode(password)}" is wrong`)).toBe(true)
  })

  test('repeatsSecret finds the echo of any secret of letters and punctuation', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...`aZ09 "'<>&+/=:%\\#-._~!口é`.split('')), minLength: 1 }),
      fc.stringMatching(/^[\w+/=.-]{1,40}$/),
    )
    fc.assert(
      fc.property(text, (secret) => {
        expect(repeatsSecret(`not <${encode(secret)}>!`, [new Secret(secret)])).toBe(true)
      }),
    )
  })
})

test('repeatsSecret: any secret is found as it is and in lower case', () => {
  fc.assert(
    fc.property(anyText(), fc.string(), fc.string(), (secret, before, after) => {
      fc.pre(secret !== '')
      const isEcho = (text: string) => repeatsSecret(text, [new Secret(secret)])
      expect(isEcho(before + secret + after)).toBe(true)
      expect(isEcho(before + secret.toLowerCase() + after)).toBe(true)
    }),
  )
})

test.each([
  'the password is wrong',
  'p q r s t u v w',
  'Contraseña incorrecta: 100 % of 3 tries & no more; see /help?a=b+c',
  '',
])('repeatsSecret: %j is no echo', (text) => {
  expect(isEcho(text)).toBe(false)
})

test.each(['密码密码密码密码', '!!!!!!!!', '   ', '¡¿?', '😀'])(
  'repeatsSecret: the secret %j is found in its echo and in no other text',
  (secret) => {
    const sent = [new Secret(secret)]
    expect(repeatsSecret(`not ${secret}`, sent)).toBe(true)
    expect(repeatsSecret(`not ${encodeURIComponent(secret)}`, sent)).toBe(true)
    expect(repeatsSecret('mfa_phone_required: 口令 wrong, try again', sent)).toBe(false)
  },
)

test('repeatsSecret: a request without secrets has no echo', () => {
  const sent = [undefined, { username: 'bob', password: new Secret('') }]
  expect(repeatsSecret('bob is unknown', sent)).toBe(false)
})
