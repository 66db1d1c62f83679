/** Getting the user's consent at a provider, to sign in, to upgrade or to link it. */
import { html, nothing, type TemplateResult } from 'lit'
import type { Host } from '../host.ts'
import { button, form, heading, lead, line } from '../parts.ts'
import { iconOf, nameOf } from '../providers.ts'

/** Whether the error of the running flow is about a provider. */
export const hasProviderFailed = ({ view }: Host): boolean =>
  PROVIDER_OPERATIONS.has(view.error?.operation ?? '')

const PROVIDER_OPERATIONS = new Set([
  'bindProvider',
  'getProviderUri',
  'grantProviderToken',
  'readCallback',
  'signInWithProvider',
  'openPopup',
])

/** The name of the provider that was chosen last. */
export function chosenProvider({ controller, view, providers, t }: Host): string | undefined {
  if (view.flow === 'hostedLogin') return t.provider.hosted
  const { provider } = controller.state
  return provider && (nameOf(provider, providers, t) ?? provider)
}

/** Signs in by a provider. */
export function startProvider(host: Host, id: string, isPopup?: boolean): void {
  const input = host.consentInput(id, isPopup)
  host.controller.send({ type: 'flow.start', flow: 'provider', input })
}

/** One button for each provider. */
export function providerButtons(
  host: Host,
  isUsable: boolean,
  run: (id: string) => void,
): TemplateResult[] {
  const { t, view, controller, providers } = host
  const labelFor = view.flow === 'upgrade' ? t.upgrade.by : t.account.by
  return providers.map((option) => {
    const { id, tag } = option
    const isBusy = view.step === 'fetchingUri' && controller.state.provider === id
    const text = nameOf(id, providers, t) ?? id
    return button('secondary', isBusy ? t.account.opening(text) : labelFor(text), {
      isUsable,
      isBusy,
      path: iconOf(option),
      tag,
      onClick: () => run(id),
    })
  })
}

/** Renders the wait for a provider, and what went wrong there. */
export function provider(host: Host): TemplateResult {
  const { controller: c, t, view } = host
  const { flow, step } = view
  const name = chosenProvider(host)
  const isPopup = step === 'askingPopup'
  const isWaiting = step === 'askingReturn' || isPopup
  const isBlocked = step === 'askingClick'
  const needsFactor = step === 'askingSecondFactor'
  const hasFailed = step === 'askingRetry'
  const isAsking = isWaiting || isBlocked || needsFactor || hasFailed
  const isUsable = c.can({ type: 'provider.retry' })
  const retry = () => c.send({ type: 'provider.retry' })
  const cancel = () =>
    c.sendFirst({ type: 'edit.cancel' }, { type: 'contact.change' }, { type: 'flow.cancel' })

  /** Replaces a blocked popup by a redirect of this page. */
  function continueOnThisPage() {
    const id = c.state.provider
    if (!id) return
    cancel()
    if (flow === 'provider') startProvider(host, id, false)
    const input = host.consentInput(id, false)
    if (flow === 'upgrade') c.send({ type: 'provider.choose', ...input })
    if (flow === 'account') c.send({ type: 'provider.bind', ...input })
  }

  function texts(): [title: string, lead: string, retry?: string] {
    const { waiting, working, leadPage, leadWindow, leadBlocked, leadFactor } = t.provider
    const { leadWorking, leadFailed, again, againWindow, openWindow } = t.provider
    if (isPopup) return [waiting(name), leadWindow, againWindow]
    if (isWaiting) return [waiting(name), leadPage, again]
    if (isBlocked) return [t.titles.askingClick, leadBlocked, openWindow]
    if (needsFactor) return [t.titles.askingSecondFactor, leadFactor(name), again]
    if (hasFailed) return [t.titles['provider.askingRetry'], leadFailed(name), t.provider.retry]
    return [working, leadWorking(name)]
  }
  const [title, text, retryText = ''] = texts()
  const again = (kind: 'primary' | 'secondary') =>
    button(kind, retryText, { isUsable, onClick: retry })
  const leave = (kind: 'primary' | 'secondary') =>
    button(kind, flow === 'provider' || flow === 'hostedLogin' ? t.provider.leave : t.cancel, {
      isUsable: true,
      onClick: cancel,
    })

  const buttons = () => {
    if (needsFactor) return [leave('primary'), again('secondary')]
    if (isWaiting) return [again('secondary'), leave('secondary')]
    const here = button('secondary', t.provider.here, {
      isUsable: true,
      onClick: continueOnThisPage,
    })
    return [again('primary'), isBlocked && c.state.provider ? here : nothing, leave('secondary')]
  }
  return html`${heading(title)}${lead(text)}
  ${form(
    host,
    undefined,
    html`${line(host, 'provider-line', hasFailed || isBlocked ? host.flowError : undefined)}${
      isAsking
        ? buttons()
        : html`<div class="working"><span class="spinner" aria-hidden="true"></span></div>`
    }`,
  )}`
}
