import { need } from './checks.ts'
import type { Core } from './core.ts'
import { CloudbaseError } from './errors.ts'
import { VIA_WX_CLOUD } from './transport.ts'
import type { LoginState } from './types.ts'
import type { Wx } from './wx.ts'

/** The `wx` that was given to `init`, else the mini program's own. */
export const wxOf = (given?: Wx): Wx | undefined => given ?? (globalThis as { wx?: Wx }).wx

/** Silent sign-in in a WeChat mini program. */
export function wechatMethods({ door, session, options }: Core) {
  function needWx(): Wx {
    const wx = wxOf(options.wx)
    if (typeof wx?.login === 'function') return wx
    throw new CloudbaseError('unimplemented', {
      description: 'there is no wx here: run in a mini program, or give init({ wx })',
    })
  }

  const loginCode = (wx: Wx) =>
    new Promise<string>((resolve, reject) => {
      const fail = ({ errMsg }: { errMsg?: string }) =>
        reject(new CloudbaseError('provider_error', { description: errMsg }))
      wx.login({ success: ({ code }) => resolve(code), fail })
    })

  /** `wx.login`, then `POST /auth/v1/provider/token`, then `/auth/v1/signin/with/provider`. */
  async function signIn(
    provider_code_type: 'open_id' | 'union_id' | 'phone',
    { code, useWxCloud = false, withId = false }: Partial<SilentSignIn> = {},
  ): Promise<LoginState> {
    const wx = needWx()
    const { appId } = wx.getAccountInfoSync().miniProgram
    const way = useWxCloud && VIA_WX_CLOUD
    const provider_code = await loginCode(wx)
    return session.signIn(async () => {
      const { provider_token } = await door.call('grantProviderToken', {
        provider_id: appId,
        provider_code,
        provider_params: { provider_code_type, appid: appId, ...(code && { code }) },
        ...way,
      })
      const provider_id = withId ? appId : undefined
      await door.call('signInWithProvider', { provider_token, provider_id, ...way })
    })
  }

  return {
    /**
     * Signs in by the open id. `useWxCloud`, unless false, sends the requests through WeChat's
     * cloud, which must be set up for the mini program.
     *
     * @throws CloudbaseError `provider_error` when WeChat refuses
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

interface SilentSignIn {
  code: string
  useWxCloud: boolean
  withId: boolean
}
