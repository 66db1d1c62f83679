/** An app on the compat API that shows the built-in captcha dialog. */
import cloudbase from '../../../adapters/compat/index.ts'

const sandbox = new URLSearchParams(location.search).get('sandbox')
if (sandbox) {
  const app = cloudbase.init({ env: 'demo' })
  app.registerHost(new URL(sandbox).host, 'http')
  void app
    .auth()
    .isUsernameRegistered('ada')
    .then((isRegistered) => (document.body.dataset['answer'] = String(isRegistered)))
}
