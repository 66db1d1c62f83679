/** The account page: its parts, each with a button that changes it. */
import { html, nothing, type TemplateResult } from 'lit'
import type { LinkedProvider } from '../controller.ts'
import type { Host } from '../host.ts'
import { back, button, heading } from '../parts.ts'
import { nameOf } from '../providers.ts'
import type { EditName } from '../screens.ts'

interface PartOptions {
  isBusy?: boolean
  /** The text in place of a missing value. */
  none?: string
}

/** Renders the account page. */
export function settings(host: Host): TemplateResult {
  const { controller: c, t, view } = host
  const { user, providers } = c
  const isAsking = view.step === 'askingEdit'

  /** The row of one part of the account: its name, its value and its button. */
  const part = (
    what: string,
    value: string | undefined,
    action: string,
    onClick: () => void,
    { isBusy = false, none = user.value ? t.home.none : '' }: PartOptions = {},
  ) =>
    html`<li class="part" part="row">
      <span class="what">${what}</span>
      ${value || none ? html`<span class="value" ?data-empty=${!value}>${value || none}</span>` : nothing}
      ${button('link', action, {
        isUsable: isAsking,
        isBusy,
        name: t.settings.of(action, what),
        onClick,
      })}
    </li>`

  const { name, username, phone_number, email } = user.value ?? {}
  const hasPassword = view.user?.hasPassword
  const edit = (of: EditName) => () => c.openEdit(of)
  const addOrChange = (value?: string) => (value ? t.settings.change : t.settings.add)

  const isKnown = (id: string) => host.providers.some((option) => option.id === id)
  const provider = ({ id, name, bind, provider_user_name }: LinkedProvider) => {
    const toggle = () => {
      if (!bind) return c.send({ type: 'provider.bind', ...host.consentInput(id) })
      c.save({ provider: id })
      c.send({ type: 'provider.unbind', provider_id: id })
    }
    return part(
      nameOf(id, host.providers, t) ?? name ?? id,
      bind ? t.settings.boundAs(provider_user_name) : undefined,
      bind ? t.settings.unbind : t.settings.bind,
      toggle,
      {
        isBusy: view.step === 'unbindingProvider' && c.state.provider === id,
        none: t.settings.unbound,
      },
    )
  }
  // A provider that is not offered here is listed only while it is linked.
  const listed = providers.value?.filter(({ id, bind }) => isKnown(id) || bind) ?? []
  const error = providers.error
    ? host.sentence(providers.error)
    : isAsking && !c.state.edit
      ? host.flowError
      : undefined

  return html`${back(t.back, isAsking, () => c.send({ type: 'account.close' }))}
    ${heading(t.titles.askingEdit)}
    <ul class="parts" aria-busy=${user.isLoading}>
      ${part(
        t.settings.name,
        [name, username].filter(Boolean).join(' · ') || undefined,
        t.settings.edit,
        edit('profile'),
      )}${part(
        t.settings.password,
        hasPassword ? t.settings.passwordSet : undefined,
        hasPassword ? t.settings.change : t.settings.set,
        edit('password'),
        // A server that says nothing is not contradicted.
        hasPassword === undefined ? { none: '' } : {},
      )}${part(t.home.phone, phone_number, addOrChange(phone_number), edit('phone'))}${part(
        t.home.email,
        email,
        addOrChange(email),
        edit('email'),
      )}
    </ul>
    ${
      listed.length === 0 && !providers.error && host.providers.length === 0
        ? nothing
        : html`<h2>${t.settings.providers}</h2>
            <div
              class="providers"
              aria-busy=${providers.isLoading}
              data-rows=${Math.min(host.providers.length, 4)}
            >
              <ul class="parts">
                ${listed.map(provider)}
              </ul>
              ${
                providers.error
                  ? button('link', t.settings.reload, {
                      isUsable: isAsking,
                      onClick: () => void c.loadProviders(),
                    })
                  : nothing
              }
            </div>`
    }
    <div class="line">
      <p class="error" part="error" data-kind=${host.errorKind}>${error ?? ''}</p>
      <p class="done">${c.hasUnlinked && isAsking ? t.settings.unlinked : ''}</p>
    </div>
    ${button('danger', t.settings.delete, { isUsable: isAsking, onClick: edit('delete') })}`
}
