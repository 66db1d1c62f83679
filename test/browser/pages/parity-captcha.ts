import cloudbase, { type CloudbaseAuth } from '../../../adapters/cloudbase/index.ts'

declare global {
  var face: CloudbaseAuth
}

const query = new URLSearchParams(location.search)
const app = cloudbase.init({ env: 'captcha', lang: query.get('lang') ?? 'zh-CN' })
app.registerHost(new URL(query.get('sandbox')!).host)
globalThis.face = app.auth()
document.body.innerHTML = '<button id="before">before</button>'
