import { AuthError } from 'cloudbase-authflow'
import { auth } from './auth.ts'
import { beforeDrawing, h, refresh } from './live.ts'
import { sentence } from './messages.ts'
import { button, heading, line, type ScreenPart, t, timeOf, ui } from './parts.ts'

const isHome = () => ui.view.status === 'signedIn' && ui.view.step === undefined
const user = () => ui.profile.user
const canCall = () => isHome() && !ui.profile.isLoading
const canLeave = () => ui.view.can({ type: 'session.end' })

/** Who is signed in is asked for once; after that only when somebody wants to. */
beforeDrawing(() => {
  if (ui.view.status !== 'signedIn') ui.profile = {}
  else if (isHome() && Object.keys(ui.profile).length === 0) void load()
})

async function load(): Promise<void> {
  const profile: typeof ui.profile = { ...ui.profile, isLoading: true, error: undefined }
  ui.profile = profile
  queueMicrotask(refresh)
  try {
    profile.user = await auth.call('getUser')
    profile.at = Date.now()
  } catch (thrown) {
    profile.error = thrown instanceof AuthError ? thrown : new AuthError('unknown')
  }
  profile.isLoading = false
  refresh()
}

const row = (label: () => string, value: () => string | undefined) =>
  h(
    'div',
    { class: 'row' },
    h('dt', {}, label),
    h('dd', { 'data-empty': () => !value() }, () => value() ?? (user() ? t().home.none : '')),
  )

const since = () => {
  const at = user()?.created_at
  return at === undefined
    ? undefined
    : new Date(at).toLocaleDateString(ui.language === 'zh' ? 'zh-CN' : 'en-GB', {
        dateStyle: 'long',
      })
}

export const home: ScreenPart = {
  element: h(
    'div',
    {},
    heading(() => t().home.heading(user()?.name ?? user()?.username)),
    h('p', { class: 'lead' }, () => t().home.lead),
    h(
      'dl',
      { 'aria-busy': () => String(!!ui.profile.isLoading) },
      row(
        () => t().home.uid,
        () => ui.view.user?.uid,
      ),
      row(
        () => t().home.name,
        () => user()?.name,
      ),
      row(
        () => t().home.username,
        () => user()?.username,
      ),
      row(
        () => t().home.phone,
        () => user()?.phone_number,
      ),
      row(
        () => t().home.email,
        () => user()?.email,
      ),
      row(() => t().home.since, since),
    ),
    line(
      'home-line',
      () => ui.profile.error && sentence(ui.profile.error, ui.language),
      () => (ui.profile.at ? t().home.called(timeOf(ui.profile.at)) : ''),
    ),
    button('primary', () => (ui.profile.isLoading ? t().home.calling : t().home.again), canCall, {
      isBusy: () => !!ui.profile.isLoading,
      onclick: () => void load(),
    }),
    button('secondary', () => t().home.signOut, canLeave, {
      onclick: () => auth.send({ type: 'session.end' }),
    }),
  ),
  focus() {
    this.element.querySelector('h1')?.focus()
  },
}
