/** The forms of the account. One stays open until what it asks for is done or given up. */
import type { Contact } from 'cloudbase-authflow'
import { auth, type DemoEvent } from '../auth.ts'
import { contactField, owner, passwordField } from '../fields.ts'
import { beforeDrawing, h, refresh } from '../live.ts'
import { back, button, flowError, focusHeading, heading, line } from '../parts.ts'
import { masked, type ScreenPart, t, ui } from '../parts.ts'
import { type EditName, keep, place } from '../place.ts'
import { loadProviders, loadUser, user } from '../user.ts'

const isAsking = () => ui.view.step === 'askingEdit'
const isOpen = (name: EditName) => ui.view.flow === 'account' && place.edit === name

/** An error that has been told, or that nobody wants to hear of any more. */
let told = ui.view.error
let isLeaving = false

/** What went wrong in the form that is open; without a name, in the list of the account. */
export const errorOf = (name?: EditName) =>
  isAsking() && place.edit === name && ui.view.error !== told ? flowError() : undefined

export function openEdit(name: EditName): void {
  told = ui.view.error
  keep({ edit: name, target: undefined })
  refresh()
}

function close(): void {
  told = ui.view.error
  keep({ edit: undefined, target: undefined })
  refresh()
}

/** Leaves everything as it was. */
export function cancelEdit(): void {
  isLeaving = true
  keep({ edit: undefined, target: undefined })
  auth.send({ type: 'edit.cancel' })
}

/** Sends the edit; `target` is the contact that it is about. */
function submit(event: DemoEvent, target?: Contact): void {
  told = undefined
  keep({ target })
  auth.send(event)
}

/** The step that was seen last: what came of an edit shows where the machine asks for the next. */
let before = ui.view.step

beforeDrawing(() => {
  const { status, flow, step, error } = ui.view
  const last = before
  before = step
  if (status === 'unknown') return
  if (flow !== 'account') return keep({ edit: undefined, target: undefined })
  if (step === 'askingEdit' && isLeaving) {
    isLeaving = false
    told = error
  }
  if (step !== 'askingEdit' || error || !last || last === step) return
  const { edit } = place
  if (last === 'savingProfile') ui.news = 'profile'
  else if (last === 'settingPassword') ui.news = 'password'
  else if (last === 'settingContact') ui.news = edit === 'email' ? 'email' : 'phone'
  else if (last === 'bindingProvider') ui.news = 'bind'
  else if (last !== 'unbindingProvider') return
  keep({ edit: undefined, target: undefined })
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

/** What is known is filled in once, when the form is opened. */
let isFilled = false
beforeDrawing(() => {
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

let isUnticked = false
const tick = h('input', {
  id: 'understood',
  type: 'checkbox',
  'aria-describedby': 'edit-delete-line',
  'aria-invalid': () => (isUnticked ? 'true' : undefined),
  onchange: () => {
    isUnticked = false
    refresh()
  },
})
beforeDrawing(() => {
  if (isOpen('delete')) return
  tick.checked = isUnticked = false
})

function deleteAccount(): void {
  isUnticked = !tick.checked
  if (!isUnticked) return submit({ type: 'account.delete' })
  refresh()
  tick.focus()
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
    nodes: [owner(), ...password.nodes],
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
        tick,
        h('span', {}, () => t().delete.understood),
      ),
      line('edit-delete-line', () => (isUnticked ? t().delete.missing : errorOf('delete'))),
    ],
    label: () => t().delete.delete,
    submit: deleteAccount,
    focus: tick,
  }),
}
