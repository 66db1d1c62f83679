import type { AnyActorRef, AnyMachineSnapshot } from 'xstate'
import type { SavedFlow } from '../services/snapshot.ts'
import type { Store } from '../services/storage.ts'
import { journey } from './view.ts'

/** Loaded when the first flow comes to rest: superjson is no weight on the first screen. */
const codec = () => import('../services/snapshot.ts')

/**
 * Keeps the running flow in the tab's store, so that a reload goes on with it. Writes one after the
 * other: a late save never overtakes the removal of a flow that has ended.
 */
export function flowKeeper(store: Store, key: string) {
  let work: Promise<void> = Promise.resolve()
  const queue = (write: () => Promise<void>) => {
    work = work.then(write).catch(() => undefined)
  }
  return {
    /** Saves the flow if it is at rest, forgets it if it has ended; else what was saved stays good. */
    keep(root: AnyActorRef): void {
      const [flow, ...rest] = journey(root.system)
      if (!flow) return queue(async () => store.remove(key))
      if (!isAtRest(rest.at(-1) ?? flow)) return
      const saved = { flow: root.getSnapshot().value.flow, snapshot: flow.getPersistedSnapshot() }
      queue(async () => {
        const text = (await codec()).serialize(saved as SavedFlow)
        if (text) await store.set(key, text)
      })
    },
    async load(): Promise<SavedFlow | undefined> {
      const text = await store.get(key)
      return text ? (await codec()).deserialize(text) : undefined
    },
  }
}

/** A person moves next. A call in flight would be sent again when restored; one at a captcha was refused. */
function isAtRest(actor: AnyActorRef): boolean {
  const snapshot = actor.getSnapshot() as AnyMachineSnapshot
  const isAtCaptcha = (child: unknown) =>
    (child as AnyActorRef).getSnapshot().tags?.has('captcha') === true
  return snapshot.hasTag('asking') || Object.values(snapshot.children).some(isAtCaptcha)
}
