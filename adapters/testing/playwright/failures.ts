/** A test, or a picture, that has failed. */
export interface Failure {
  title: string
  /** One sentence in each line. */
  message: string
}

/** How many titles are listed below a sentence. */
const MAX_TITLES = 3

/**
 * Groups failures by what they say, because one fault of an app fails many stories.
 *
 * @returns lines, the most frequent sentence first
 */
export function groupFailures(failures: readonly Failure[]): string[] {
  const groups = new Map<string, string[]>()
  for (const { title, message } of failures) {
    for (const sentence of new Set(sentencesOf(message))) {
      groups.set(sentence, [...(groups.get(sentence) ?? []), title])
    }
  }
  const sorted = [...groups].sort(([, a], [, b]) => b.length - a.length)
  return sorted.flatMap(([sentence, titles]) => {
    const more = titles.length - MAX_TITLES
    return [
      `✗ ${sentence} (${titles.length})`,
      ...titles.slice(0, MAX_TITLES).map((title) => `    ${title}`),
      ...(more > 0 ? [`    and ${more} more`] : []),
    ]
  })
}

/** The first paragraph, without the colours of a terminal. */
function sentencesOf(message: string): string[] {
  // eslint-disable-next-line no-control-regex
  const plain = message.replace(/\u001b\[[\d;]*m/g, '').replace(/^\w*Error: /, '')
  return plain.split('\n\n')[0]!.split('\n').filter(Boolean)
}
