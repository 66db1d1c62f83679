import { hasHandedOver, returned } from './return.ts'
import { AuthError } from 'cloudbase-authflow'
import { auth, type DemoView, type News, setLanguage, t, ui } from './auth.ts'
import { dialog } from './captcha.ts'
import { beforeDrawing, h, live, refresh } from './live.ts'
import { sentence } from './messages.ts'
import { newsOf } from './news.ts'
import type { ScreenPart } from './parts.ts'
import { keep, place } from './place.ts'
import { panel, startWatching } from './sandbox.ts'
import { type Screen, screenOf } from './screen.ts'
import { account } from './screens/account.ts'
import { code, resend } from './screens/code.ts'
import { edits } from './screens/edit.ts'
import { elevation } from './screens/elevation.ts'
import { home } from './screens/home.ts'
import { profile } from './screens/profile.ts'
import { provider } from './screens/provider.ts'
import { forgotten, newPassword } from './screens/reset.ts'
import { retry } from './screens/retry.ts'
import { secondFactor } from './screens/secondFactor.ts'
import { settings } from './screens/settings.ts'
import { choice, upgrade } from './screens/upgrade.ts'
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
  secondFactor,
  code,
  resend,
  retry,
  profile,
  provider,
  forgotten,
  newPassword,
  upgrade,
  choice,
  home,
  settings,
  ...edits,
  elevation,
}

let screen: Screen = 'loading'
let hasMoved = false
/** What was told last: it stays as long as the screen on which it was told, or until worse happens. */
let told: { notice?: unknown; news?: unknown; error?: unknown } = {}

beforeDrawing(() => {
  const before = screen
  screen = screenOf(ui.view, before === 'loading' ? (place.screen ?? before) : before)
  hasMoved = screen !== before && before !== 'loading'
  if (screen !== 'loading') keep({ screen })
  const { error } = ui.view
  const isNew = told.notice !== ui.notice || told.news !== ui.news
  const isOver = screen !== before || (error && error !== told.error)
  if (isOver && !isNew) ui.notice = ui.news = undefined
  told = { notice: ui.notice, news: ui.news, error }
})

live(() => {
  document.documentElement.lang = ui.language === 'zh' ? 'zh-CN' : 'en'
  document.title = `${t().title} · ${t().product} ${t().demo}`
  for (const [name, { element }] of Object.entries(screens)) element.hidden = name !== screen
})

const card = h(
  'section',
  {
    class: 'card',
    'data-flow': () => ui.view.flow,
    'data-step': () => ui.view.step ?? ui.view.status,
    'data-screen': () => screen,
  },
  h(
    'p',
    { class: 'notice', role: 'alert' },
    () => (ui.notice && sentence(ui.notice, ui.language)) ?? '',
  ),
  h('p', { class: 'news', role: 'status' }, () => (ui.news ? t().news[ui.news] : '')),
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

/** The screen is told last, when everything on it is as it should be. */
live(() => {
  if (!hasMoved) return
  hasMoved = false
  screens[screen].focus()
})

/** What has become of the answer of a provider that this page was opened with. */
let answer: 'sent' | 'read' | 'known' = 'known'

/** Says so if the answer was for no journey of this tab. */
function noticeForeign({ status, step }: DemoView): void {
  if (answer === 'known' || status === 'unknown') return
  if (step === 'readingCallback') return void (answer = 'read')
  const isTaken = answer === 'read' && step !== 'askingReturn' && step !== 'askingPopup'
  answer = 'known'
  if (!isTaken) ui.notice = new AuthError('foreign_callback')
}

/**
 * Nobody signed in begins to sign in; whoever is by now, in another tab, has done so. Why a flow has
 * ended is told unless it has achieved something.
 */
function begin({ status, flow, step, busy, error }: DemoView, news: News | undefined): void {
  const isDone = status === 'signedIn' && flow !== 'account' && step !== 'askingProfile'
  if (flow && isDone && !busy) return auth.send({ type: 'flow.cancel' })
  if (flow || status !== 'signedOut') return
  if (!news) ui.notice ??= error
  auth.send({ type: 'flow.start', flow: 'signIn' })
}

auth.subscribe((view) => {
  if (hasHandedOver) return
  const before = ui.view
  ui.view = view
  noticeForeign(ui.view)
  const news = newsOf(before, ui.view)
  if (news) ui.news = news
  begin(ui.view, news)
  refresh()
})

if (hasHandedOver) {
  document.body.append(
    h(
      'main',
      { class: 'visited' },
      h('p', { role: 'status' }, () => t().visited),
      h('a', { href: location.pathname }, () => t().visitedAlone),
    ),
  )
  refresh()
} else {
  document.body.append(
    header,
    h('main', {}, h('div', { class: 'stage' }, card, strip), panel),
    dialog,
  )
  auth.start()
  if (returned) {
    answer = 'sent'
    auth.send({ type: 'provider.return', url: returned })
  }
  startWatching()
}
