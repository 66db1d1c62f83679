import type { Core } from './core.ts'
import { wxOf } from './wechat.ts'

export interface LoginPageRequest {
  /** Default: `env`, the page set up for the environment; else the one of an application. */
  config_version?: string
  /** Where to go once signed in. Default: this page. */
  redirect_uri?: string
  /** The application, where `config_version` is not `env`. */
  app_id?: string
  /** What to take along. */
  query?: Record<string, unknown>
}

/** Where a mini program keeps the page. */
const MINI_PROGRAM_PAGE = '/packages/$wd_system/pages/login/index'

/** The sign-in page that CloudBase hosts. */
export function loginPageMethods({ env, clientId, options }: Core) {
  return {
    /** Goes to the hosted sign-in page. */
    async toDefaultLoginPage(
      params: LoginPageRequest = {},
    ): Promise<{ data: object; error: null }> {
      const query = new URLSearchParams(
        Object.entries(params.query ?? {}).map(([name, value]) => [name, String(value)]),
      )
      const wx = wxOf(options.wx)
      if (wx?.navigateTo) {
        const suffix = query.size > 0 ? `?${query}` : ''
        wx.navigateTo({ url: MINI_PROGRAM_PAGE + suffix })
      } else {
        const redirect = new URL(params.redirect_uri || location.href, globalThis.location?.href)
        const page = new URL('/__auth/', redirect)
        page.search = `${new URLSearchParams({
          app_id: params.app_id ?? '',
          env_id: env,
          client_id: clientId,
          config_version: params.config_version || 'env',
          redirect_uri: redirect.href,
        })}${query.size > 0 ? `&${query}` : ''}`
        location.assign(page.href)
      }
      return { data: {}, error: null }
    },
  }
}
