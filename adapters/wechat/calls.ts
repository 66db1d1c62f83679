import { AuthError } from '../../services/error.ts'
import { promised, type Wx } from './wx.ts'

declare const wx: Wx

/**
 * A code by `wx.login`, good once and for five minutes: the `provider_code` of `grantProviderToken`.
 *
 * @param options `timeout` in milliseconds
 * @throws AuthError
 */
export async function login({ timeout = 10_000 }: { timeout?: number } = {}): Promise<string> {
  const { code } = await promised<{ code: string }>(
    'login',
    (callbacks) => wx.login({ timeout, ...callbacks }),
    timeout,
  )
  if (code) return code
  throw new AuthError('invalid_response', { operation: 'login', description: 'no code' })
}

/**
 * Opens a page of the mini-program, such as `loginPage()`.
 *
 * @throws AuthError
 */
export async function navigate(url: string): Promise<void> {
  await promised('navigate', (callbacks) => wx.navigateTo({ url, ...callbacks }))
}

/** The path of the sign-in page that CloudBase puts into a mini-program. */
export function loginPage(query: Record<string, string> = {}): string {
  const pairs = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  )
  return [
    '/packages/$wd_system/pages/login/index',
    ...(pairs.length ? [pairs.join('&')] : []),
  ].join('?')
}
