/** A mutant that changes nothing that a user or an app can notice. */
export interface Equivalent {
  /** Such as `machines/flows/signIn.ts`. */
  path: string
  /** The line on which it begins, without indentation. */
  line: string
  kind: string
  /** What the mutant replaces, with single spaces. */
  text: string
  /** Why nothing changes: a sentence. */
  reason: string
}

/** The mutants that no test can notice; they do not count in the score. */
export const equivalents: Equivalent[] = [
  {
    path: 'machines/core/request.ts',
    line: 'isAuthorized: false,',
    kind: 'false becomes true',
    text: 'false',
    reason: 'The first state sets it before it is read.',
  },
  {
    path: 'machines/core/captcha.ts',
    line: 'close: assign({ question: undefined }),',
    kind: 'property dropped',
    text: 'question: undefined',
    reason: 'A closed dialog shows no question, and the next one begins without it.',
  },
]
