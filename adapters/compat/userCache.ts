import { isRecord } from '../../services/record.ts'
import type { Store } from '../../services/session/store.ts'
import type { UserInfo } from './types.ts'

/** The version mark of the official SDK, so that either can read what the other has stored. */
const VERSION = 'localCachev1'

/** The last known profile of the current user. */
export interface UserCache {
  /** The profile; empty when there is none. */
  get(): UserInfo
  set(info: UserInfo): void
  clear(): void
}

/** Creates the cache of the current user, stored under the official SDK's key. */
export function createUserCache(store: Store, env: string): UserCache {
  const key = `user_info_${env}`
  let known: UserInfo | undefined
  const stored = store.get(key)
  if (stored instanceof Promise) void stored.then((text) => (known ??= parse(text)))
  else known = parse(stored)
  return {
    get: () => known ?? {},
    set(info) {
      known = info
      void store.set(key, JSON.stringify({ version: VERSION, content: info }))
    },
    clear() {
      known = {}
      void store.remove(key)
    },
  }
}

function parse(text: string | null | undefined): UserInfo | undefined {
  try {
    const { content } = JSON.parse(text ?? '') as { content: unknown }
    return isRecord(content) ? content : undefined
  } catch {
    return undefined
  }
}
