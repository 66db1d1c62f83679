/** The optional profile of a new account. */
import { auth } from '../auth.ts'
import { h, onRefresh } from '../dom.ts'
import { button, flowError, focusHeading, heading, line } from '../parts.ts'
import { type ScreenPart, t, ui } from '../parts.ts'

const isAsking = () => ui.view.can({ type: 'profile.skip' })

const input = (id: string, autocomplete: string) =>
  h('input', {
    id,
    name: id,
    type: 'text',
    autocomplete,
    spellcheck: 'false',
    readonly: () => !isAsking(),
    'aria-describedby': 'profile-line',
  })

const nickname = input('nickname', 'nickname')
const username = input('new-username', 'username')

const label = (of: HTMLInputElement, text: () => string) =>
  h(
    'div',
    { class: 'label' },
    h('label', { for: of.id }, text),
    h('span', { class: 'optional' }, () => t().profile.optional),
  )

onRefresh(() => {
  username.toggleAttribute('aria-invalid', false)
  if (ui.view.step === 'askingProfile' && ui.view.error?.operation === 'updateProfile') {
    username.setAttribute('aria-invalid', 'true')
  }
  if (ui.view.step === undefined) nickname.value = username.value = ''
})

function submit(event: Event): void {
  event.preventDefault()
  if (!isAsking()) return
  const given = { name: nickname.value.trim(), username: username.value.trim() }
  const profile = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
  if (Object.keys(profile).length === 0) return auth.send({ type: 'profile.skip' })
  auth.send({ type: 'profile.submit', profile })
}

export const profile: ScreenPart = {
  element: h(
    'div',
    {},
    heading(() => t().profile.heading),
    h('p', { class: 'lead' }, () => t().profile.lead),
    h(
      'form',
      { 'aria-busy': () => String(ui.view.busy), novalidate: true, onsubmit: submit },
      label(nickname, () => t().profile.nickname),
      nickname,
      label(username, () => t().profile.username),
      username,
      line('profile-line', flowError, () => t().profile.hint),
      button('primary', () => (ui.view.busy ? t().profile.saving : t().profile.save), isAsking, {
        isBusy: () => ui.view.busy,
      }),
      button('secondary', () => t().profile.skip, isAsking, {
        onclick: () => auth.send({ type: 'profile.skip' }),
      }),
    ),
  ),
  focus: focusHeading,
}
