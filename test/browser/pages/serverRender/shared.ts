import type { Auth } from '../../../../adapters/client/index.ts'
import type { account } from '../../../../machines/flows/account.ts'
import type { signIn } from '../../../../machines/flows/signIn.ts'

/** The client that the page renders, on both sides. */
export type PageAuth = Auth<{ account: typeof account; signIn: typeof signIn }>

/** The frameworks, by the id of the element they render into. */
export type Framework = 'react' | 'svelte' | 'vue'

/** What each framework shows of a view. */
export function textOf({ status, user, step, busy, can }: ReturnType<PageAuth['get']>) {
  return {
    who: `${status} ${user?.uid ?? 'without id'}, ${step ?? 'no step'}${busy ? ', busy' : ''}`,
    cannotSignIn: !can({ type: 'flow.start', flow: 'signIn' }),
    cannotEdit: !can({ type: 'flow.start', flow: 'account' }),
  }
}
