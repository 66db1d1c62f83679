/** The forms of the account. A form stays open until its edit is done or cancelled. */
import type { Contact } from 'cloudbase-authflow'
import { auth, type DemoEvent } from '../auth.ts'
import { contactField, usernameField, passwordField } from '../fields.ts'
import { beforeRefresh, h, refresh } from '../dom.ts'
import { back, button, flowError, focusHeading, heading, line } from '../parts.ts'
import { masked, type ScreenPart, t, ui } from '../parts.ts'
import { type EditName, pageState, savePageState } from '../pageState.ts'
import { loadProviders, loadUser, user } from '../user.ts'

const isAsking = () => ui.view.step === 'askingEdit'
const isOpen = (name: EditName) => ui.view.flow === 'account' && pageState.edit === name

/** An error that is not shown any more. */
let dismissedError = ui.view.error
let isLeaving = false

/** Returns the error of a form; without a name, that of the account page. */
export const errorOf = (name?: EditName) =>
  isAsking() && pageState.edit === name && ui.view.error !== dismissedError
    ? flowError()
    : undefined

export function openEdit(name: EditName): void {
  dismissedError = ui.view.error
  savePageState({ edit: name, target: undefined })
  refresh()
}

function close(): void {
  dismissedError = ui.view.error
  savePageState({ edit: undefined, target: undefined })
  refresh()
}

/** Cancels the edit and closes its form. */
export function cancelEdit(): void {
  isLeaving = true
  savePageState({ edit: undefined, target: undefined })
  auth.send({ type: 'edit.cancel' })
}

/** Sends the edit; `target` is the new contact, if there is one. */
function submit(event: DemoEvent, target?: Contact): void {
  dismissedError = undefined
  savePageState({ target })
  auth.send(event)
}

/** The step of the last refresh. It says what an edit achieved when the flow is back at `askingEdit`. */
let stepBefore = ui.view.step

beforeRefresh(() => {
  const { status, flow, step, error } = ui.view
  const last = stepBefore
  stepBefore = step
  if (status === 'unknown') return
  if (flow !== 'account') return savePageState({ edit: undefined, target: undefined })
  if (step === 'askingEdit' && isLeaving) {
    isLeaving = false
    dismissedError = error
  }
  if (step !== 'askingEdit' || error || !last || last === step) return
  const { edit } = pageState
  if (last === 'savingProfile') ui.success = 'profile'
  else if (last === 'settingPassword') ui.success = 'password'
  else if (last === 'settingContact') ui.success = edit === 'email' ? 'email' : 'phone'
  else if (last === 'bindingProvider') ui.success = 'bind'
  else if (last !== 'unbindingProvider') return
  savePageState({ edit: undefined, target: undefined })
  loadUser()
  loadProviders()
})

interface Form {
  lead: () => string
  nodes: Node[]
  label: () => string
  submit: () => void
  focus?: HTMLInputElement
}

const editScreen = (name: EditName, { lead, nodes, label, submit, focus }: Form): ScreenPart => ({
  element: h(
    'div',
    {},
    back(() => t().back, isAsking, close),
    heading(() => (name === 'delete' ? t().delete.heading : t().edit[name])),
    h('p', { class: 'lead' }, lead),
    h(
      'form',
      {
        'aria-busy': () => String(ui.view.busy),
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault()
          if (isAsking()) submit()
        },
      },
      ...nodes,
      button(
        name === 'delete' ? 'danger' : 'primary',
        () => (ui.view.busy ? t().edit.working : label()),
        isAsking,
        { isBusy: () => ui.view.busy },
      ),
      ...(name === 'delete'
        ? [button('secondary', () => t().delete.keep, isAsking, { onclick: close })]
        : []),
    ),
  ),
  focus() {
    if (focus && ui.view.error && errorOf(name)) return focus.focus()
    focusHeading.call(this)
  },
})

// The name

const input = (id: string, autocomplete: string, isWrong: () => boolean = () => false) =>
  h('input', {
    id,
    name: id,
    type: 'text',
    autocomplete,
    spellcheck: 'false',
    readonly: () => !isAsking(),
    'aria-describedby': 'edit-profile-line',
    'aria-invalid': () => (isWrong() ? 'true' : undefined),
  })

