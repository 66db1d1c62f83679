import { createSubscriber } from 'svelte/reactivity'
import type { Flows } from '../machines/core/session.ts'
import type { Auth } from './client/options.ts'
import type { View } from './client/view.ts'

/**
 * Returns a client's view as a reactive value for effects and templates (Svelte 5). It subscribes to
 * the client only while one of them reads it. A client is a Svelte store as well: in Svelte 3 to 5,
 * `$auth` is its view.
 *
 * @param auth a client of `createAuth`
 * @returns an object whose `current` is the view
 * @example
 *   const view = fromAuth(auth)
 *   // {#if view.current.step === 'askingCode'} … {/if}
 */
export function fromAuth<F extends Flows>(auth: Auth<F>): { readonly current: View<F> } {
  const track = createSubscriber((update) => auth.subscribe(update))
  return {
    get current() {
      track()
      return auth.get()
    },
  }
}
