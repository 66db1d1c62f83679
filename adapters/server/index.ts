/**
 * Sign-in on servers: one client per request, sessions in Redis or another store.
 *
 * @packageDocumentation
 */
export { createServerAuth, type ServerAuth, type ServerAuthOptions } from './createServerAuth.ts'
export type { CookieOptions } from './cookie.ts'
export { type CookieStore, cookieStore, type CookieStoreOptions } from './cookieStore.ts'
export { type RedisClient, redisLock, redisStore, type RedisStoreOptions } from './redis.ts'
export { type UnstorageLike, unstorageStore } from './unstorage.ts'
export { memoryStore, type Store } from '../../services/session/store.ts'
export type { HeldLock, Lock } from '../../services/session/lock.ts'
export type { InitialView } from '../client/initialView.ts'
