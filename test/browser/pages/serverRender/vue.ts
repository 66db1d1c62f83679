import { h } from 'vue'
import { useAuth } from '../../../../adapters/vue.ts'
import { type PageAuth, textOf } from './shared.ts'

/** Made by a function: only a type describes the props, and Vue has no compiler here. */
export const vueView = (auth: PageAuth) => ({
  setup() {
    const view = useAuth(auth)
    return () => {
      const { who, cannotSignIn, cannotEdit } = textOf(view.value)
      return h('p', [
        h('output', who),
        h('button', { disabled: cannotSignIn }, 'Sign in'),
        h('button', { disabled: cannotEdit }, 'Account'),
      ])
    }
  },
})
