/** The sign-in card: by code, by password, by a provider or as a guest. */
import { auth } from '../auth.ts'
import { beforeRefresh, h, refresh } from '../dom.ts'
import { contactField, passwordField } from '../fields.ts'
import { button, flowError, focusHeading, heading, line, type ScreenPart } from '../parts.ts'
import { isCancelled, t, ui } from '../parts.ts'
import { pageState, savePageState } from '../pageState.ts'
import { startProvider, providerButtons } from './provider.ts'

type Tab = 'code' | 'password'

const isAsking = () =>
  ui.view.flow === 'signIn' && ui.view.can({ type: 'contact.submit', phone_number: '' })
const isHere = () => ui.view.status === 'signedOut'

/** The steps in which the password field keeps its text. Without a step a flow is about to start. */
const PASSWORD_STEPS = new Set<typeof ui.view.step>([
  undefined,
  'askingAccount',
  'checkingPassword',
])

/** The selected tab. */
let selected: Tab = pageState.tab === 'password' ? 'password' : 'code'
/** The username or the password was left empty, so nothing was sent. */
let isMissing = false
type Attempt = Tab | 'guest'

/** What was sent last. */
let attempt: Attempt | undefined
/** The last error of the view, and what had been sent before it. */
let lastError = ui.view.error
let failed: Attempt | undefined

const errorOf = (of: Attempt) => (failed === of ? flowError() : undefined)
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

function select(tab: Tab): void {
  selected = tab
  isMissing = false
  password.hide()
  savePageState({ tab })
  refresh()
}

const tabButton = (of: Tab, label: () => string) =>
  h(
    'button',
    {
      type: 'button',
      role: 'tab',
      id: `tab-${of}`,
      'aria-controls': `panel-${of}`,
      'aria-selected': () => String(selected === of),
      tabindex: () => (selected === of ? '0' : '-1'),
      onclick: () => select(of),
    },
    label,
  )

const tabs = h(
  'div',
  { role: 'tablist', class: 'tabs', 'aria-label': () => t().account.tabs },
  tabButton('code', () => t().account.byCode),
  tabButton('password', () => t().account.byPassword),
)

tabs.addEventListener('keydown', ({ key }) => {
  if (key !== 'ArrowLeft' && key !== 'ArrowRight' && key !== 'Home' && key !== 'End') return
  select(key === 'Home' || (key !== 'End' && selected === 'password') ? 'code' : 'password')
  document.getElementById(`tab-${selected}`)?.focus()
})

const panel = (of: Tab, form: HTMLFormElement) =>
  h(
    'div',
    {
      id: `panel-${of}`,
      role: 'tabpanel',
      'aria-labelledby': `tab-${of}`,
      hidden: () => selected !== of,
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

const isSigningInAsGuest = () => ui.view.step === 'signingInAsGuest'

const others = h(
  'div',
  { class: 'others' },
  h(
    'p',
    { class: 'divider' },
    h('span', {}, () => t().account.or),
  ),
  ...providerButtons(isAsking, startProvider),
  button(
    'link',
    () => (isSigningInAsGuest() ? t().account.signingInAsGuest : t().account.asGuest),
    isAsking,
    {
      isBusy: isSigningInAsGuest,
      onclick: () => {
        attempt = 'guest'
        auth.send({ type: 'guest.enter' })
      },
    },
  ),
  line('others-line', () => errorOf('guest')),
)

function submitContact(event: Event): void {
  event.preventDefault()
  const typed = isAsking() && contact.take()
  if (!typed) return
  attempt = 'code'
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
  attempt = 'password'
  password.hide()
  auth.send({ type: 'password.submit', username: name, password: password.input.value })
}

/** Assigns a new error to the form it is about, and empties a wrong password. */
function assignError(): void {
  const { error, flow, step } = ui.view
  if (!isHere()) clearAccount()
  if (flow !== 'signIn' || error === lastError || step !== 'askingAccount') return
  lastError = error
  failed = error && (attempt ?? selected)
  if (failed === 'password' && WRONG_PASSWORD.has(error!.code)) {
    password.clear()
    password.input.focus()
  }
}

const WRONG_PASSWORD = new Set<string>(['invalid_password', 'not_found', 'password_not_set'])

beforeRefresh(assignError)

/** Fills the password form in, without submitting it. */
export function fillPassword(name: string, secret: string): void {
  select('password')
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
    if (ui.view.error) return (selected === 'code' ? contact.input : password.input).focus()
    focusHeading.call(this)
  },
}
