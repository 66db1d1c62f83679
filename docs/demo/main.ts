import { callbackUrl, isFinishedPopup } from './callback.ts'
import { AuthError } from 'cloudbase-authflow'
import { auth, type DemoView, type Success, setLanguage, t, ui } from './auth.ts'
import { dialog } from './captcha.ts'
import { beforeRefresh, h, onRefresh, refresh } from './dom.ts'
import { sentence } from './messages.ts'
import { successOf } from './success.ts'
import type { ScreenPart } from './parts.ts'
import { pageState, savePageState } from './pageState.ts'
import { panel, startPolling } from './sandbox.ts'
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
import { inspectorPanel } from './inspectorPanel.ts'
import { machineStatus } from './machineStatus.ts'

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
/** What the last refresh showed. A notice or a success stays until the screen or the error changes. */
let shown: { notice?: unknown; success?: unknown; error?: unknown } = {}

beforeRefresh(() => {
  const before = screen
  screen = screenOf(ui.view, before === 'loading' ? (pageState.screen ?? before) : before)
  hasMoved = screen !== before && before !== 'loading'
  if (screen !== 'loading') savePageState({ screen })
  const { error } = ui.view
  const isNew = shown.notice !== ui.notice || shown.success !== ui.success
  const isOver = screen !== before || (error && error !== shown.error)
  if (isOver && !isNew) ui.notice = ui.success = undefined
  shown = { notice: ui.notice, success: ui.success, error }
})

onRefresh(() => {
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
  h('p', { class: 'success', role: 'status' }, () => (ui.success ? t().success[ui.success] : '')),
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

/** Runs after all other updates, so that the focus goes to a screen that is complete. */
onRefresh(() => {
  if (!hasMoved) return
  hasMoved = false
  screens[screen].focus()
})

/** What happened to the authorization response that this page was opened with. */
let response: 'none' | 'sent' | 'read' = 'none'

/** Shows a notice if the response belongs to no authorization request of this tab. */
function checkResponse({ status, step }: DemoView): void {
  if (response === 'none' || status === 'unknown') return
  if (step === 'readingCallback') return void (response = 'read')
  const isAccepted = response === 'read' && step !== 'askingReturn' && step !== 'askingPopup'
  response = 'none'
  if (!isAccepted) ui.notice = new AuthError('foreign_callback')
}

/**
 * Starts `signIn` while signed out, and cancels it when the user has signed in in another tab. The
 * error of a flow that has ended is kept as a notice, unless the flow achieved something.
 */
function startOrCancel(view: DemoView, success: Success | undefined): void {
  const { status, flow, step, busy, error } = view
  const isDone = status === 'signedIn' && flow !== 'account' && step !== 'askingProfile'
  if (flow && isDone && !busy) return auth.send({ type: 'flow.cancel' })
  if (flow || status !== 'signedOut') return
  if (!success) ui.notice ??= error
  auth.send({ type: 'flow.start', flow: 'signIn' })
}

auth.subscribe((view) => {
  if (isFinishedPopup) return
  const before = ui.view
  ui.view = view
  checkResponse(ui.view)
  const success = successOf(before, ui.view)
  if (success) ui.success = success
  startOrCancel(ui.view, success)
  refresh()
})

if (isFinishedPopup) {
  document.body.append(
    h(
      'main',
      { class: 'popup-done' },
      h('p', { role: 'status' }, () => t().popupDone),
      h('a', { href: location.pathname }, () => t().popupAlone),
    ),
  )
  refresh()
} else {
  document.body.append(
    header,
    h('main', {}, h('div', { class: 'stage' }, card, machineStatus), inspectorPanel, panel),
    dialog,
  )
  auth.start()
  if (callbackUrl) {
    response = 'sent'
    auth.send({ type: 'provider.return', url: callbackUrl })
  }
  startPolling()
}
