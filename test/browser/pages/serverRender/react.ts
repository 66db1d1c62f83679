import { createElement as h, useSyncExternalStore } from 'react'
import { type PageAuth, textOf } from './shared.ts'

export function ReactView({ auth }: { auth: PageAuth }) {
  const { who, cannotSignIn, cannotEdit } = textOf(
    useSyncExternalStore(auth.subscribe, auth.get, auth.get),
  )
  return h(
    'p',
    null,
    h('output', null, who),
    h('button', { disabled: cannotSignIn }, 'Sign in'),
    h('button', { disabled: cannotEdit }, 'Account'),
  )
}
