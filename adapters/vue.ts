import { onScopeDispose, shallowReadonly, type ShallowRef, shallowRef } from 'vue'
import type { Flows } from '../machines/core/session.ts'
import type { Auth } from './client/options.ts'
import type { View } from './client/view.ts'

/**
 * The view, for a component or any other effect scope, for as long as that lives. The door itself
 * outlives it: make and start it once per app (on a server: once per request).
 *
 * @example
 *   const view = useAuth(auth)
 *   // <form v-if="view.step === 'askingCode'" @submit.prevent="auth.send({ type: 'code.submit', code })">
 */
export function useAuth<F extends Flows>(auth: Auth<F>): Readonly<ShallowRef<View<F>>> {
  const view = shallowRef(auth.get()) as ShallowRef<View<F>>
  onScopeDispose(auth.subscribe((next) => (view.value = next)))
  return shallowReadonly(view)
}
