import { createSubscriber } from 'svelte/reactivity'
import type { Flows } from '../machines/core/session.ts'
import type { Auth } from './client/options.ts'
import type { View } from './client/view.ts'

/**
 * The view as a value that effects and templates follow, for as long as any of them does. The door
 * itself is a store already: `$auth` is its view, in Svelte 3 to 5, without this.
 *
 * @example
 *   const view = fromAuth(auth)
 *   // {#if view.current.step === 'askingCode'} … {/if}
 */
export function fromAuth<F extends Flows>(auth: Auth<F>): { readonly current: View<F> } {
  const follow = createSubscriber((update) => auth.subscribe(update))
  return {
    get current() {
      follow()
      return auth.get()
    },
  }
}
