import { decode } from './percent.ts'
import { textsOf } from './secret.ts'

/**
 * Tells whether a text repeats a secret of what was sent: as it is or as it went out, in JSON or
 * in an address, in small or capital letters.
 */
export function echoOf(sent: unknown[]): (text: string) => boolean {
  const secrets = sent.flatMap((part) => textsOf(part))
  const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
  return (text) => {
    const heard = `${text} ${decode(text)}`.toLowerCase()
    return forms.some((form) => heard.includes(form.toLowerCase()))
  }
}
