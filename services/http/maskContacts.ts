const EMAIL = /([^\s@＠<>()[\]"'`,;:])[^\s@＠<>()[\]"'`,;:]*[@＠]([\p{L}\p{N}][\p{L}\p{N}.-]*)/gu

/** Five digits or more, with what is written between the digits of a phone number. */
const NUMBER = /\+?\p{Nd}(?:[\s().\p{Pd}]{0,2}\p{Nd}){4,}/gu

/**
 * Masks the e-mail addresses and the numbers of five digits or more in a text of a server, because
 * errors are logged: `a•••@example.com`, `•••`. The text is cut at 300 characters.
 */
export function maskContacts(text: string): string {
  return text.slice(0, 300).replace(EMAIL, '$1•••@$2').replace(NUMBER, '•••')
}
