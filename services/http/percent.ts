/** Undoes percent signs, where they are an encoding. */
export function decode(text: string): string {
  return text.replace(/(%[\da-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}
