import type { Core } from './context.ts'
import { loginPageMethods } from './loginPage.ts'
import { wechatMethods } from './wechat.ts'

export type PlatformMethods = ReturnType<typeof platformMethods>

/** What only some places can do, or need. */
export function platformMethods(core: Core) {
  return { ...wechatMethods(core), ...loginPageMethods(core) }
}
