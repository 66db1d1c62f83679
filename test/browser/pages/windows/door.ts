/** What the pages of all frameworks share: the door, who watches it, and how to come and go. */
import { createAuth, signIn } from 'cloudbase-authflow'

const params = new URLSearchParams(location.search)

export const auth = createAuth({
  env: 'demo',
  endpoint: params.get('sandbox')!,
  language: 'en-US',
  flows: { signIn },
})

let observers = 0
const { subscribe } = auth
auth.subscribe = (run) => {
  observers++
  const unsubscribe = subscribe(run)
  return () => {
    observers--
    unsubscribe()
  }
}

/** What a window can do: come, go, and say how often it was drawn. */
export interface Window {
  mount(place: HTMLElement): () => unknown
  drawings(): number
}

const mounted: { place: HTMLElement; unmount(): unknown }[] = []

/** Hands a framework's window to the test. */
export function show(window: Window, others: Record<string, () => unknown> = {}) {
  const page = {
    mount() {
      const place = document.body.appendChild(document.createElement('main'))
      mounted.push({ place, unmount: window.mount(place) })
    },
    async unmount() {
      const { place, unmount } = mounted.shift()!
      await unmount()
      place.remove()
    },
    observers: () => observers,
    drawings: window.drawings,
    send: auth.send,
    ...others,
  }
  Object.assign(globalThis, { page })
  auth.start()
}
