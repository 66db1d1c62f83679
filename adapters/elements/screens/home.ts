/** The signed-in user; for a guest, the offer to upgrade. */
import { html, nothing, type TemplateResult } from 'lit'
import type { Host } from '../host.ts'
import { button, heading, lead, line } from '../parts.ts'

function dateOf(text: string | undefined, language: string): string | undefined {
  if (text === undefined) return undefined
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB'
  return new Date(text).toLocaleDateString(locale, { dateStyle: 'long' })
}

/** Renders the signed-in user. */
export function home(host: Host): TemplateResult {
  const { controller: c, t, view, language } = host
  const { user } = c
  const isHome = view.flow === undefined
  const isGuest = view.status === 'anonymous'
  if (isGuest && host.isConfirmingSignOut) return confirmSignOut(host)
  const row = (label: string, value: string | undefined) =>
    html`<div class="row" part="row">
      <dt>${label}</dt>
      <dd ?data-empty=${!value}>${value ?? (user.value ? t.home.none : '')}</dd>
    </div>`
  const facts = user.value ?? ({} as Partial<NonNullable<typeof user.value>>)
  const signOut = () => {
    host.isConfirmingSignOut = isGuest
    if (!isGuest) return c.send({ type: 'session.end' })
    host.focusAfterUpdate('')
  }
  const guestBanner = () =>
    html`<div class="banner" part="banner">
      <p>${t.home.leadGuest}</p>
      ${
        c.can({ type: 'flow.start', flow: 'upgrade' })
          ? button('primary', t.home.keep, {
              isUsable: isHome,
              onClick: () => c.send({ type: 'flow.start', flow: 'upgrade' }),
            })
          : nothing
      }
    </div>`
  return html`${heading(isGuest ? t.home.headingGuest : t.home.heading(facts.name ?? facts.username))}
    ${isGuest ? guestBanner() : lead(t.home.lead)}
    <dl aria-busy=${user.isLoading} part="facts">
      ${row(t.home.uid, view.user?.uid)}
      ${
        isGuest
          ? nothing
          : [
              row(t.home.name, facts.name),
              row(t.home.username, facts.username),
              row(t.home.phone, facts.phone_number),
              row(t.home.email, facts.email),
            ]
      }
      ${row(t.home.since, dateOf(facts.created_at, language))}
    </dl>
    ${line(host, 'home-line', user.error && host.sentence(user.error))}
    ${
      isGuest || !c.can({ type: 'flow.start', flow: 'account' })
        ? nothing
        : button('primary', t.home.manage, {
            isUsable: isHome,
            onClick: () => c.send({ type: 'flow.start', flow: 'account' }),
          })
    }
    <slot name="actions"></slot>
    ${button('secondary', t.home.signOut, {
      isUsable: c.can({ type: 'session.end' }),
      onClick: signOut,
    })}`
}

function confirmSignOut(host: Host) {
  const { controller: c, t } = host
  const stay = () => {
    host.isConfirmingSignOut = false
    host.focusAfterUpdate('')
  }
  return html`${heading(t.home.confirmHeading)}
    <p class="warning" part="warning">${t.home.confirmLead}</p>
    <div class="stack">
      ${button('danger', t.home.confirm, {
        isUsable: c.can({ type: 'session.end' }),
        onClick: () => c.send({ type: 'session.end' }),
      })}${button('secondary', t.home.stay, { isUsable: true, onClick: stay })}
    </div>`
}
