import { loginPage, navigate } from '../wechat/calls.ts'
import type { Core } from './context.ts'
import { CloudbaseError } from './errors.ts'
import { globalWx } from './globalWx.ts'

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

/** The sign-in page that CloudBase hosts. */
export function loginPageMethods({ env, clientId }: Core) {
  return {
    /** Goes to the hosted sign-in page; in a mini program to the one it has itself. */
    async toDefaultLoginPage(
      params: LoginPageRequest = {},
    ): Promise<{ data: object; error: null }> {
      const query = Object.fromEntries(
        Object.entries(params.query ?? {}).map(([name, value]) => [name, String(value)]),
      )
      if (globalWx()?.navigateTo) await navigate(loginPage(query))
      else if (typeof location !== 'undefined') location.assign(hostedPage(params, query))
      else {
        throw new CloudbaseError('unimplemented', {
          operation: 'toDefaultLoginPage',
          description: 'there is no page here that could be left',
        })
      }
      return { data: {}, error: null }
    },
  }

  function hostedPage(params: LoginPageRequest, query: Record<string, string>): string {
    const redirect = new URL(params.redirect_uri || location.href, location.href)
    const page = new URL('/__auth/', redirect)
    const fields = {
      app_id: params.app_id ?? '',
      env_id: env,
      client_id: clientId,
      config_version: params.config_version || 'env',
      redirect_uri: redirect.href,
    }
    for (const [name, value] of [...Object.entries(fields), ...Object.entries(query)]) {
      page.searchParams.append(name, value)
    }
    return page.href
  }
}
