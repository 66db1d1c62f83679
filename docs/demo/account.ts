import { auth } from './auth.ts'
import { beforeDrawing, h, icon, refresh } from './live.ts'
import { sentence } from './messages.ts'
import { button, flowError, heading, isCancelled, line, type ScreenPart, t, ui } from './parts.ts'

type Way = 'code' | 'password'

const EYE =
  'M2 12s3.5-6.5 10-6.500S22 12 22 12s-3.5 6.5-10 6.500S2 12 2 12z M12 9.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z'

const isAsking = () => ui.view.can({ type: 'contact.submit', phone_number: '' })

/** The chosen tab stays with the page's place in the history, so a reload keeps it. */
const stored = history.state as { way?: unknown } | null
let way: Way = stored?.way === 'password' ? 'password' : 'code'
let wantsEmail = false
let isShown = false
/** Something was left empty, so nothing was sent. */
let missing: Way | undefined
/** The error last seen in the view, and the tab it belongs to. */
let failure = ui.view.error
let failedWay: Way | undefined

const contact = h('input', {
  id: 'contact',
  name: 'contact',
  type: 'text',
  autocomplete: () => (isEmail() ? 'email' : 'tel'),
  inputmode: () => (isEmail() ? 'email' : 'tel'),
  autocapitalize: 'none',
  spellcheck: 'false',
  readonly: () => !isAsking(),
  placeholder: () => (isEmail() ? 'name@example.com' : '138 0000 0000'),
  'aria-describedby': 'contact-line',
  'aria-invalid': () => isWrong('code'),
  oninput: refresh,
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
  'aria-invalid': () => isWrong('password'),
})

const password = h('input', {
  id: 'password',
  name: 'password',
  type: () => (isShown ? 'text' : 'password'),
  autocomplete: 'current-password',
  autocapitalize: 'none',
  spellcheck: 'false',
  readonly: () => !isAsking(),
  'aria-describedby': 'password-line',
  'aria-invalid': () => isWrong('password'),
})

function isEmail(): boolean {
  const typed = contact.value.trim()
  if (typed === '') return wantsEmail
  return /[@＠\p{Letter}]/u.test(typed) || (wantsEmail && !/^\+|\d{11}/.test(typed))
}

const isWrong = (of: Way) => (errorOf(of) !== undefined && !isCancelled() ? 'true' : undefined)

function errorOf(of: Way): string | undefined {
  if (missing === of) return t().account[of === 'code' ? 'missing' : 'missingPassword']
  return failedWay === of ? flowError() : undefined
}

function choose(next: Way): void {
  way = next
  missing = undefined
  isShown = false
  history.replaceState({ way }, '')
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
  h(
    'div',
    { class: 'label' },
    h('label', { for: 'contact' }, () => (isEmail() ? t().account.email : t().account.phone)),
    button('link', () => (isEmail() ? t().account.usePhone : t().account.useEmail), isAsking, {
      onclick: swap,
    }),
  ),
  contact,
  line(
    'contact-line',
    () => errorOf('code'),
    () => (isEmail() ? t().account.emailHint : t().account.phoneHint),
  ),
  button(
    'primary',
    () => (ui.view.step === 'sendingCode' ? t().account.sending : t().account.send),
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
  h(
    'div',
    { class: 'label' },
    h('label', { for: 'password' }, () => t().account.password),
  ),
  h(
    'div',
    { class: 'with-button' },
    password,
    h(
      'button',
      {
        type: 'button',
        class: 'reveal',
        'aria-label': () => t().account.show,
        'aria-pressed': () => String(isShown),
        title: () => t().account.show,
        onclick: () => {
          isShown = !isShown
          refresh()
        },
      },
      icon(EYE),
    ),
  ),
  line(
    'password-line',
    () => errorOf('password'),
    () => t().account.passwordHint,
  ),
  button(
    'primary',
    () => (ui.view.step === 'checkingPassword' ? t().account.signingIn : t().account.signIn),
    isAsking,
    { isBusy: () => ui.view.step === 'checkingPassword' },
  ),
)

function swap(): void {
  const next = !isEmail()
  contact.value = ''
  wantsEmail = next
  missing = undefined
  refresh()
  contact.focus()
}

function submitContact(event: Event): void {
  event.preventDefault()
  if (!isAsking()) return
  const typed = contact.value.normalize('NFKC').trim()
  missing = typed === '' ? 'code' : undefined
  if (missing) return complain(contact)
  ui.notice = undefined
  const isAddress = typed.includes('@')
  auth.send({
    type: 'contact.submit',
    ...(isAddress ? { email: typed } : { phone_number: typed }),
  })
}

function submitPassword(event: Event): void {
  event.preventDefault()
  if (!isAsking()) return
  missing = username.value.trim() && password.value ? undefined : 'password'
  if (missing) return complain(username.value.trim() ? password : username)
  ui.notice = undefined
  isShown = false
  auth.send({
    type: 'password.submit',
    username: username.value.trim(),
    password: password.value,
  })
}

function complain(input: HTMLInputElement): void {
  refresh()
  input.focus()
}

/** A wrong password is typed anew; whoever is in owes nothing to this form any more. */
function follow(): void {
  const { error, status, step, code } = ui.view
  if (step === 'sendingCode' && code && !contact.value) {
    contact.value = code.contact.email ?? code.contact.phone_number ?? ''
  }
  if (status === 'signedIn') {
    for (const input of [contact, username, password]) input.value = ''
    missing = undefined
  }
  if (error === failure || step !== 'askingAccount') return
  failure = error
  failedWay = error && way
  if (error && way === 'password' && REFUSED.has(error.code)) {
    password.value = ''
    password.focus()
  }
}

const REFUSED = new Set<string>(['invalid_password', 'not_found', 'password_not_set'])

beforeDrawing(follow)

/** Puts a name and a password into the form, for somebody to send. */
export function fillPassword(name: string, secret: string): void {
  choose('password')
  username.value = name
  password.value = secret
  passwordForm.querySelector<HTMLButtonElement>('.primary')?.focus()
}

/** Empties the form. */
export function clearAccount(): void {
  for (const input of [contact, username, password]) input.value = ''
  missing = undefined
}

export const account: ScreenPart = {
  element: h(
    'div',
    {},
    heading(() => t().account.heading),
    h('p', { class: 'lead' }, () => t().account.lead),
    h(
      'p',
      { class: 'notice', role: 'alert' },
      () => (ui.notice && sentence(ui.notice, ui.language)) ?? '',
    ),
    tabs,
    panel('code', codeForm),
    panel('password', passwordForm),
  ),
  focus() {
    if (ui.view.error) return (way === 'code' ? contact : password).focus()
    this.element.querySelector('h1')?.focus()
  },
}
