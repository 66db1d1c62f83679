/**
 * Parses an absolute URL. `URL.canParse` is younger than the browsers this library supports.
 *
 * @returns undefined when the text is none
 */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}
