/** Percent-decodes a text and leaves malformed sequences as they are. */
export function decode(text: string): string {
  return text.replace(/(%[\da-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}
