import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../../services/error.ts'
import { parsePhoneNumber, toPhoneNumber } from '../../services/phone.ts'
import { anyText } from './arbitrary.ts'

/** The calling codes of ITU-T E.164, written out by world zone. */
const callingCodes = `
  1 7
  20 27 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236
  237 238 239 240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261
  262 263 264 265 266 267 268 269 290 291 297 298 299
  30 31 32 33 34 36 39 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378
  379 380 381 382 383 385 386 387 389
  40 41 43 44 45 46 47 48 49 420 421 423
  51 52 53 54 55 56 57 58 500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 596 597
  598 599
  60 61 62 63 64 65 66 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690
  691 692
  81 82 84 86 800 808 850 852 853 855 856 870 878 880 881 882 883 886 888
  90 91 92 93 94 95 98 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 979 992
  993 994 995 996 998
`
  .trim()
  .split(/\s+/)

/** A calling code and a number of any length E.164 allows after it. */
const international = fc
  .constantFrom(...callingCodes)
  .chain((code) =>
    fc.tuple(fc.constant(code), fc.stringMatching(new RegExp(`^\\d{4,${15 - code.length}}$`))),
  )

const mainland = fc.stringMatching(/^1[3-9]\d{9}$/)

/** The separators of users and address books. */
const separators = [
  ' -.()\t\u00a0\u3000（）－\u2010\u2011\u2013\u2014',
  // A number copied from a phone's contacts often comes in invisible direction marks.
  '\u200b\u200e\u202a\u202c\u202d\u2068\u2069\ufeff',
]
  .join('')
  .split('')

const fullWidth = (text: string) =>
  text.replace(/[+\d]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))

