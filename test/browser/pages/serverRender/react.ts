import { createElement as h } from 'react'
import { useAuth } from '../../../../adapters/react.ts'
import { type PageAuth, textOf } from './shared.ts'

export function ReactView({ auth }: { auth: PageAuth }) {
  const { who, cannotSignIn, cannotEdit } = textOf(useAuth(auth))
  return h(
    'p',
    null,
    h('output', null, who),
    h('button', { disabled: cannotSignIn }, 'Sign in'),
    h('button', { disabled: cannotEdit }, 'Account'),
  )
}
