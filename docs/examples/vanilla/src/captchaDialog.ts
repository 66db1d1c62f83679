import { messageFor } from 'cloudbase-authflow/messages/en'
import { auth } from './auth.ts'
import { el } from './dom.ts'

/** Creates the dialog, which opens itself whenever a captcha is wanted. */
export function captchaDialog(): HTMLDialogElement {
  const input = el('input', {
    name: 'captcha',
    autocomplete: 'off',
    autocapitalize: 'none',
    attrs: { 'aria-describedby': 'captcha-error' },
  })
  const image = el('img', { alt: 'Characters to type' })
  const alert = el('p', { id: 'captcha-error', attrs: { role: 'alert' } })
  const submit = el('button', { className: 'primary' }, 'Confirm')
  const cancel = () => auth.send({ type: 'captcha.cancel' })
  const form = el(
    'form',
    {
      className: 'card',
      onsubmit(event) {
        event.preventDefault()
        auth.send({ type: 'captcha.answer', text: input.value })
        input.value = ''
      },
    },
    el('h2', { id: 'captcha' }, 'Are you human?'),
    image,
    el('label', {}, 'Characters in the picture', input),
    alert,
    submit,
    el(
      'button',
      { type: 'button', onclick: () => auth.send({ type: 'captcha.replace' }) },
      'Another picture',
    ),
    el('button', { type: 'button', onclick: cancel }, 'Cancel'),
  )
  const dialog = el(
    'dialog',
    {
      oncancel(event) {
        event.preventDefault()
        cancel()
      },
      attrs: { 'aria-labelledby': 'captcha' },
    },
    form,
  )

  auth.subscribe(({ captcha }) => {
    if (captcha && !dialog.open) dialog.showModal()
    if (!captcha) dialog.close()
    image.hidden = !captcha?.image
    image.src = captcha?.image ?? ''
    form.ariaBusy = String(!!captcha?.busy)
    submit.disabled = !!captcha?.busy
    input.ariaInvalid = String(!!captcha?.error)
    alert.hidden = !captcha?.error
    alert.textContent = captcha?.error ? messageFor(captcha.error) : ''
  })
  return dialog
}
