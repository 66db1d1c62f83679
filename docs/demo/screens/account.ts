/** The sign-in card: by code, by password, by a provider, as a guest. */
import { auth } from '../auth.ts'
import { beforeDrawing, h, refresh } from '../live.ts'
import { contactField, passwordField } from '../fields.ts'
import { button, flowError, focusHeading, heading, line, type ScreenPart } from '../parts.ts'
import { isCancelled, t, ui } from '../parts.ts'
import { keep, place } from '../place.ts'
import { leaveFor, providerButtons } from './provider.ts'

type Way = 'code' | 'password'

const isAsking = () =>
  ui.view.flow === 'signIn' && ui.view.can({ type: 'contact.submit', phone_number: '' })
const isHere = () => ui.view.status === 'signedOut'

/** The steps a typed password is kept at; none is where a flow is about to begin. */
const PASSWORD_STEPS = new Set<typeof ui.view.step>([
  undefined,
  'askingAccount',
  'checkingPassword',
])

/** The chosen tab. */
let way: Way = place.way === 'password' ? 'password' : 'code'
/** Name or password were left empty, so nothing was sent. */
let isMissing = false
/** What was last sent, the error last seen in the view, and what that was about. */
let sent: Way | 'guest' | undefined
let failure = ui.view.error
let failed: Way | 'guest' | undefined

const errorOf = (of: Way | 'guest') => (failed === of ? flowError() : undefined)
const passwordError = () => (isMissing ? t().account.missingPassword : errorOf('password'))

const contact = contactField('contact', {
  isAsking,
  isOpen: isHere,
  error: () => errorOf('code'),
})

const username = h('input', {
  id: 'username',
  name: 'username',
  type: 'text',
  autocomplete: 'username',
  autocapitalize: 'none',
  spellcheck: 'false',
  readonly: () => !isAsking(),
  'aria-describedby': 'password-line',
  'aria-invalid': () => (passwordError() && !isCancelled() ? 'true' : undefined),
})

const password = passwordField('password', {
  isAsking,
  isOpen: () => isHere() && PASSWORD_STEPS.has(ui.view.step),
  error: passwordError,
  label: () => t().password.label,
  hint: () => t().account.passwordHint,
  more: button('link', () => t().account.forgotten, isAsking, {
    onclick: () => auth.send({ type: 'flow.start', flow: 'resetPassword' }),
  }),
})

function choose(next: Way): void {
  way = next
  isMissing = false
  password.hide()
  keep({ way })
  refresh()
}

const tab = (of: Way, label: () => string) =>
  h(
    'button',
    {
      type: 'button',
      role: 'tab',
      id: `tab-${of}`,
      'aria-controls': `panel-${of}`,
      'aria-selected': () => String(way === of),
      tabindex: () => (way === of ? '0' : '-1'),
      onclick: () => choose(of),
    },
    label,
  )

const tabs = h(
  'div',
  { role: 'tablist', class: 'tabs', 'aria-label': () => t().account.ways },
  tab('code', () => t().account.byCode),
  tab('password', () => t().account.byPassword),
)

tabs.addEventListener('keydown', ({ key }) => {
  if (key !== 'ArrowLeft' && key !== 'ArrowRight' && key !== 'Home' && key !== 'End') return
  choose(key === 'Home' || (key !== 'End' && way === 'password') ? 'code' : 'password')
  document.getElementById(`tab-${way}`)?.focus()
})

const panel = (of: Way, form: HTMLFormElement) =>
  h(
    'div',
    {
      id: `panel-${of}`,
      role: 'tabpanel',
      'aria-labelledby': `tab-${of}`,
      hidden: () => way !== of,
    },
    form,
  )

const codeForm = h(
  'form',
  {
    'aria-busy': () => String(ui.view.busy),
    novalidate: true,
    onsubmit: submitContact,
  },
  ...contact.nodes,
  button(
    'primary',
    () => (ui.view.step === 'sendingCode' ? t().contact.sending : t().contact.send),
    isAsking,
    { isBusy: () => ui.view.step === 'sendingCode' },
  ),
)

const passwordForm = h(
  'form',
  {
    'aria-busy': () => String(ui.view.busy),
    novalidate: true,
    onsubmit: submitPassword,
  },
  h(
    'div',
    { class: 'label' },
    h('label', { for: 'username' }, () => t().account.username),
  ),
  username,
  ...password.nodes,
  button(
    'primary',
    () => (ui.view.step === 'checkingPassword' ? t().account.signingIn : t().account.signIn),
    isAsking,
    { isBusy: () => ui.view.step === 'checkingPassword' },
  ),
)

const isEntering = () => ui.view.step === 'signingInAsGuest'

const others = h(
  'div',
  { class: 'others' },
  h(
    'p',
    { class: 'divider' },
    h('span', {}, () => t().account.or),
  ),
  ...providerButtons(isAsking, leaveFor),
  button('link', () => (isEntering() ? t().account.entering : t().account.asGuest), isAsking, {
    isBusy: isEntering,
    onclick: () => {
      sent = 'guest'
      auth.send({ type: 'guest.enter' })
    },
  }),
  line('others-line', () => errorOf('guest')),
)

function submitContact(event: Event): void {
  event.preventDefault()
  const typed = isAsking() && contact.take()
  if (!typed) return
  sent = 'code'
  auth.send({ type: 'contact.submit', ...typed })
}

function submitPassword(event: Event): void {
  event.preventDefault()
  if (!isAsking()) return
  const name = username.value.trim()
  isMissing = !name || !password.input.value
  if (isMissing) {
    refresh()
    return (name ? password.input : username).focus()
  }
  sent = 'password'
  password.hide()
  auth.send({ type: 'password.submit', username: name, password: password.input.value })
}

/** A wrong password is typed anew. */
function follow(): void {
  const { error, flow, step } = ui.view
  if (!isHere()) clearAccount()
  if (flow !== 'signIn' || error === failure || step !== 'askingAccount') return
  failure = error
  failed = error && (sent ?? way)
  if (failed === 'password' && REFUSED.has(error!.code)) {
    password.clear()
    password.input.focus()
  }
}

const REFUSED = new Set<string>(['invalid_password', 'not_found', 'password_not_set'])

beforeDrawing(follow)

/** Puts a name and a password into the form, for somebody to send. */
export function fillPassword(name: string, secret: string): void {
  choose('password')
  username.value = name
  password.input.value = secret
  passwordForm.querySelector<HTMLButtonElement>('.primary')?.focus()
}

/** Empties the form. */
export function clearAccount(): void {
  contact.clear()
  password.clear()
  username.value = ''
  isMissing = false
}

export const account: ScreenPart = {
  element: h(
    'div',
    {},
    heading(() => t().account.heading),
    h('p', { class: 'lead' }, () => t().account.lead),
    tabs,
    panel('code', codeForm),
    panel('password', passwordForm),
    others,
  ),
  focus() {
    if (ui.view.error) return (way === 'code' ? contact.input : password.input).focus()
    focusHeading.call(this)
  },
}
