import { decode } from './percent.ts'
import { textsOf } from '../secret.ts'

/** What JSON and HTML write in ways of their own: anything but letters and digits. */
const ESCAPES = /(\\(\\|u[\da-f]{4})|&#?\w+;|\W)+/gi

const wordsOf = (text: string, others = /\W+/g) => text.replace(others, ' ')

/**
 * Tells whether a text repeats a secret of what was sent: as it is or as it went out, in JSON, in
 * HTML or in an address, in small or capital letters. Signs are all alike, however they are written.
 */
export function echoOf(sent: unknown[]): (text: string) => boolean {
  const secrets = sent.flatMap((part) => textsOf(part))
  const forms = secrets.flatMap((secret) => [secret, wordsOf(secret)])
  return (text) => {
    const heard = `${text} ${wordsOf(decode(text))} ${wordsOf(text, ESCAPES)}`.toLowerCase()
    return forms.some((form) => heard.includes(form.toLowerCase()))
  }
}
