const { createAuth, messageFor, signIn } = cloudbaseAuthflow
const find = (selector) => document.querySelector(selector)

const auth = createAuth({
  env: 'your-env-id',
  // The sandbox. Without this line the page signs in to CloudBase itself.
  endpoint: 'http://127.0.0.1:4871',
  language: 'en-US',
  flows: { signIn },
})

/** What each form sends. */
const events = {
  askingAccount: ({ contact }) => ({
    type: 'contact.submit',
    [contact.includes('@') ? 'email' : 'phone_number']: contact,
  }),
  askingCode: ({ code }) => ({ type: 'code.submit', code }),
  askingResend: () => ({ type: 'code.resend' }),
  askingRetry: () => ({ type: 'signIn.retry' }),
  askingProfile: ({ name }) => ({ type: 'profile.submit', profile: { name } }),
  captcha: ({ text }) => ({ type: 'captcha.answer', text }),
}

addEventListener('submit', (event) => {
  event.preventDefault()
  const form = event.target
  auth.send(events[form.dataset.step](Object.fromEntries(new FormData(form))))
})
addEventListener('click', ({ target }) => {
  if (target.dataset.event) auth.send({ type: target.dataset.event })
})
find('dialog').addEventListener('cancel', (event) => {
  event.preventDefault()
  auth.send({ type: 'captcha.cancel' })
})

let shown
let lastError
auth.subscribe(({ status, flow, step, busy, user, error, captcha, can }) => {
  if (status === 'signedOut' && !flow) auth.send({ type: 'flow.start', flow: 'signIn' })

  // While the machine works the form of the last step stays.
  if (step in events) shown = step
  else if (!step) shown = status
  for (const part of document.querySelectorAll('main [data-step]')) {
    const wasHidden = part.hidden
    part.hidden = part.dataset.step !== shown
    part.ariaBusy = String(busy)
    if (!part.hidden && (wasHidden || error !== lastError))
      part.querySelector('input, button').focus()
  }
  lastError = error
  for (const button of document.querySelectorAll('[data-event]'))
    button.disabled = !can({ type: button.dataset.event })
  find('#uid').textContent = user?.uid ?? ''
  find('#error').textContent = error ? messageFor(error, 'en') : ''

  const dialog = find('dialog')
  if (captcha && !dialog.open) dialog.showModal()
  if (!captcha) dialog.close()
  find('img').src = captcha?.image ?? 'data:,'
  find('#captcha-error').textContent = captcha?.error ? messageFor(captcha.error, 'en') : ''
})
auth.start()
