/** The forms of the account. A form stays open until its edit is done or cancelled. */
import { html, nothing, type TemplateResult } from 'lit'
import { maskContact } from '../../ui/contact.ts'
import { eventOf } from '../../ui/fields.ts'
import type { Host } from '../host.ts'
import {
  contactField,
  passwordField,
  takeContact,
  takePassword,
  textField,
  usernameField,
} from '../inputs.ts'
import { back, button, form, heading, lead, line } from '../parts.ts'
import type { EditName } from '../screens.ts'

interface Form {
  heading?: string
  lead: string
  content: unknown
  label: string
  submit(): void
}

const isAsking = ({ view }: Host) => view.step === 'askingEdit'
const errorOf = (host: Host) => (isAsking(host) ? host.flowError : undefined)

/** The name that a password manager knows the user by. */
export function loginNameOf({ controller }: Host): string | undefined {
  const { username, phone_number, email } = controller.user.value ?? {}
  return username ?? phone_number ?? email
}

function editScreen(host: Host, name: EditName, parts: Form) {
  const { controller: c, t, view } = host
  const { content, label, submit } = parts
  const title = name === 'delete' ? t.delete.heading : t.edit[name]
  const isUsable = isAsking(host)
  return html`${back(t.back, isUsable, c.closeEdit)}
  ${heading(parts.heading ?? title)}${lead(parts.lead)}
  ${form(
    host,
    () => isUsable && submit(),
    html`${content}${button(
      name === 'delete' ? 'danger' : 'primary',
      view.busy ? t.edit.working : label,
      { isUsable, isBusy: view.busy },
    )}${
      name === 'delete'
        ? button('secondary', t.delete.keep, { isUsable, onClick: c.closeEdit })
        : nothing
    }`,
  )}`
}

function profileForm(host: Host): Form {
  const { controller: c, t } = host
  const field = { isAsking: isAsking(host), describedBy: 'edit-profile-line' }
  const submit = () => {
    const { value } = c.user
    const typed = {
      name: host.draft('edit-nickname').value.trim(),
      username: host.draft('edit-username').value.trim(),
    }
    const changes = Object.entries(typed).filter(
      ([name, text]) => text !== '' && text !== value?.[name as keyof typeof typed],
    )
    if (changes.length === 0) return c.closeEdit()
    c.submitEdit(eventOf('profile.submit', Object.fromEntries(changes)))
  }
  return {
    lead: t.edit.leadProfile,
    content: html`${textField(host, 'edit-nickname', 'nickname', field)}${textField(
      host,
      'edit-username',
      'username',
      { ...field, isWrong: host.isWrong(errorOf(host)) },
    )}${line(host, 'edit-profile-line', errorOf(host), t.hints.username)}`,
    label: t.edit.save,
    submit,
  }
}

function passwordForm(host: Host): Form {
  const { controller: c, t, view } = host
  const isFirst = !view.user?.hasPassword
  return {
    ...(isFirst && { heading: t.edit.firstPassword }),
    lead: isFirst ? t.edit.leadFirstPassword : t.edit.leadPassword,
    content: html`${usernameField(loginNameOf(host))}${passwordField(host, 'edit-password', {
      isAsking: isAsking(host),
      error: errorOf(host),
      hint: t.hints.newPassword,
      isNew: true,
    })}`,
    label: t.edit.save,
    submit() {
      const password = takePassword(host, 'edit-password', true)
      if (password) c.submitEdit({ type: 'password.change', password })
    },
  }
}

function contactForm(host: Host, name: 'phone' | 'email'): Form {
  const { controller: c, t } = host
  const id = `edit-${name}`
  const { phone_number = '', email = '' } = c.user.value ?? {}
  const now = name === 'phone' ? maskContact({ phone_number }) : email && maskContact({ email })
  const text = name === 'phone' ? t.edit.leadPhone : t.edit.leadEmail
  return {
    lead: text(now || undefined),
    content: contactField(host, id, {
      isAsking: isAsking(host),
      error: errorOf(host),
      only: name,
    }),
    label: t.edit.next,
    submit() {
      const typed = takeContact(host, id, name)
      if (typed) c.submitEdit({ type: 'contact.replace', ...typed }, typed)
    },
  }
}

function deleteForm(host: Host): Form {
  const { controller: c, t } = host
  const draft = host.draft('understood')
  const onChange = (event: Event) => {
    draft.value = (event.target as HTMLInputElement).checked ? 'yes' : ''
    host.isUnconfirmed = false
    host.requestUpdate()
  }
  return {
    lead: t.delete.lead,
    content: html`<label class="check" for="understood">
        <input
          id="understood"
          type="checkbox"
          aria-describedby="edit-delete-line"
          aria-invalid=${host.isUnconfirmed ? 'true' : nothing}
          .checked=${draft.value === 'yes'}
          @change=${onChange}
        /><span>${t.delete.understood}</span>
      </label>
      ${line(host, 'edit-delete-line', host.isUnconfirmed ? t.delete.missing : errorOf(host))}`,
    label: t.delete.delete,
    submit() {
      host.isUnconfirmed = draft.value !== 'yes'
      if (host.isUnconfirmed) return host.focusAfterUpdate('understood')
      c.submitEdit({ type: 'account.delete' })
    },
  }
}

/** Renders the form of one part of the account. */
export function edit(host: Host, name: EditName): TemplateResult {
  const forms: Record<EditName, () => Form> = {
    profile: () => profileForm(host),
    password: () => passwordForm(host),
    phone: () => contactForm(host, 'phone'),
    email: () => contactForm(host, 'email'),
    delete: () => deleteForm(host),
  }
  return editScreen(host, name, forms[name]())
}
