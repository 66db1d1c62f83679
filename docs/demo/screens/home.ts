/** The signed-in user; for a guest, the offer to upgrade. */
import { auth } from '../auth.ts'
import { h } from '../dom.ts'
import { sentence } from '../messages.ts'
import { button, focusHeading, heading, line, type ScreenPart, t, timeOf, ui } from '../parts.ts'
import { loadUser, user } from '../user.ts'

const isHome = () => ui.view.flow === undefined
const isGuest = () => ui.view.status === 'anonymous'
const canCall = () => isHome() && !user.isLoading
const canSignOut = () => ui.view.can({ type: 'session.end' })

const row = (label: () => string, value: () => string | undefined, isHidden = () => false) =>
  h(
    'div',
    { class: 'row', hidden: isHidden },
    h('dt', {}, label),
    h('dd', { 'data-empty': () => !value() }, () => value() ?? (user.value ? t().home.none : '')),
  )

const since = () => {
  const at = user.value?.created_at
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
    heading(() =>
      isGuest()
        ? t().home.headingGuest
        : t().home.heading(user.value?.name ?? user.value?.username),
    ),
    h('p', { class: 'lead', hidden: isGuest }, () => t().home.lead),
    h(
      'div',
      { class: 'banner', hidden: () => !isGuest() },
      h('p', {}, () => t().home.leadGuest),
      button('primary', () => t().home.keep, isHome, {
        onclick: () => auth.send({ type: 'flow.start', flow: 'upgrade' }),
      }),
    ),
    h(
      'dl',
      { 'aria-busy': () => String(user.isLoading) },
      row(
        () => t().home.uid,
        () => ui.view.user?.uid,
      ),
      row(
        () => t().home.name,
        () => user.value?.name,
        isGuest,
      ),
      row(
        () => t().home.username,
        () => user.value?.username,
        isGuest,
      ),
      row(
        () => t().home.phone,
        () => user.value?.phone_number,
        isGuest,
      ),
      row(
        () => t().home.email,
        () => user.value?.email,
        isGuest,
      ),
      row(() => t().home.since, since),
    ),
    line(
      'home-line',
      () => user.error && sentence(user.error, ui.language),
      () => (user.at ? t().home.called(timeOf(user.at)) : ''),
    ),
    button('primary', () => t().home.manage, isHome, {
      isHidden: isGuest,
      onclick: () => auth.send({ type: 'flow.start', flow: 'account' }),
    }),
    button('secondary', () => (user.isLoading ? t().home.calling : t().home.again), canCall, {
      isBusy: () => user.isLoading,
      onclick: loadUser,
    }),
    button('secondary', () => t().home.signOut, canSignOut, {
      onclick: () => auth.send({ type: 'session.end' }),
    }),
  ),
  focus: focusHeading,
}
