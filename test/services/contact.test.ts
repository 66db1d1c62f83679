import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthError } from 'cloudbase-authflow'
import { normalizeCode, normalizeContact, normalizeUsername } from '../../services/contact.ts'
import type { Contact } from '../../services/http/wire.ts'
import { anyText } from './arbitrary.ts'

/** The normal form, or the error. */
const resultOf = <T>(run: () => T): unknown => {
  try {
    return run()
  } catch (thrown) {
    return thrown
  }
}

/** Texts that are likely to contain digits, addresses and separators. */
const typed = fc.oneof(
  anyText(),
  fc.string({
    unit: fc.constantFrom(...'a@B.。＠Ａ１1 +8６-−\u0308\u0331\u00a8\u200d\u3000İΣ'.split('')),
  }),
)

describe('normalizeContact', () => {
  test.each<[string, string]>([
    ['li@example.com', 'li@example.com'],
    ['  li@example.com\n', 'li@example.com'],
    ['Li.Hua+news@Example.COM', 'Li.Hua+news@example.com'],
    ['ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'li@example.com'],
    ['li@example。com', 'li@example.com'],
    ['\ufeffli@exam\u200bple.com\u200e', 'li@example.com'],
    ['李华@例子.中国', '李华@例子.中国'],
    ['li@localhost', 'li@localhost'],
  ])('normalizeContact: the e-mail address %j becomes %j', (email, normal) => {
    expect(normalizeContact({ email })).toEqual({ email: normal })
  })

  test('normalizeContact: a phone number gets the form of the HTTP API', () => {
    for (const phone_number of ['13800000000', '＋８６ 138-0000-0000', '0086 13800000000'])
      expect(normalizeContact({ phone_number })).toEqual({ phone_number: '+86 13800000000' })
  })

  test('normalizeContact: other fields are dropped', () => {
    const contact = { email: 'li@example.com', target: 'ANY', phone_number: undefined }
    expect(normalizeContact(contact)).toEqual({ email: 'li@example.com' })
  })

  test.each([
    '',
    ' ',
    '@',
    'li',
    'li@',
    '@example.com',
    ' @example.com',
    'li@ ',
    'li@hua@example.com',
    'li@example.com, han@example.com',
    'li hua@example.com',
    'li@example .com',
    'li@example.com\u0000',
    '13800000000',
    null,
    1,
    {},
  ])('normalizeContact: the e-mail address %j is refused', (email) => {
    expect(resultOf(() => normalizeContact({ email } as Contact))).toMatchObject({
      code: 'invalid_argument',
      description: 'email must have one @ between a name and a domain, like "name@example.com"',
    })
  })

  test('normalizeContact: a malformed phone number is refused with the expected form', () => {
    expect(resultOf(() => normalizeContact({ phone_number: 'li@example.com' }))).toMatchObject({
      code: 'invalid_argument',
      description: 'phone_number must carry its country code, like "+86 13800000000"',
    })
  })

  test('normalizeContact: a contact without phone number and e-mail address is refused', () => {
    expect(resultOf(() => normalizeContact({}))).toMatchObject({
      code: 'invalid_argument',
      description: 'phone_number or email is required',
    })
  })

  test('normalizeContact: an empty field of a form beside a filled one counts as missing', () => {
    const email = 'li@example.com'
    expect(normalizeContact({ phone_number: '', email } as never)).toEqual({ email })
    const phone_number = '13800000000'
    expect(normalizeContact({ phone_number, email: '' } as never)).toEqual({
      phone_number: '+86 13800000000',
    })
  })

  test.each([
    'li @example.com',
    'li@ example.com',
    ' li ＠ example.com\u200b',
    'li\u3000@\u3000example.com',
  ])('normalizeContact: the spaces in %j are left out', (email) => {
    expect(normalizeContact({ email })).toEqual({ email: 'li@example.com' })
  })

  test.each(['phone_number', 'email'] as const)(
    'normalizeContact: the normal form of a %s stays the same',
    (field) => {
      fc.assert(
        fc.property(typed, typed, (text, other) => {
          for (const value of [text, `${text}@${other}`]) {
            const once = resultOf(() => normalizeContact({ [field]: value } as unknown as Contact))
            const isRefused = once instanceof AuthError && once.code === 'invalid_argument'
            expect(isRefused ? once : normalizeContact(once as Contact)).toEqual(once)
          }
        }),
        { numRuns: 2000 },
      )
    },
  )

  test('normalizeContact: all spellings of an e-mail address have one form', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
    const fullWidth = (text: string) =>
      text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))
    fc.assert(
      fc.property(label, label, label, (local, name, top) => {
        const email = `${local}@${name}.${top}`
        const spellings = [
          `${local}@${name.toUpperCase()}.${top}`,
          fullWidth(email),
          `\u3000${email}\u200b `,
          `${local}@${name}。${top}`,
        ]
        for (const spelling of spellings)
          expect(normalizeContact({ email: spelling })).toEqual({ email })
      }),
    )
  })
})

