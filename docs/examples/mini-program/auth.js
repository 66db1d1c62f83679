const { createAuth, signIn } = require('cloudbase-authflow')
const { grantProviderToken } = require('cloudbase-authflow/endpoints')
const { installGlobals, wechat } = require('cloudbase-authflow/wechat')

/** The id of this mini-program, which is a provider of the environment. */
const appid = 'wx0123456789abcdef'
const { login, navigate, ...platform } = wechat()

/** The client, once the mini-program has what it lacks. */
exports.opened = installGlobals().then(() => {
  const auth = createAuth({
    env: 'your-env-id',
    // The sandbox. Without this line it signs in to CloudBase itself.
    endpoint: 'http://127.0.0.1:4871',
    flows: { signIn },
    ...platform,
  })
  auth.start()
  // At first, and after every sign-out.
  auth.subscribe(({ status, flow }) => {
    if (status === 'signedOut' && !flow) auth.send({ type: 'flow.start', flow: 'signIn' })
  })
  return auth
})

/** Trades the code of `wx.login` for a provider token, and signs in or signs up by it. */
exports.signInByWechat = async () => {
  const auth = await exports.opened
  const { provider_token } = await auth.call(grantProviderToken, {
    provider_id: appid,
    provider_code: await login(),
    provider_params: { provider_code_type: 'open_id', appid },
  })
  auth.send({ type: 'provider.submit', provider_token })
}
