import type { CloudbaseAuth } from '../../../adapters/compat/index.ts'
import { type Shape, shapeOf } from './parityShape.ts'

declare global {
  /** The `auth` of the page's SDK. */
  var compat: CloudbaseAuth
  /** The events of `onLoginStateChanged`. */
  var loginEvents: string[]
  /** What a listener of `onAuthStateChange` receives that is there from the beginning. */
  var stateEvents: StateEvent[]
  /** Who is signed in for calls as the page starts, as a route guard makes them. */
  var guarded: Promise<Record<string, boolean>>
  /** Adds a listener later; returns what it receives. */
  var listenLate: () => Promise<StateEvent[]>
}

/** An event, the shape of the session and that of what else it comes with. */
export type StateEvent = [event: string, session: Shape, info: Shape]

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
  const listen = (events: StateEvent[]) =>
    auth.onAuthStateChange(
      (...[event, session, info]) => void events.push([event, shapeOf(session), shapeOf(info)]),
    )
  globalThis.stateEvents = []
  listen(stateEvents)
  globalThis.listenLate = async () => {
    const events: StateEvent[] = []
    listen(events)
    await auth.getLoginState()
    await new Promise((resolve) => setTimeout(resolve, 50))
    return events
  }
  const guard = async () => {
    const [session, loginState, user] = await Promise.all([
      auth.getSession().then(({ data }) => data.session),
      auth.getLoginState(),
      auth.getUser().then(({ data }) => data?.user),
    ])
    return { session: !!session, loginState: !!loginState, user: !!user }
  }
  if (detectSessionInUrl) globalThis.guarded = guard()
  document.body.innerHTML = '<button id="before">before</button>'
  globalThis.compat = auth
}
