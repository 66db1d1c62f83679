/**
 * Writes JSON as a literal of TypeScript: names without quotes where possible, texts in single quotes.
 *
 * @param value plain data
 */
export function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => `${nameOf(name)}: ${literal(field)}`)
    return fields.length > 0 ? `{ ${fields.join(', ')} }` : '{}'
  }
  return typeof value === 'string' ? quote(value) : JSON.stringify(value)
}

/** Quotes a text. */
export const quote = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`

/** Writes the name of a property. */
export const nameOf = (name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name)
