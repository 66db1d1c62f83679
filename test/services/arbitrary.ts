import fc from 'fast-check'

const codePoint = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }),
  fc.integer({ min: 0, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10ffff }),
)

/** Any well-formed text: half of it ASCII, the rest control characters, letters, signs, emoji. */
export const anyText = (constraints: { minLength?: number } = {}) =>
  fc.string({ ...constraints, unit: codePoint.map((code) => String.fromCodePoint(code)) })
