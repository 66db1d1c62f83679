/** The sign-in card: by code, by password, by a provider or as a guest. */
import { html, nothing, type TemplateResult } from 'lit'
import { consentBox } from '../consentBox.ts'
import type { Attempt, Host } from '../host.ts'
import { contactField, passwordField, takeContact, textField } from '../inputs.ts'
import { button, divider, form, heading, lead, line } from '../parts.ts'
import { providerButtons, startProvider } from './provider.ts'

type Tab = 'code' | 'password'
const TABS: readonly Tab[] = ['code', 'password']

/** Renders the sign-in card. */
export function account(host: Host): TemplateResult {
  const { controller: c, t, view, methods } = host
  const isAsking = view.flow === 'signIn' && c.can({ type: 'contact.submit', phone_number: '' })
  const tabs = TABS.filter((tab) => methods.includes(tab))
  const selected = tabs.find((tab) => tab === c.state.tab) ?? tabs[0]
  const errorOf = (of: Attempt) => ((host.attempt ?? selected) === of ? host.flowError : undefined)

  const select = (tab: Tab) => {
    host.draft('password').isShown = false
    host.draft('username').isRefused = false
    c.save({ tab })
  }
  const onKeydown = (event: KeyboardEvent) => {
    const { key } = event
    if (!['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(key)) return
    // These keys would also scroll the page.
    event.preventDefault()
    const next = key === 'Home' || (key !== 'End' && selected === 'password') ? 'code' : 'password'
    select(next)
    host.focusAfterUpdate(`tab-${next}`)
  }
  const tabButton = (tab: Tab) =>
    html`<button
      type="button"
      role="tab"
      part="tab"
      id=${`tab-${tab}`}
      aria-controls=${`panel-${tab}`}
      aria-selected=${selected === tab}
      tabindex=${selected === tab ? 0 : -1}
      @click=${() => select(tab)}
    >
      ${tab === 'code' ? t.account.byCode : t.account.byPassword}
    </button>`
  const panel = (tab: Tab, content: unknown) =>
    tabs.length > 1
      ? html`<div
          id=${`panel-${tab}`}
          role="tabpanel"
          aria-labelledby=${`tab-${tab}`}
          ?hidden=${selected !== tab}
        >
          ${content}
        </div>`
      : content

  const isSending = view.step === 'sendingCode'
  const submitContact = () => {
    const typed = isAsking && takeContact(host, 'contact', host.only)
    if (!typed || !host.hasConsent()) return
    host.attempt = 'code'
    c.send({ type: 'contact.submit', ...typed })
  }
  const codeForm = () =>
    form(
      host,
      submitContact,
      html`${contactField(host, 'contact', {
        isAsking,
        error: errorOf('code'),
        only: host.only,
      })}${button('primary', isSending ? t.contact.sending : t.contact.send, {
        isUsable: isAsking,
        isBusy: isSending,
      })}`,
    )

  const isMissing = host.draft('username').isRefused
  const passwordError = isMissing ? t.account.missingPassword : errorOf('password')
  const isChecking = view.step === 'checkingPassword'
  const submitPassword = () => {
    if (!isAsking) return
    const username = host.draft('username')
    const password = host.draft('password')
    const name = username.value.trim()
    username.isRefused = !name || !password.value
    password.isShown = false
    if (username.isRefused) return host.focusAfterUpdate(name ? 'password' : 'username')
    if (!host.hasConsent()) return
    host.attempt = 'password'
    c.send({ type: 'password.submit', username: name, password: password.value })
  }
  const canReset = c.can({ type: 'flow.start', flow: 'resetPassword' })
  const forgotten = button('link', t.account.forgotten, {
    isUsable: isAsking,
    onClick: () => c.send({ type: 'flow.start', flow: 'resetPassword' }),
  })
  const passwordForm = () =>
    form(
      host,
      submitPassword,
      html`${textField(host, 'username', 'loginName', {
        isAsking,
        isWrong: isMissing || host.isWrong(passwordError),
        describedBy: 'password-line',
      })}${passwordField(host, 'password', {
        isAsking,
        error: passwordError,
        isWrong: isMissing,
        hint: methods.includes('code') ? t.hints.loginPassword : t.hints.ownPassword,
        more: canReset || !isAsking ? forgotten : nothing,
      })}${button('primary', isChecking ? t.account.signingIn : t.account.signIn, {
        isUsable: isAsking,
        isBusy: isChecking,
      })}`,
    )

  const isEntering = view.step === 'signingInAsGuest'
  const enterAsGuest = () => {
    if (!host.hasConsent()) return
    host.attempt = 'guest'
    c.send({ type: 'guest.enter' })
  }
  const guest = methods.includes('guest')
    ? button('link', isEntering ? t.account.signingIn : t.account.asGuest, {
        isUsable: isAsking,
        isBusy: isEntering,
        onClick: enterAsGuest,
      })
    : nothing
  /** Holds for the buttons that an app has put into the slot as well. */
  const consentFirst = {
    capture: true,
    handleEvent(event: Event) {
      if (!isAsking || host.hasConsent()) return
      event.preventDefault()
      event.stopPropagation()
    },
  }
  const hasOthers =
    host.providers.length > 0 || methods.includes('guest') || host.hasSlotted('providers')

  return html`${heading(t.titles.askingAccount)}${lead(t.account.lead)}
    ${
      tabs.length > 1
        ? html`<div
            role="tablist"
            class="tabs"
            part="tabs"
            aria-label=${t.account.tabs}
            @keydown=${onKeydown}
          >
            ${tabs.map(tabButton)}
          </div>`
        : nothing
    }
    ${tabs.includes('code') ? panel('code', codeForm()) : nothing}
    ${tabs.includes('password') ? panel('password', passwordForm()) : nothing} ${consentBox(host)}
    <div class="others" ?hidden=${!hasOthers}>
      ${divider(t.account.or)}
      <div @click=${consentFirst}>
        <slot name="providers"
          >${providerButtons(host, isAsking, (id) => {
            host.attempt = 'provider'
            startProvider(host, id)
          })}</slot
        >
      </div>
      ${guest}${line(host, 'others-line', errorOf('guest'))}
    </div>`
}
