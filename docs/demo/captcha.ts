/** The captcha dialog, for whichever flow or call the server wants a captcha. */
import { auth } from './auth.ts'
import { h, onRefresh, refresh } from './dom.ts'
import { sentence } from './messages.ts'
import { button, line, t, ui } from './parts.ts'

const question = () => ui.view.captcha
const canAnswer = () => ui.view.can({ type: 'captcha.answer', text: '' })
const canReplace = () => ui.view.can({ type: 'captcha.replace' })
const canCancel = () => ui.view.can({ type: 'captcha.cancel' })

let isMissing = false
/** The picture on screen; another picture needs another answer. */
let shownImage: string | undefined
/** The dialog is busy with an answer, not with a new picture. */
let isChecking = false

const input = h('input', {
  id: 'captcha',
  name: 'captcha',
  type: 'text',
  autocomplete: 'off',
  autocapitalize: 'characters',
  autocorrect: 'off',
  spellcheck: 'false',
  autofocus: true,
  readonly: () => !canAnswer(),
  'aria-describedby': 'captcha-line',
  'aria-invalid': () => (errorText() === undefined ? undefined : 'true'),
  oninput: () => {
    isMissing = false
    refresh()
  },
})

const picture = h('img', { hidden: () => !question()?.image, alt: () => t().captcha.picture })

function errorText(): string | undefined {
  if (isMissing) return t().captcha.missing
  const error = question()?.error
  return error && sentence(error, ui.language)
}

function cancel(): void {
  auth.send({ type: 'captcha.cancel' })
}

function replace(): void {
  isChecking = false
  auth.send({ type: 'captcha.replace' })
  input.focus()
}

function submit(event: Event): void {
  event.preventDefault()
  if (!canAnswer()) return
  isMissing = input.value.trim() === ''
  if (!isMissing) {
    isChecking = true
    return auth.send({ type: 'captcha.answer', text: input.value.trim() })
  }
  refresh()
  input.focus()
}

export const dialog = h(
  'dialog',
  { 'aria-labelledby': 'captcha-heading', 'aria-describedby': 'captcha-lead' },
  h('h2', { id: 'captcha-heading' }, () => t().captcha.heading),
  h('p', { class: 'lead', id: 'captcha-lead' }, () => t().captcha.lead),
  h(
    'form',
    { 'aria-busy': () => String(!!question()?.busy), novalidate: true, onsubmit: submit },
    h(
      'div',
      { class: 'picture', 'data-busy': () => !!question()?.busy },
      picture,
      h('p', { role: 'status' }, () =>
        question() && !question()?.image ? t().captcha.loading : '',
      ),
    ),
    h(
      'div',
      { class: 'label' },
      h('label', { for: 'captcha' }, () => t().captcha.label),
      button('link', () => t().captcha.replace, canReplace, { onclick: replace }),
    ),
    input,
    line('captcha-line', errorText, () => t().captcha.hint),
    h(
      'div',
      { class: 'pair' },
      button('secondary', () => t().captcha.cancel, canCancel, { onclick: cancel }),
      button(
        'primary',
        () => (question()?.busy && isChecking ? t().captcha.checking : t().captcha.confirm),
        canAnswer,
        { isBusy: () => !!question()?.busy && isChecking },
      ),
    ),
  ),
)

dialog.addEventListener('cancel', (event) => {
  event.preventDefault()
  cancel()
})

// The browser can close the dialog without `cancel`, for example after Escape was pressed twice.
dialog.addEventListener('close', () => question() && cancel())

onRefresh(() => {
  const { image, busy } = question() ?? {}
  if (image !== shownImage) {
    shownImage = image
    input.value = ''
    if (image) picture.src = image
    else picture.removeAttribute('src')
  }
  if (!busy) isChecking = false
  if (!question()) isMissing = false
  if (question() && !dialog.open) dialog.showModal()
  else if (!question() && dialog.open) dialog.close()
})
