import { textsOf } from '../secret.ts'
import { decode } from './percent.ts'

/** How HTML and JSON escape a character. */
const HTML = /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi
const JSON_ESCAPE = /\\(?:u([\da-f]{4})|()(.))/gi

const NAMED: Record<string, string> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
}

/**
 * Checks whether a text of the server repeats a secret of the request: as it is, or as JSON, HTML or
 * an address write it, in any letter case. It is compared with its punctuation, and by its letters and
 * digits alone.
 *
 * @param text what the server answered
 * @param sent the parts of the request, with their secrets still wrapped
 */
export function repeatsSecret(text: string, sent: unknown[]): boolean {
  const decoded = [text, decode(text), decode(text.replaceAll('+', ' '))]
  const plain = decoded.flatMap((it) => [it, unescape(it, HTML), unescape(it, JSON_ESCAPE)])
  const readings = formsOf(plain.join('\n'))
  return sent
    .flatMap((part) => textsOf(part))
    .some((secret) => formsOf(secret).some((form, at) => form && readings[at]!.includes(form)))
}

/** The text in lower case, as it is and as its letters and digits alone. */
function formsOf(text: string): [string, string] {
  const lower = text.toLowerCase()
  return [lower, lower.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()]
}

function unescape(text: string, escapes: RegExp): string {
  return text.replace(escapes, (whole, hex?: string, decimal?: string, name = '') => {
    const point = hex ? parseInt(hex, 16) : decimal ? Number(decimal) : NaN
    if (point < 0x110000) return String.fromCodePoint(point)
    return NAMED[name as string] ?? (escapes === HTML ? whole : (name as string))
  })
}
