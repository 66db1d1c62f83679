import { type AnswerError, toAnswerError } from './answerError.ts'

/** What a method of SDK 3.x resolves to; it never rejects. */
export interface Answer<Data> {
  /** Complete without an error; with one, its fields are `null` or missing. */
  data: { [Name in keyof Data]?: Data[Name] | null }
  error: AnswerError | null
}

/** The data of a failed sign-in. */
export const NO_SESSION = { user: null, session: null }

/**
 * Runs a method and returns its result or its error as an answer.
 *
 * @param method the name of the method
 * @param failed the fields of `data` when it fails
 */
export async function answer<Data>(
  method: string,
  failed: Record<string, null>,
  run: () => Promise<Data>,
): Promise<Answer<Data>> {
  try {
    return { data: await run(), error: null }
  } catch (thrown) {
    return { data: { ...failed } as Answer<Data>['data'], error: toAnswerError(thrown, method) }
  }
}
