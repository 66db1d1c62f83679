import { isRecord } from '../record.ts'

/** An answer longer than this is not one of this protocol. */
const MAX_BYTES = 1 << 20

/**
 * Reads the JSON object of an answer. An answer of more than 1 MiB is given up while it is read.
 *
 * @returns the object, an empty one for an empty answer, or undefined for anything else
 * @throws what reading fails with, such as a lost connection
 */
export async function readAnswer(response: Response): Promise<Record<string, unknown> | undefined> {
  const text = await readText(response)
  try {
    const answer: unknown = text === undefined || JSON.parse(text || '{}')
    return isRecord(answer) ? answer : undefined
  } catch {
    return undefined
  }
}

/** The text of an answer; undefined when it is too long. */
async function readText(response: Response): Promise<string | undefined> {
  // The answers of mini-programs and of some polyfills are no streams.
  if (!response.body?.getReader) return response.text()
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (let bytes = 0; bytes <= MAX_BYTES;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += value.length
    text += decoder.decode(value, { stream: true })
  }
  reader.cancel().catch(() => undefined)
  return undefined
}
