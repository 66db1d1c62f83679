import type { Context } from '../context.ts'
import { createLoginPageMethods } from './loginPage.ts'
import { createWechatMethods } from './wechat.ts'

/** Creates the methods of SDK 2.x for WeChat mini-programs and for the hosted sign-in page. */
export function createPlatformMethods(context: Context) {
  return { ...createWechatMethods(context), ...createLoginPageMethods(context) }
}
