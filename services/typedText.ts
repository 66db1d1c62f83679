/**
 * Cleans a text that a user typed or pasted: full-width characters become ordinary ones (NFKC) and
 * invisible ones, such as the direction marks of copied phone numbers, are removed.
 *
 * @param text any value
 * @returns the clean text, empty for a value that is no text
 */
export function cleanText(text: unknown): string {
  if (typeof text !== 'string') return ''
  // Normalized again, because removing a character can bring two others together.
  return text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .normalize('NFKC')
}
