import { AuthError } from '../../services/error.ts'

/** How a call of `wx` fails. */
export interface WxFailure {
  errMsg: string
  errno?: number
  errCode?: number
}

/** How a call of `wx` ends. */
export interface Callbacks<T> {
  success(result: T): void
  fail(failure: WxFailure): void
}

/** The methods that `wx.request` knows; PATCH is none of them. */
export type WxMethod = 'OPTIONS' | 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'TRACE' | 'CONNECT'

/**
 * What this entry uses of the global `wx`. Written down here so that no app needs WeChat's typings
 * to be type-checked; a test holds it against them.
 */
export interface Wx {
  request(
    option: {
      url: string
      method: WxMethod
      header: Record<string, string>
      data?: string
      /** Anything but `json` leaves the answer as text. */
      dataType: string
      /** From base library 3.2.2 on; an older one follows. */
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
  login(option: { timeout: number } & Callbacks<{ code: string }>): unknown
  navigateTo(option: { url: string } & Callbacks<unknown>): unknown
  onAppShow(listener: () => void): void
  offAppShow(listener: () => void): void
  onNetworkStatusChange(listener: (status: { isConnected: boolean }) => void): void
  /** From base library 2.9.3 on. */
  offNetworkStatusChange(listener: () => void): void
  /** From base library 2.15.0 on. */
  getRandomValues?(option: { length: number } & Callbacks<{ randomValues: ArrayBuffer }>): unknown
  /** From base library 2.26.3 on. */
  getRendererUserAgent?(option: Callbacks<string>): unknown
  /** There once the app has called `wx.cloud.init`. */
  cloud: {
    callFunction(option: { name: string; data: object }): Promise<{ result?: unknown }>
  }
}

/** Milliseconds after which a call of `wx` that did not call back is given up. */
const PATIENCE = 5000

/**
 * One call of `wx` as a promise that always settles.
 *
 * @throws AuthError `deadline_exceeded` when it takes longer than `timeout` milliseconds, else
 *   `failed_precondition` with WeChat's own words
 */
export function promised<T>(
  operation: string,
  call: (callbacks: Callbacks<T>) => unknown,
  timeout = PATIENCE,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const fail = ({ errMsg }: WxFailure) => {
      const code = /timeout/i.test(errMsg) ? 'deadline_exceeded' : 'failed_precondition'
      reject(new AuthError(code, { operation, description: withoutQuery(errMsg) }))
    }
    const timer = setTimeout(() => fail({ errMsg: 'timeout' }), timeout)
    const ended =
      <V>(end: (value: V) => void) =>
      (value: V) => {
        clearTimeout(timer)
        end(value)
      }
    try {
      call({ success: ended(resolve), fail: ended(fail) })
    } catch (thrown) {
      ended(fail)({ errMsg: String(thrown) })
    }
  })
}

/** WeChat quotes addresses in its messages, and there are tokens in the query of some. */
export function withoutQuery(message: string | undefined): string {
  return String(message).replace(/\?[^\s"']*/g, '?…')
}