const nickname = input('edit-nickname', 'nickname')
const username = input('edit-username', 'username', () => !!errorOf('profile'))

const label = (of: HTMLInputElement, text: () => string) =>
  h('div', { class: 'label' }, h('label', { for: of.id }, text))

/** The form is filled in once, when it is opened and the user is loaded. */
let isFilled = false
beforeRefresh(() => {
  if (!isOpen('profile')) isFilled = false
  else if (!isFilled && user.value) {
    isFilled = true
    nickname.value = user.value.name ?? ''
    username.value = user.value.username ?? ''
  }
})

function saveProfile(): void {
  const typed = { name: nickname.value.trim(), username: username.value.trim() }
  const changes = Object.entries(typed).filter(
    ([name, value]) => value !== '' && value !== user.value?.[name as keyof typeof typed],
  )
  if (changes.length === 0) return close()
  submit({ type: 'profile.submit', profile: Object.fromEntries(changes) })
}

// The others

const password = passwordField('edit-password', {
  isAsking,
  isOpen: () => isOpen('password'),
  error: () => errorOf('password'),
  label: () => t().password.new,
  hint: () => t().password.hint,
  isNew: true,
})

const contact = (name: 'phone' | 'email') =>
  contactField(`edit-${name}`, {
    isAsking,
    isOpen: () => isOpen(name),
    error: () => errorOf(name),
    only: name,
  })

const phone = contact('phone')
const email = contact('email')

const replaceContact = (field: typeof phone) => () => {
  const typed = field.take()
  if (typed) submit({ type: 'contact.replace', ...typed }, typed)
}

let isUnconfirmed = false
const checkbox = h('input', {
  id: 'understood',
  type: 'checkbox',
  'aria-describedby': 'edit-delete-line',
  'aria-invalid': () => (isUnconfirmed ? 'true' : undefined),
  onchange: () => {
    isUnconfirmed = false
    refresh()
  },
})
beforeRefresh(() => {
  if (isOpen('delete')) return
  checkbox.checked = isUnconfirmed = false
})

function deleteAccount(): void {
  isUnconfirmed = !checkbox.checked
  if (!isUnconfirmed) return submit({ type: 'account.delete' })
  refresh()
  checkbox.focus()
}

const now = (of: Contact) => (Object.values(of).some(Boolean) ? masked(of) : undefined)

export const edits: Record<`edit-${EditName}`, ScreenPart> = {
  'edit-profile': editScreen('profile', {
    lead: () => t().edit.leadProfile,
    nodes: [
      label(nickname, () => t().profile.nickname),
      nickname,
      label(username, () => t().profile.username),
      username,
      line(
        'edit-profile-line',
        () => errorOf('profile'),
        () => t().profile.hint,
      ),
    ],
    label: () => t().edit.save,
    submit: saveProfile,
    focus: username,
  }),
  'edit-password': editScreen('password', {
    lead: () => t().edit.leadPassword,
    nodes: [usernameField(), ...password.nodes],
    label: () => t().edit.save,
    submit() {
      const typed = password.take()
      if (typed) submit({ type: 'password.change', password: typed })
    },
    focus: password.input,
  }),
  'edit-phone': editScreen('phone', {
    lead: () => t().edit.leadPhone(now({ phone_number: user.value?.phone_number ?? '' })),
    nodes: phone.nodes,
    label: () => t().edit.next,
    submit: replaceContact(phone),
    focus: phone.input,
  }),
  'edit-email': editScreen('email', {
    lead: () => t().edit.leadEmail(now({ email: user.value?.email ?? '' })),
    nodes: email.nodes,
    label: () => t().edit.next,
    submit: replaceContact(email),
    focus: email.input,
  }),
  'edit-delete': editScreen('delete', {
    lead: () => t().delete.lead,
    nodes: [
      h(
        'label',
        { class: 'check', for: 'understood' },
        checkbox,
        h('span', {}, () => t().delete.understood),
      ),
      line('edit-delete-line', () => (isUnconfirmed ? t().delete.missing : errorOf('delete'))),
    ],
    label: () => t().delete.delete,
    submit: deleteAccount,
    focus: checkbox,
  }),
}
