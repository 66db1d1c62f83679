/**
 * Makes titles unique, which test runners want: the second one of a kind ends in `(2)`.
 *
 * @returns a function that returns each title, or a changed one
 */
export function uniqueTitles(): (title: string) => string {
  const counts = new Map<string, number>()
  return (title) => {
    const count = (counts.get(title) ?? 0) + 1
    counts.set(title, count)
    return count > 1 ? `${title} (${count})` : title
  }
}
