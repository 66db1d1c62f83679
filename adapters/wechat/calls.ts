import { AuthError } from '../../services/error.ts'
import { requireNumber } from '../../services/requireNumber.ts'
import { callWx, type Wx } from './wx.ts'

declare const wx: Wx

/**
 * Gets a code by `wx.login`: the `provider_code` of `grantProviderToken`, valid once and for five
 * minutes.
 *
 * @param options `timeout` in milliseconds, `Infinity` for that of WeChat, default 10000
 * @throws AuthError `invalid_argument` for a timeout that is no whole number above 0, `deadline_exceeded`
 *   after it, `failed_precondition` with WeChat's message when WeChat refuses, `invalid_response`
 *   without a code
 * @see https://developers.weixin.qq.com/miniprogram/dev/api/open-api/login/wx.login.html
 */
export async function login({ timeout = 10_000 }: { timeout?: number } = {}): Promise<string> {
  requireNumber('login', { timeout }, Infinity)
  const { code } = await callWx<{ code: string }>(
    'login',
    (callbacks) => wx.login({ ...(timeout < Infinity && { timeout }), ...callbacks }),
    timeout,
  )
  if (code) return code
  throw new AuthError('invalid_response', { operation: 'login', description: 'no code' })
}

/**
 * Opens a page of the mini-program, such as `loginPage()`.
 *
 * @param url path and query of the page
 * @throws AuthError `failed_precondition` with WeChat's message when there is no such page
 */
export async function navigate(url: string): Promise<void> {
  await callWx('navigate', (callbacks) => wx.navigateTo({ url, ...callbacks }))
}

/** Returns path and query of the sign-in page that CloudBase adds to a mini-program. */
export function loginPage(query: Record<string, string> = {}): string {
  const pairs = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  )
  return [
    '/packages/$wd_system/pages/login/index',
    ...(pairs.length ? [pairs.join('&')] : []),
  ].join('?')
}
