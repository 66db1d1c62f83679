/** A mutant that changes nothing that a user or an app can notice. */
export interface Equivalent {
  /** Such as `machines/flows/signIn.ts`. */
  path: string
  kind: string
  /** What the mutant replaces, with single spaces. */
  text: string
  /** Why nothing changes. */
  reason: string
}

/** The mutants that no test can notice; they do not count in the score. */
export const equivalents: Equivalent[] = []