describe('normalizeUsername', () => {
  test.each([
    ['13800000000', '+86 13800000000'],
    ['+85212345678', '+852 12345678'],
    ['０086 138-0000-0000', '+86 13800000000'],
    ['8613800000000', '+86 13800000000'],
    ['+1 (415) 555-0100', '+1 4155550100'],
    ['＋85212345678', '+852 12345678'],
  ])('normalizeUsername: the phone number %j becomes %j', (text, wire) => {
    expect(normalizeUsername(text)).toBe(wire)
  })

  test.each([
    ['lihua'],
    ['Li Hua'],
    [' lihua '],
    ['li-hua.2000'],
    ['someone@example.com'],
    ['ｌｉｈｕａ'],
    ['12345678'],
    ['2021001234'],
    // A number that begins with 00, such as a staff number, is no phone number.
    ['0012345678'],
    ['0014155550100'],
    ['00-1234-5678'],
    ['0085212345678'],
    ['138000000001'],
    ['+'],
    [''],
  ])('normalizeUsername: %j stays the same', (text) => {
    expect(normalizeUsername(text)).toBe(text)
  })

  test.each([
    ['someone@Example.com', 'someone@example.com'],
    [' ｓｏｍｅｏｎｅ＠example.com', 'someone@example.com'],
  ])('normalizeUsername: the e-mail address %j becomes %j', (text, normal) => {
    expect(normalizeUsername(text)).toBe(normal)
  })
})

describe('normalizeCode', () => {
  test.each([
    ['123456', '123456'],
    [' 123456\n', '123456'],
    ['123 456', '123456'],
    ['123-456', '123456'],
    ['1 2 3 – 4 5 6', '123456'],
    ['123−456', '123456'],
    ['１２３４５６', '123456'],
    ['１２３　４５６', '123456'],
    ['\u202d123\u200b456\ufeff', '123456'],
    ['aB3d9Z', 'aB3d9Z'],
  ])('normalizeCode: %j becomes %j', (text, code) => {
    expect(normalizeCode(text)).toBe(code)
  })

  test.each(['', ' ', '\u3000', '\u200b\ufeff', '-', undefined])(
    'normalizeCode: %j is refused as blank',
    (text) => expect(() => normalizeCode(text)).toThrow('verification_code is required'),
  )

  test('normalizeCode: a normal form stays the same', () => {
    fc.assert(
      fc.property(typed, (text) => {
        fc.pre(/[\p{L}\p{N}]/u.test(text))
        const once = normalizeCode(text)
        expect(normalizeCode(once)).toBe(once)
      }),
      { numRuns: 2000 },
    )
  })

  test('normalizeCode: a code is the same however it is grouped', () => {
    const code = fc.stringMatching(/^\d{4,8}$/)
    const gaps = fc.array(fc.constantFrom(' ', '-', '\u3000', '\u200b', ''), { maxLength: 8 })
    fc.assert(
      fc.property(code, gaps, (code, gaps) => {
        const typed = code
          .split('')
          .map((digit, at) => digit + (gaps[at] ?? ''))
          .join('')
        expect(normalizeCode(typed)).toBe(code)
      }),
    )
  })
})
