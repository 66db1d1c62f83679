import { getUser } from 'cloudbase-authflow/endpoints'
import { messageFor } from 'cloudbase-authflow/messages/en'
import { auth, type AuthView, type pages, startFlow } from './auth.ts'
import { el } from './dom.ts'
import {
  type Action,
  focusForm,
  formOf,
  keyOf,
  nextShown,
  secondsUntil,
  type Shown,
  submitForm,
} from './forms.ts'

/** Shows the forms of a flow; returns how to leave the page. */
export function flowPage(main: HTMLElement, page: keyof typeof pages): () => void {
  let view = auth.get()
  let shown: Shown | undefined
  let form: ReturnType<typeof createForm> | undefined
  let key: string | undefined
  let error: AuthView['error']

  const show = (part: Action['shows']) => {
    shown = { ...shown!, part }
    render()
  }

  function render() {
    if (!shown) return
    const isNew = key !== keyOf(shown)
    key = keyOf(shown)
    // The elements stay while the user types or has the focus on a button.
    if (isNew) form = createForm(() => shown!, show)
    if (isNew) main.replaceChildren(form!.element)
    form!.update(view)
    if (isNew || error !== view.error) focusForm(form!.element)
    error = view.error
  }

  // The countdown.
  const timer = setInterval(render, 250)

  const unsubscribe = auth.subscribe((next) => {
    view = next
    shown = nextShown(shown, next)
    startFlow(page)
    render()
  })
  return () => {
    clearInterval(timer)
    unsubscribe()
  }
}

/** Creates the elements of a form. */
function createForm(shown: () => Shown, show: (part: Action['shows']) => void) {
  const { title, note, fields = [], submit } = formOf(shown())
  const inputs = fields.map(({ name, type = 'text', autocomplete, inputmode }) =>
    el('input', { name, type, autocomplete, attrs: { inputmode } }),
  )
  const alert = el('p', { id: 'error', attrs: { role: 'alert' } })
  const primary = el('button', { className: 'primary' }, submit)
  const actions = el('div', { className: 'actions' })
  const buttons = new Map<string, HTMLButtonElement>()
  const element = el(
    'form',
    {
      className: 'card',
      noValidate: true,
      onsubmit(event) {
        event.preventDefault()
        submitForm(shown(), element)
      },
    },
    el('h1', {}, title),
    note !== undefined && el('p', {}, note),
    shown().view.step === 'askingEdit' && contacts(),
    ...inputs.map((input, index) => el('label', {}, fields[index]!.label, input)),
    alert,
    submit !== undefined && primary,
    actions,
  )

  /** Shows what may change while the form is on the screen. */
  function update({ busy, error }: AuthView) {
    element.ariaBusy = String(busy)
    primary.disabled = busy
    alert.hidden = !error
    alert.textContent = error ? messageFor(error) : ''
    for (const input of inputs) {
      input.ariaInvalid = String(!!error)
      input.setAttribute('aria-describedby', error ? 'error' : '')
    }
    const wanted = formOf(shown()).actions!.map((action) => {
      const { label, at } = action
      const button = buttons.get(label) ?? el('button', { type: 'button' })
      buttons.set(label, button)
      const seconds = secondsUntil(at)
      button.disabled = busy || seconds > 0
      button.textContent = seconds > 0 ? `${label} in ${seconds} s` : label
      button.onclick = () => (action.event ? auth.send(action.event) : show(action.shows))
      return button
    })
    const isSame =
      wanted.length === actions.children.length &&
      wanted.every((each, index) => each === actions.children[index])
    if (!isSame) actions.replaceChildren(...wanted)
  }

  return { element, update }
}

/** Shows the contacts of the user as soon as they are loaded. */
function contacts() {
  const [phone, email] = [el('dd', {}), el('dd', {})]
  auth.call(getUser).then(
    (user) => {
      phone.textContent = user.phone_number ?? 'none'
      email.textContent = user.email ?? 'none'
    },
    () => undefined,
  )
  return el('dl', {}, el('dt', {}, 'Phone'), phone, el('dt', {}, 'E-mail'), email)
}
