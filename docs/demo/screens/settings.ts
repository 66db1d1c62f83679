/** The account page: its parts, each with a button that changes it. */
import { auth } from '../auth.ts'
import { beforeRefresh, h } from '../dom.ts'
import { sentence } from '../messages.ts'
import { back, button, focusHeading, heading, isCancelled } from '../parts.ts'
import { type ScreenPart, t, ui } from '../parts.ts'
import { type EditName, type ProviderId, providerIds } from '../pageState.ts'
import { loadProviders, type Provider, providers, user } from '../user.ts'
import { errorOf, openEdit } from './edit.ts'
import { consentInput } from './provider.ts'

const isAsking = () => ui.view.step === 'askingEdit'

interface PartOptions {
  isBusy?: () => boolean
  /** The text in place of a missing value. */
  none?: () => string
}

/** Creates the row of one part of the account: its name, its value and its button. */
const part = (
  what: () => string,
  value: () => string | undefined,
  action: () => string,
  run: () => void,
  { isBusy = () => false, none = () => t().home.none }: PartOptions = {},
) =>
  h(
    'li',
    { class: 'part' },
    h('span', { class: 'what' }, what),
    h('span', { class: 'value', 'data-empty': () => !value() }, () => value() ?? none()),
    button('link', action, isAsking, {
      isBusy,
      name: () => t().settings.of(action(), what()),
      onclick: run,
    }),
  )

const addOrChange = (value: () => string | undefined) => () =>
  value() ? t().settings.change : t().settings.add

const names = () =>
  [user.value?.name, user.value?.username].filter(Boolean).join(' · ') || undefined
const phone = () => user.value?.phone_number
const email = () => user.value?.email
const edit = (name: EditName) => () => openEdit(name)

// Providers

const list = h('ul', { class: 'parts' })
/** The row of each provider that has been listed. It is hidden while it is not listed. */
const rows = new Map<string, HTMLElement>()
/** The id of the provider that is being unlinked. */
let unbinding: string | undefined

const find = (id: string): Provider | undefined =>
  providers.value?.find((provider) => provider.id === id)

const isKnown = (id: string): id is ProviderId => providerIds.some((known) => known === id)

function nameOf(id: string): string {
  return isKnown(id) ? t().providers[id] : (find(id)?.name ?? id)
}

function toggle(id: string): void {
  if (!find(id)?.bind)
    return auth.send({ type: 'provider.bind', ...consentInput(id as ProviderId) })
  unbinding = id
  auth.send({ type: 'provider.unbind', provider_id: id })
}

/** Unlinking is confirmed below the list, so that nothing on the screen moves. */
let hasUnlinked = false
beforeRefresh(() => {
  const { step, error } = ui.view
  if (step === 'unbindingProvider') hasUnlinked = true
  else if (step !== 'askingEdit' || error) hasUnlinked = false
})

function isWorkingOn(id: string): boolean {
  return ui.view.step === 'unbindingProvider' && unbinding === id
}

beforeRefresh(() => {
  for (const { id, bind } of providers.value ?? []) {
    // A provider that this page does not know is listed only while it is linked.
    if (rows.has(id) || !(isKnown(id) || bind)) continue
    const row = part(
      () => nameOf(id),
      () => (find(id)?.bind ? t().settings.boundAs(find(id)?.provider_user_name) : undefined),
      () => (find(id)?.bind ? t().settings.unbind : t().settings.bind),
      () => toggle(id),
      { isBusy: () => isWorkingOn(id), none: () => t().settings.unbound },
    )
    rows.set(id, row)
    list.append(row)
  }
  for (const [id, row] of rows) row.hidden = !find(id) || !(isKnown(id) || !!find(id)?.bind)
})

const listError = () => (providers.error ? sentence(providers.error, ui.language) : errorOf())

export const settings: ScreenPart = {
  element: h(
    'div',
    {},
    back(
      () => t().back,
      isAsking,
      () => auth.send({ type: 'account.close' }),
    ),
    heading(() => t().settings.heading),
    h(
      'ul',
      { class: 'parts', 'aria-busy': () => String(user.isLoading) },
      part(
        () => t().settings.name,
        names,
        () => t().settings.edit,
        edit('profile'),
      ),
      part(
        () => t().settings.password,
        () => t().settings.passwordValue,
        () => t().settings.change,
        edit('password'),
      ),
      part(() => t().home.phone, phone, addOrChange(phone), edit('phone')),
      part(() => t().home.email, email, addOrChange(email), edit('email')),
    ),
    h('h2', {}, () => t().settings.providers),
    h(
      'div',
      { class: 'providers', 'aria-busy': () => String(providers.isLoading) },
      list,
      button('link', () => t().settings.reload, isAsking, {
        isHidden: () => !providers.error,
        onclick: loadProviders,
      }),
    ),
    h(
      'div',
      { class: 'line' },
      h('p', { class: 'error', role: 'alert', 'data-calm': isCancelled }, () => listError() ?? ''),
      h('p', { class: 'done', role: 'status' }, () =>
        hasUnlinked && isAsking() ? t().settings.unlinked : '',
      ),
    ),
    button('danger', () => t().settings.delete, isAsking, { onclick: edit('delete') }),
  ),
  focus: focusHeading,
}
