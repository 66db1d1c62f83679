import { isRecord } from '../../services/record.ts'
import type { Store } from '../../services/session/store.ts'
import type { UserInfo } from './types.ts'

/** How the official client marks what it stores, so that either can read the other's. */
const VERSION = 'localCachev1'

/** What was last heard of the current user, kept where the official client keeps it. */
export function userCache(store: Store, env: string) {
  const key = `user_info_${env}`
  let known: UserInfo | undefined
  const stored = store.get(key)
  if (stored instanceof Promise) void stored.then((text) => (known ??= parse(text)))
  else known = parse(stored)
  return {
    get: (): UserInfo => known ?? {},
    set(info: UserInfo) {
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
