import { AuthError } from '../../services/error.ts'

/** The failure of a call of `wx`. */
export interface WxFailure {
  errMsg: string
  errno?: number
  errCode?: number
}

/** The callbacks of a call of `wx`. */
export interface Callbacks<T> {
  success(result: T): void
  fail(failure: WxFailure): void
}

/** The methods that `wx.request` supports; PATCH is missing. */
export type WxMethod = 'OPTIONS' | 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'TRACE' | 'CONNECT'

/**
 * The part of the global `wx` that this entry uses, declared here so that an app compiles without
 * WeChat's typings; a test compares it with them.
 */
export interface Wx {
  request(
    option: {
      url: string
      method: WxMethod
      header: Record<string, string>
      data?: string
      /** Any value but `json` leaves the answer as text. */
      dataType: string
      /** Since base library 3.2.2; earlier ones follow redirects. */
      redirect: 'follow' | 'manual'
    } & Callbacks<{
      data: string | object
      statusCode: number
      header: Record<string, unknown>
    }>,
  ): { abort(): void }
  getStorage(option: { key: string } & Callbacks<{ data: unknown }>): unknown
  setStorage(option: { key: string; data: string } & Callbacks<unknown>): unknown
  removeStorage(option: { key: string } & Callbacks<unknown>): unknown
  login(option: { timeout?: number } & Callbacks<{ code: string }>): unknown
  navigateTo(option: { url: string } & Callbacks<unknown>): unknown
  onAppShow(listener: () => void): void
  offAppShow(listener: () => void): void
  onNetworkStatusChange(listener: (status: { isConnected: boolean }) => void): void
  /** Since base library 2.9.3. */
  offNetworkStatusChange(listener: () => void): void
  /** Since base library 2.15.0. */
  getRandomValues?(option: { length: number } & Callbacks<{ randomValues: ArrayBuffer }>): unknown
  /** Since base library 2.26.3. */
  getRendererUserAgent?(option: Callbacks<string>): unknown
  /** Usable once the app has called `wx.cloud.init`. */
  cloud: {
    callFunction(option: { name: string; data: object }): Promise<{ result?: unknown }>
  }
}

/** The longest timer there is, in ms; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Milliseconds after which a call of `wx` without a callback fails. */
const TIMEOUT_MS = 5000

/**
 * Calls a method of `wx` and returns a promise that always settles.
 *
 * @param operation the operation of the error
 * @param call calls the method with these callbacks
 * @param timeout milliseconds; `Infinity` for none
 * @throws AuthError `deadline_exceeded` after the timeout, else `failed_precondition` with WeChat's
 *   message
 */
export function callWx<T>(
  operation: string,
  call: (callbacks: Callbacks<T>) => unknown,
  timeout = TIMEOUT_MS,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const fail = ({ errMsg }: WxFailure) => {
      const code = /timeout/i.test(errMsg) ? 'deadline_exceeded' : 'failed_precondition'
      reject(new AuthError(code, { operation, description: withoutQuery(errMsg) }))
    }
    const late = () => fail({ errMsg: 'timeout' })
    const timer = timeout <= MAX_TIMER_MS ? setTimeout(late, timeout) : undefined
    const settled =
      <V>(settle: (value: V) => void) =>
      (value: V) => {
        if (timer !== undefined) clearTimeout(timer)
        settle(value)
      }
    try {
      call({ success: settled(resolve), fail: settled(fail) })
    } catch (thrown) {
      settled(fail)({ errMsg: String(thrown) })
    }
  })
}

/** Removes the query of URLs from a message: WeChat quotes URLs, and their query may hold tokens. */
export function withoutQuery(message: string | undefined): string {
  return String(message).replace(/\?[^\s"']*/g, '?…')
}
