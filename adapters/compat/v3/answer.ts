import { CloudbaseError } from '../errors.ts'

/** What a method of the newer names resolves to; it never rejects. Without an error `data` is whole. */
export interface Answer<Data> {
  data: Partial<Data>
  error: CloudbaseError | null
}

/** Runs a method; what it fails with becomes part of the answer. */
export async function answer<Data>(run: () => Promise<Data>): Promise<Answer<Data>> {
  try {
    return { data: await run(), error: null }
  } catch (thrown) {
    return { data: {}, error: CloudbaseError.from(thrown) }
  }
}
