import { captchaFrame, captchaPage, createAuth, signIn } from 'cloudbase-authflow'

const endpoint = new URLSearchParams(location.search).get('endpoint')

if (endpoint) {
  const auth = createAuth({
    env: 'demo',
    endpoint,
    flows: { signIn },
    captcha: captchaPage({ redirect_uri: `${location.origin}/captcha` }),
  })
  const frame = document.createElement('main')
  document.body.append(frame)
  captchaFrame(auth, frame)
  auth.subscribe(({ step, captcha, error }) => {
    document.body.dataset['step'] = step ?? 'none'
    document.body.dataset['error'] = error?.code ?? 'none'
    document.body.dataset['captcha'] = captcha ? 'open' : 'closed'
  })
  auth.start()
  auth.send({ type: 'flow.start', flow: 'signIn' })
  auth.send({ type: 'contact.submit', phone_number: '13800000000' })
}
