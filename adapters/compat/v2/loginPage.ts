import { hostedLoginPage } from '../../../services/platform/hostedLoginPage.ts'
import { loginPage, navigate } from '../../wechat/calls.ts'
import type { Context } from '../context.ts'
import { CloudbaseError } from '../errors.ts'
import { globalWx } from '../globalWx.ts'

/** Parameters of `toDefaultLoginPage`. */
export interface LoginPageRequest {
  /** `env` (default): the sign-in page of the environment; else that of an application. */
  config_version?: string
  /** Where the page redirects after sign-in. Default: this page. */
  redirect_uri?: string
  /** The application, where `config_version` is not `env`. */
  app_id?: string
  /** Added to the query of the sign-in page. */
  query?: Record<string, unknown>
}

/** Creates the method that opens the sign-in page hosted by CloudBase. */
export function createLoginPageMethods({ env, clientId, options }: Context) {
  return {
    /**
     * Redirects to the hosted sign-in page; in a mini-program, opens its own sign-in page.
     *
     * @throws CloudbaseError `unimplemented` where there is no page to redirect, `invalid_argument` for a
     *   `redirect_uri` of an origin that is neither this one nor in `returnOrigins`
     */
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
          description: 'there is no page to redirect',
        })
      }
      return { data: {}, error: null }
    },
  }

  function hostedPage(params: LoginPageRequest, query: Record<string, string>): string {
    try {
      return hostedLoginPage({
        env,
        clientId,
        redirect_uri: new URL(params.redirect_uri || location.href, location.href).href,
        returnOrigins: options.auth?.returnOrigins,
        config_version: params.config_version || 'env',
        app_id: params.app_id,
        query,
      })
    } catch (thrown) {
      throw CloudbaseError.from(thrown, 'toDefaultLoginPage')
    }
  }
}
