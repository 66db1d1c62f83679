/** How a user with a verified contact enters: into an existing account, or into a new one. */
export type AccountOperation = 'signIn' | 'signUp'

/**
 * Decides whether a verified contact signs in or signs up.
 *
 * @param isUser whether the contact had an account when the code was sent (`is_user`); unknown means
 *   sign-in, which creates nothing
 */
export const signInOrSignUp = (isUser: boolean | undefined): AccountOperation =>
  isUser === false ? 'signUp' : 'signIn'

/** The error code by which the server says that the contact lost, or got, its account meanwhile. */
const OUTDATED: Record<AccountOperation, string> = {
  signIn: 'not_found',
  signUp: 'failed_precondition',
}

/**
 * Whether a failed sign-in or sign-up is due to an account deleted or created since the code was
 * sent. The other operation is tried then, once.
 *
 * @param code the error code of the failed attempt
 */
export const isOutdated = (operation: AccountOperation, code: string | undefined): boolean =>
  code === OUTDATED[operation]
