/** The client all pages share, the number of its subscribers, and how to mount and unmount. */
import { createAuth, signIn } from 'cloudbase-authflow'

const params = new URLSearchParams(location.search)

/** The client the components show. */
export const auth = createAuth({
  env: 'demo',
  endpoint: params.get('sandbox')!,
  language: 'en-US',
  flows: { signIn },
})

let subscribers = 0
const { subscribe } = auth
auth.subscribe = (run) => {
  subscribers++
  const unsubscribe = subscribe(run)
  return () => {
    subscribers--
    unsubscribe()
  }
}

/** A component as a framework mounts it. */
export interface Component {
  mount(target: HTMLElement): () => unknown
  /** How often it was rendered. */
  renders(): number
}

const mounted: { target: HTMLElement; unmount(): unknown }[] = []

/** Exposes a component to the test, and starts the client. */
export function expose(component: Component, others: Record<string, () => unknown> = {}) {
  const page = {
    mount() {
      const target = document.body.appendChild(document.createElement('main'))
      mounted.push({ target, unmount: component.mount(target) })
    },
    async unmount() {
      const { target, unmount } = mounted.shift()!
      await unmount()
      target.remove()
    },
    subscribers: () => subscribers,
    renders: component.renders,
    send: auth.send,
    ...others,
  }
  Object.assign(globalThis, { page })
  auth.start()
}
