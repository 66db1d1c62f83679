import type { AnyActorRef, AnyMachineSnapshot } from 'xstate'
import { deserialize, hasSecret, type SavedFlow, serialize } from '../../services/snapshot.ts'
import type { Store } from '../../services/session/store.ts'
import { POPUP_PREFIX } from '../../services/platform/stateMark.ts'
import { flowActors } from './view.ts'

/**
 * Keeps the running flow in the tab's store, so that a reload goes on with it. Writes one after the
 * other, so that a late save never overtakes the removal of a flow that has ended; what came last
 * is all that waits, and what is stored already is not written again.
 */
export type FlowStorage = ReturnType<typeof flowStorage>

export function flowStorage(tab: Store, key: string) {
  let work: Promise<void> = Promise.resolve()
  /** What is to be written next; an empty text is none. */
  let next: (() => string) | undefined
  /** What is stored, where that is known. */
  let written: string | undefined
  const store = (textOf: () => string) => {
    if (!next) work = work.then(write).catch(() => undefined)
    next = textOf
  }
  async function write() {
    const textOf = next!
    next = undefined
    const text = textOf()
    if (text === written) return
    written = undefined
    await (text ? tab.set(key, text) : tab.remove(key))
    written = text
  }
  return {
    /** Saves the flow if it is at rest, forgets it if it has ended; else what was saved stays good. */
    keep(root: AnyActorRef): void {
      const [flow, ...rest] = flowActors(root.system)
      if (!flow) return store(() => '')
      const snapshot = flow.getPersistedSnapshot() as object
      if (!isAtRest(rest.at(-1) ?? flow, snapshot)) return
      const { value, context } = root.getSnapshot()
      const saved = { uid: context.uid as string, flow: value.flow as string, snapshot }
      store(() => signed(serialize(saved)))
    },
    /** Settles when everything asked for so far is written. */
    settled: () => work,
    async load(): Promise<SavedFlow | undefined> {
      // A window begins with a copy of what its opener has kept: that journey is the opener's.
      if (globalThis.window?.name.startsWith(POPUP_PREFIX)) return undefined
      // Another door may have written since.
      written = undefined
      const stored = await tab.get(key)
      const text = stored?.slice(SIGN)
      return text && signed(text) === stored ? deserialize(text) : undefined
    },
  }
}

const SIGN = 9

/** Tells what was stored whole from what was damaged since: 32 bits by FNV-1a before the text. */
export function signed(text: string): string {
  let sum = 0x811c9dc5
  for (const character of text) sum = Math.imul(sum ^ character.codePointAt(0)!, 0x01000193)
  return `${(sum >>> 0).toString(16).padStart(SIGN - 1, '0')} ${text}`
}

/**
 * A person moves next. A call in flight would be sent again when restored. One that waits at a
 * captcha was refused and may be, unless it needs a secret, which is typed again instead.
 */
function isAtRest(actor: AnyActorRef, persisted: object): boolean {
  const snapshot = actor.getSnapshot() as AnyMachineSnapshot
  const isAtCaptcha = (child: unknown) =>
    (child as AnyActorRef).getSnapshot().tags?.has('captcha') === true
  return (
    snapshot.hasTag('asking') ||
    (Object.values(snapshot.children).some(isAtCaptcha) && !hasSecret(persisted))
  )
}
