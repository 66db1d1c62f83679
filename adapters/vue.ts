import { onScopeDispose, shallowReadonly, type ShallowRef, shallowRef } from 'vue'
import type { Flows } from '../machines/core/session.ts'
import type { Auth } from './client/options.ts'
import type { View } from './client/view.ts'

/**
 * Returns a client's view as a read-only ref that follows it until the effect scope is disposed, such
 * as when the component unmounts. The client itself is not stopped: create and start it once per app,
 * or on a server once per request.
 *
 * @param auth a client of `createAuth`
 * @returns a shallow ref of the view
 * @example
 *   const view = useAuth(auth)
 *   // <form v-if="view.step === 'askingCode'" @submit.prevent="auth.send({ type: 'code.submit', code })">
 */
export function useAuth<F extends Flows>(auth: Auth<F>): Readonly<ShallowRef<View<F>>> {
  const view = shallowRef(auth.get()) as ShallowRef<View<F>>
  onScopeDispose(auth.subscribe((next) => (view.value = next)))
  return shallowReadonly(view)
}
