import { type ActorRefFrom, waitFor } from 'xstate'
import type { FlowMeta, Flows, SessionMachine } from '../../machines/core/session.ts'
import { runUntil, scriptDeadline } from '../../services/http/deadline.ts'
import type { Store } from '../../services/session/store.ts'
import type { FlowStorage, StoredFlow } from './flowStorage.ts'

type Root = ActorRefFrom<SessionMachine>

/**
 * Keeps the running flow through a reload. The code for it is loaded when the first flow runs.
 *
 * @param tab where the flow is stored
 * @param key under which
 * @param flows the flows of the app
 */
export function createFlowPersistence(tab: Store, key: string, flows: Flows) {
  let loading: Promise<FlowStorage> | undefined

  const storage = () =>
    (loading ??= import('./flowStorage.ts').then(
      ({ flowStorage }) => flowStorage(tab, key, flows),
      (thrown) => {
        // The next call tries again.
        loading = undefined
        throw thrown
      },
    ))

  return {
    /** Saves the flow as it is now; does nothing before the first flow has run. */
    save(root: Root): void {
      if (!loading && !root.system.get('flow')) return
      storage().then(
        ({ save }) => root.getSnapshot().status === 'active' && save(root),
        () => undefined,
      )
    },

    /** Saves the flow and waits until it is written; does nothing before the first flow has run. */
    async saveNow(root: Root | undefined): Promise<void> {
      if (!root || (!loading && !root.system.get('flow'))) return
      const { save, settled } = await storage()
      save(root)
      await settled()
    },

    /**
     * Reads the flow that a reload has interrupted, if the user is still the same. A flow that was
     * started signed out, or is for any user, also goes on for another user when the answer has come for it.
     *
     * @returns undefined when there is none to go on with
     */
    async load(root: Root, hasCallback: () => boolean): Promise<StoredFlow | undefined> {
      const known = waitFor(root, ({ value }) => value.status !== 'unknown').catch(() => undefined)
      const read = async () => ((await tab.get(key)) ? (await storage()).load() : undefined)
      // A script that does not come must not keep the client from starting.
      const saved = await runUntil(scriptDeadline, read).catch(() => undefined)
      const uid = (await known)?.context.uid
      if (!saved || saved.uid === uid) return saved
      const meta: FlowMeta | undefined = saved.logic.config.meta
      const isTheirs = saved.uid === undefined || meta?.isForAnyUser
      return isTheirs && hasCallback() ? saved : undefined
    },
  }
}
