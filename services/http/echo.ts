import { textsOf } from '../secret.ts'
import { decode } from './percent.ts'

/** How JSON and HTML escape a character, or any character but letters and digits. */
const ESCAPES = /(\\(\\|u[\da-f]{4})|&#?\w+;|\W)+/gi

const wordsOf = (text: string, separators = /\W+/g) => text.replace(separators, ' ')

/**
 * Checks whether a text of the server repeats a secret of the request: as it is, or as JSON, HTML or
 * an address write it, in any letter case. Punctuation is ignored, because each escapes it
 * differently.
 *
 * @param text what the server answered
 * @param sent the parts of the request, with their secrets still wrapped
 */
export function repeatsSecret(text: string, sent: unknown[]): boolean {
  const secrets = sent.flatMap((part) => textsOf(part))
  const readings = [text, wordsOf(decode(text)), wordsOf(text, ESCAPES)].join(' ').toLowerCase()
  return secrets
    .flatMap((secret) => [secret, wordsOf(secret)])
    .some((form) => readings.includes(form.toLowerCase()))
}
