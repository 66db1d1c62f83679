import { isRecord } from '../../services/record.ts'
import { type Awaitable, isPromise, type Store } from '../../services/session/store.ts'
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

/**
 * Creates the cache of the current user, stored under the official SDK's key. With a store that fails,
 * the profile is known as long as the page lasts.
 */
export function createUserCache(store: Store, env: string): UserCache {
  const key = `user_info_${env}`
  let known: UserInfo | undefined
  void ignoreFailure(async () => {
    const stored = store.get(key)
    const text = isPromise(stored) ? await stored : stored
    const { content } = JSON.parse(text ?? '') as { content: unknown }
    if (isRecord(content)) known ??= content
  })
  return {
    get: () => known ?? {},
    set(info) {
      known = info
      const text = JSON.stringify({ version: VERSION, content: info })
      void ignoreFailure(() => store.set(key, text))
    },
    clear() {
      known = {}
      void ignoreFailure(() => store.remove(key))
    },
  }
}

async function ignoreFailure(use: () => Awaitable<void>): Promise<void> {
  try {
    await use()
  } catch {
    // The profile in memory is used; a malformed one in the store is not.
  }
}
