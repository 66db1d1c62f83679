import type { CloudbaseAuth } from '../../../adapters/cloudbase/index.ts'

declare global {
  /** The face that the page has opened. */
  var face: CloudbaseAuth
  /** What `onLoginStateChanged` has told. */
  var heard: string[]
}

interface Cloudbase {
  init(options: { env: string; lang: string }): {
    registerHost(host: string, protocol: 'http'): void
    auth(options: object): unknown
  }
}

export function openFace(cloudbase: unknown) {
  const query = new URLSearchParams(location.search)
  const lang = query.get('lang') ?? 'zh-CN'
  const app = (cloudbase as Cloudbase).init({ env: 'shared', lang })
  app.registerHost(new URL(query.get('sandbox')!).host, 'http')
  const auth = app.auth({ persistence: 'local' }) as CloudbaseAuth
  globalThis.heard = []
  void auth.onLoginStateChanged((params) => {
    const uid = params?.user?.uid
    if (params?.data) heard.push([params.data.eventType, uid].filter(Boolean).join(' '))
  })
  document.body.innerHTML = '<button id="before">before</button>'
  globalThis.face = auth
}