describe('toPhoneNumber', () => {
  test.each([
    // The test cases of the official SDK that it handles correctly.
    ['13800000000', '+86 13800000000'],
    ['+8613800000000', '+86 13800000000'],
    ['+86 13800000000', '+86 13800000000'],
    ['+852 12345678', '+852 12345678'],
    ['+1 4155550100', '+1 4155550100'],
    // Cases in which the official SDK sends the wrong country or an unreadable text.
    ['+85212345678', '+852 12345678'],
    ['+14155550100', '+1 4155550100'],
    ['86 13800000000', '+86 13800000000'],
    [' 13800000000', '+86 13800000000'],
    ['+86  13800000000', '+86 13800000000'],
    // Further spellings.
    ['8613800000000', '+86 13800000000'],
    ['008613800000000', '+86 13800000000'],
    ['0086 138 0000 0000', '+86 13800000000'],
    ['１３８００００００００', '+86 13800000000'],
    ['＋８６　１３８００００００００', '+86 13800000000'],
    ['138-0000-0000', '+86 13800000000'],
    ['(+86) 138 0000 0000', '+86 13800000000'],
    ['（86）138.0000.0000', '+86 13800000000'],
    ['\u202d+86 138 0000 0000\u202c', '+86 13800000000'],
    ['138\u20110000\u20130000', '+86 13800000000'],
    ['+86 010-12345678', '+86 01012345678'],
    // Other countries.
    ['+853 6612 3456', '+853 66123456'],
    ['+85366123456', '+853 66123456'],
    ['+886912345678', '+886 912345678'],
    ['00886 912-345-678', '+886 912345678'],
    ['+1 (415) 555-0100', '+1 4155550100'],
    ['0014155550100', '+1 4155550100'],
    ['+12425550100', '+1 2425550100'],
    ['+442079460958', '+44 2079460958'],
    ['+79161234567', '+7 9161234567'],
    ['+77011234567', '+7 7011234567'],
    ['+6581234567', '+65 81234567'],
    ['+819012345678', '+81 9012345678'],
    ['+8801712345678', '+880 1712345678'],
  ])('toPhoneNumber: %j becomes %j', (text, wire) => {
    expect(toPhoneNumber(text)).toBe(wire)
  })

  test('toPhoneNumber: every calling code is split off, after + or 00', () => {
    fc.assert(
      fc.property(international, fc.constantFrom('+', '00'), ([code, number], prefix) => {
        expect(toPhoneNumber(prefix + code + number)).toBe(`+${code} ${number}`)
      }),
      { numRuns: 2000 },
    )
    for (const code of callingCodes)
      expect(toPhoneNumber(`+${code}5550100`)).toBe(`+${code} 5550100`)
  })

  test('toPhoneNumber: a mainland number may have its calling code in any form', () => {
    fc.assert(
      fc.property(
        mainland,
        fc.constantFrom('', '86', '086', '0086', '+86', '+86 '),
        (number, code) => {
          expect(toPhoneNumber(code + number)).toBe(`+86 ${number}`)
        },
      ),
    )
  })

  test('toPhoneNumber: separators and full-width characters make no difference', () => {
    const separated = fc
      .tuple(international, fc.array(fc.constantFrom(...separators), { maxLength: 8 }), fc.nat())
      .map(([[code, number], marks, seed]) => {
        const signs = `+${code}${number}`.split('')
        for (const [index, mark] of marks.entries())
          signs.splice((seed * (index + 7)) % (signs.length + 1), 0, mark)
        return { text: signs.join(''), wire: `+${code} ${number}` }
      })
    fc.assert(
      fc.property(separated, ({ text, wire }) => {
        expect(toPhoneNumber(text)).toBe(wire)
        expect(toPhoneNumber(fullWidth(text))).toBe(wire)
      }),
      { numRuns: 1000 },
    )
  })

  test('toPhoneNumber: its own output stays the same', () => {
    const written = fc.oneof(
      mainland,
      international.map((parts) => `+${parts.join('')}`),
    )
    fc.assert(
      fc.property(written, (text) => {
        const once = toPhoneNumber(text)
        expect(toPhoneNumber(once)).toBe(once)
        expect(parsePhoneNumber(once)).toBe(once)
      }),
    )
  })

  describe('invalid_argument when the country is unknown', () => {
    const sendOrError = (value: unknown) => {
      try {
        return toPhoneNumber(value)
      } catch (thrown) {
        return thrown
      }
    }

    const isRejected = (result: unknown) =>
      result instanceof AuthError &&
      result.code === 'invalid_argument' &&
      result.description === 'phone_number must carry its country code, like "+86 13800000000"'

    test.each([
      [''],
      [' '],
      ['+'],
      ['+86'],
      ['++8613800000000'],
      ['+0013800000000'],
      ['+086 13800000000'],
      ['8+613800000000'],
      ['12345678'],
      ['1380000000'],
      ['138000000000'],
      ['12800000000'],
      ['4155550100'],
      ['someone@example.com'],
      ['+86 1380000000a'],
      ['+86 138 0000 0000 ext 5'],
      ['tel:+8613800000000'],
      ['٠١٣٨٠٠٠٠٠٠٠٠'],
      ['+86 13800000000\u0000'],
      ['\ud800'],
      // Longer than any number of any country.
      ['+86 12345678901234'],
      ['+86 123456789012345'],
      ['+7 123456789012345'],
      ['+852 1234567890123'],
      [`+${'1'.repeat(100_000)}`],
    ])('toPhoneNumber: the text %j is refused', (text) => {
      expect(sendOrError(text)).toSatisfy(isRejected)
    })

    test.each([
      ['undefined', undefined],
      ['null', null],
      ['a number', 13800000000],
      ['a bigint', 13800000000n],
      ['a list', ['13800000000']],
      ['an object', { phone_number: '13800000000' }],
      ['a String object', Object('13800000000')],
      ['a symbol', Symbol('13800000000')],
      ['an object that cannot be text', { toString: () => expect.unreachable() }],
    ])('toPhoneNumber: %s is refused', (_, value) => {
      expect(sendOrError(value)).toSatisfy(isRejected)
    })

    test('toPhoneNumber: any input gives a phone number or invalid_argument', () => {
      const anything = fc.oneof(
        fc.anything(),
        anyText(),
        fc.string({ unit: fc.constantFrom('+', '0', '1', '8', '6', ' ', '-', '(', '８', 'x') }),
      )
      fc.assert(
        fc.property(anything, (value) => {
          const result = sendOrError(value)
          const isSent = typeof result === 'string' && /^\+[1-9]\d{0,2} \d{4,14}$/.test(result)
          expect(isSent || isRejected(result)).toBe(true)
        }),
        { numRuns: 2000 },
      )
    })
  })
})
