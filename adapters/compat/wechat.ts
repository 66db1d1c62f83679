import * as api from '../../services/http/endpoints.ts'
import { login } from '../wechat/calls.ts'
import { need } from './checks.ts'
import type { Core } from './context.ts'
import { CloudbaseError } from './errors.ts'
import { globalWx } from './globalWx.ts'
import { VIA_WX_CLOUD } from './transport.ts'
import type { LoginState } from './types.ts'

interface SilentSignIn {
  code?: string
  useWxCloud?: boolean
  withId?: boolean
}

/** Silent sign-in in a WeChat mini program. */
export function wechatMethods({ door, session }: Core) {
  /** `wx.login`, then `POST /auth/v1/provider/token`, then `/auth/v1/signin/with/provider`. */
  async function signIn(
    provider_code_type: 'open_id' | 'union_id' | 'phone',
    { code, useWxCloud, withId }: SilentSignIn = {},
  ): Promise<LoginState> {
    const account = globalWx()?.getAccountInfoSync?.()
    if (!account) {
      throw new CloudbaseError('unimplemented', {
        description: 'there is no wx here: run in a mini program, or give init({ wx })',
      })
    }
    const { appId } = account.miniProgram
    const provider_code = await loginCode()
    const way = useWxCloud && VIA_WX_CLOUD
    return session.signIn(async () => {
      const { provider_token } = await door.call(api.grantProviderToken, {
        provider_id: appId,
        provider_code,
        provider_params: { provider_code_type, appid: appId, ...(code && { code }) },
        ...way,
      })
      const provider_id = withId ? appId : undefined
      await door.call(api.signInWithProvider, { provider_token, provider_id, ...way })
    })
  }

  return {
    /**
     * Signs in by the open id. `useWxCloud`, unless false, sends the requests through WeChat's
     * cloud, which must be set up for the mini program.
     *
     * @throws CloudbaseError `failed_precondition` with WeChat's own words when it refuses
     */
    signInWithOpenId: async ({ useWxCloud = true } = {}) => signIn('open_id', { useWxCloud }),

    /** Signs in by the union id. */
    signInWithUnionId: async () => signIn('union_id', { withId: true }),

    /** Signs in by the phone number; `phoneCode` comes from WeChat's phone number button. */
    async signInWithPhoneAuth(params: { phoneCode: string; useWxCloud?: boolean }) {
      need(params, 'phoneCode')
      return signIn('phone', { code: params.phoneCode, useWxCloud: params.useWxCloud })
    },
  }
}

async function loginCode(): Promise<string> {
  try {
    return await login()
  } catch (thrown) {
    throw CloudbaseError.from(thrown)
  }
}
