import * as api from '../../../services/http/endpoints.ts'
import { login } from '../../wechat/calls.ts'
import { cloudFetch } from '../../wechat/fetch.ts'
import { requireFields } from '../checks.ts'
import type { CompatClient } from '../client.ts'
import type { Context } from '../context.ts'
import { CloudbaseError } from '../errors.ts'
import { globalWx } from '../globalWx.ts'
import type { LoginState } from '../types.ts'

interface SilentSignIn {
  code?: string
  useWxCloud?: boolean
  withId?: boolean
}

const overHttp = {
  grantProviderToken: api.grantProviderToken,
  signInWithProvider: api.signInWithProvider,
  signInAnonymously: api.signInAnonymously,
}

const overWxCloud: typeof overHttp = {
  grantProviderToken: { ...api.grantProviderToken, fetch: cloudFetch },
  signInWithProvider: { ...api.signInWithProvider, fetch: cloudFetch },
  signInAnonymously: { ...api.signInAnonymously, fetch: cloudFetch },
}

const endpointsFor = (useWxCloud = false) => (useWxCloud ? overWxCloud : overHttp)

/** Creates the methods for silent sign-in in a WeChat mini-program. */
export function createWechatMethods({ client, session }: Context) {
  /** `wx.login`, then `POST /auth/v1/provider/token`. */
  async function grant(
    call: CompatClient['call'],
    provider_code_type: 'open_id' | 'union_id' | 'phone',
    { code, useWxCloud }: SilentSignIn = {},
  ) {
    const account = globalWx()?.getAccountInfoSync?.()
    if (!account) {
      throw new CloudbaseError('unimplemented', {
        description: 'there is no wx here: run in a mini program, or give init({ wx })',
      })
    }
    const { appId } = account.miniProgram
    const provider_code = await getLoginCode()
    const { provider_token } = await call(endpointsFor(useWxCloud).grantProviderToken, {
      provider_id: appId,
      provider_code,
      provider_params: { provider_code_type, appid: appId, ...(code && { code }) },
    })
    return { provider_token, appId }
  }

  /** Grants a provider token, then `POST /auth/v1/signin/with/provider`. */
  const signIn = (
    type: Parameters<typeof grant>[1],
    options: SilentSignIn = {},
  ): Promise<LoginState> =>
    session.signIn(async (call) => {
      const { provider_token, appId } = await grant(call, type, options)
      const provider_id = options.withId ? appId : undefined
      await call(endpointsFor(options.useWxCloud).signInWithProvider, {
        provider_token,
        provider_id,
      })
    })

  return {
    /**
     * Signs in by the open id. `useWxCloud` (default: true) sends the requests through WeChat's
     * cloud, which the app must have set up.
     *
     * @throws CloudbaseError `failed_precondition` with WeChat's message when WeChat refuses
     */
    signInWithOpenId: async ({ useWxCloud = true } = {}) => signIn('open_id', { useWxCloud }),

    /** Signs in by the union id. @throws CloudbaseError as `signInWithOpenId` */
    signInWithUnionId: async () => signIn('union_id', { withId: true }),

    /**
     * Signs in by the phone number; `phoneCode` comes from WeChat's phone number button.
     *
     * @throws CloudbaseError as `signInWithOpenId`
     */
    async signInWithPhoneAuth(params: { phoneCode: string; useWxCloud?: boolean }) {
      requireFields(params, 'phoneCode')
      return signIn('phone', { code: params.phoneCode, useWxCloud: params.useWxCloud })
    },

    /** Signs in as the anonymous user of this open id. @throws CloudbaseError as `signInWithOpenId` */
    signInAnonymouslyInWx: async ({ useWxCloud = false } = {}) =>
      session.signIn(async (call) => {
        const { provider_token } = await grant(call, 'open_id', { useWxCloud })
        await call(endpointsFor(useWxCloud).signInAnonymously, { provider_token })
      }),

    /** Binds the open id to the user: `POST /auth/v1/user/provider/bind`. @throws CloudbaseError as `signInWithOpenId` */
    async bindOpenId(): Promise<void> {
      const { provider_token } = await grant(client.call, 'open_id')
      await client.call(api.bindProvider, { provider_token })
      await session.reread()
    },
  }
}

async function getLoginCode(): Promise<string> {
  try {
    return await login()
  } catch (thrown) {
    throw CloudbaseError.from(thrown)
  }
}
