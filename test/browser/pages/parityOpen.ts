import type { CloudbaseAuth } from '../../../adapters/compat/index.ts'

declare global {
  /** The `auth` of the page's SDK. */
  var compat: CloudbaseAuth
  /** The events of `onLoginStateChanged`. */
  var loginEvents: string[]
}

interface Cloudbase {
  init(options: { env: string; lang: string; auth: { detectSessionInUrl: boolean } }): {
    registerHost(host: string, protocol: 'http'): void
    auth(options: object): unknown
  }
}

export function openSdk(cloudbase: unknown) {
  const query = new URLSearchParams(location.search)
  const lang = query.get('lang') ?? 'zh-CN'
  const detectSessionInUrl = location.pathname === '/detect'
  const app = (cloudbase as Cloudbase).init({ env: 'shared', lang, auth: { detectSessionInUrl } })
  // A provider redirects to a URL without the query of this page.
  const sandbox = query.get('sandbox') ?? sessionStorage.getItem('sandbox')!
  sessionStorage.setItem('sandbox', sandbox)
  app.registerHost(new URL(sandbox).host, 'http')
  const auth = app.auth({ persistence: 'local' }) as CloudbaseAuth
  globalThis.loginEvents = []
  void auth.onLoginStateChanged((params) => {
    const uid = params?.user?.uid
    if (params?.data) loginEvents.push([params.data.eventType, uid].filter(Boolean).join(' '))
  })
  document.body.innerHTML = '<button id="before">before</button>'
  globalThis.compat = auth
}
