import { account } from './account.ts'
import { auth, type DemoView, setLanguage, t, ui } from './auth.ts'
import { dialog } from './captcha.ts'
import { code, resend } from './code.ts'
import { home } from './home.ts'
import { h, live, refresh } from './live.ts'
import type { ScreenPart } from './parts.ts'
import { profile } from './profile.ts'
import { retry } from './retry.ts'
import { panel, startWatching } from './sandbox.ts'
import { type Screen, screenOf } from './screen.ts'
import { strip } from './strip.ts'

const loading: ScreenPart = {
  element: h(
    'div',
    { class: 'loading' },
    h('p', { role: 'status' }, () => t().loading),
  ),
  focus() {},
}

const screens: Record<Screen, ScreenPart> = {
  loading,
  account,
  code,
  resend,
  retry,
  profile,
  home,
}

let screen: Screen = 'loading'

live(() => {
  document.documentElement.lang = ui.language === 'zh' ? 'zh-CN' : 'en'
  document.title = `${t().title} · ${t().product} ${t().demo}`
  for (const [name, { element }] of Object.entries(screens)) element.hidden = name !== screen
})

const card = h(
  'section',
  {
    class: 'card',
    'data-step': () => ui.view.step ?? ui.view.status,
    'data-screen': () => screen,
  },
  ...Object.values(screens).map(({ element }) => element),
)

const header = h(
  'header',
  {},
  h(
    'p',
    { class: 'brand' },
    h('span', { class: 'mark', 'aria-hidden': 'true' }),
    h('strong', {}, () => t().product),
    h('span', {}, () => t().demo),
  ),
  h(
    'button',
    {
      type: 'button',
      class: 'link language',
      lang: () => (ui.language === 'zh' ? 'en' : 'zh-CN'),
      onclick: () => setLanguage(ui.language === 'zh' ? 'en' : 'zh'),
    },
    () => t().otherLanguage,
  ),
)

document.body.append(
  header,
  h('main', {}, h('div', { class: 'stage' }, card, strip), panel),
  dialog,
)

/** The demo has one journey: whoever is not signed in and on none begins it. */
function begin({ status, flow, error }: DemoView): void {
  if (flow || (status !== 'signedOut' && status !== 'anonymous')) return
  ui.notice = error
  auth.send({ type: 'flow.start', flow: 'signIn' })
}

auth.subscribe((view) => {
  const before = screen
  ui.view = view
  ui.contact = view.code?.contact ?? ui.contact
  screen = screenOf(view, before)
  begin(view)
  refresh()
  if (screen !== before && before !== 'loading') screens[screen].focus()
})

auth.start()
startWatching()
