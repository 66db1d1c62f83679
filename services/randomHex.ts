/**
 * Draws 128 random bits, also on pages without https, where `crypto.randomUUID` is missing.
 *
 * @returns 32 hex digits that no other call returns, fit for an OAuth `state` (RFC 9700 §2.1)
 */
export function randomHex(): string {
  return toHex(crypto.getRandomValues(new Uint32Array(4)))
}

/** Random words in stock: drawing many at once costs about as much as drawing four. */
const stock = new Uint32Array(256)
let left = 0

/**
 * Takes 128 random bits from a stock in memory. For ids that are no secret, such as request ids; an
 * OAuth `state` is drawn by `randomHex`.
 *
 * @returns 32 hex digits that no other call returns
 */
export function nextRequestId(): string {
  if (left === 0) left = crypto.getRandomValues(stock).length
  left -= 4
  return toHex(stock.subarray(left, left + 4))
}

function toHex(words: Uint32Array): string {
  let hex = ''
  for (const word of words) hex += word.toString(16).padStart(8, '0')
  return hex
}
