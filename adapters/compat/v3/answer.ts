import { CloudbaseError } from '../errors.ts'

/** What a method of SDK 3.x resolves to; it never rejects. Without an error `data` is complete. */
export interface Answer<Data> {
  data: Partial<Data>
  error: CloudbaseError | null
}

/** Runs a method and returns its result or its error as an answer. */
export async function answer<Data>(run: () => Promise<Data>): Promise<Answer<Data>> {
  try {
    return { data: await run(), error: null }
  } catch (thrown) {
    return { data: {}, error: CloudbaseError.from(thrown) }
  }
}
