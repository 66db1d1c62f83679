/** Getting the user's consent at a provider, to sign in, to upgrade or to link it. */
import { auth } from '../auth.ts'
import { h, onRefresh } from '../dom.ts'
import { button, sendFirst, flowError, focusHeading, heading, line } from '../parts.ts'
import { type ScreenPart, t, ui } from '../parts.ts'
import { pageState, type ProviderId, providerIds, savePageState } from '../pageState.ts'

const ICONS: Record<ProviderId, string> = {
  wx_open:
    'M9.500 4C5.400 4 2 6.800 2 10.200c0 1.900 1.100 3.600 2.800 4.700L4 17l2.600-1.300c.9.300 1.900.5 2.900.5M9.500 4c3.600 0 6.700 2.100 7.300 5M15.500 9.500c-3.600 0-6.500 2.400-6.500 5.400s2.900 5.400 6.500 5.400c.8 0 1.600-.1 2.300-.4L20 21l-.5-1.900c1.500-1 2.500-2.500 2.500-4.200 0-3-2.900-5.400-6.500-5.400z',
  demo_idp:
    'M12 3l7.500 3v5.500c0 4.500-3 7.800-7.500 9.500-4.500-1.700-7.500-5-7.500-9.500V6z M9 12l2.200 2.200L15.200 10',
}

const name = () => pageState.provider && t().providers[pageState.provider]

/** Returns the input for the consent at a provider, which redirects to this page. */
export function consentInput(provider_id: ProviderId, isPopup = ui.isPopup) {
  savePageState({ provider: provider_id })
  return { provider_id, redirect_uri: location.origin + location.pathname, isPopup }
}

/** Whether the error of the running flow is about a provider. */
export const hasProviderFailed = () => PROVIDER_OPERATIONS.has(ui.view.error?.operation ?? '')

const PROVIDER_OPERATIONS = new Set([
  'bindProvider',
  'getProviderUri',
  'grantProviderToken',
  'readCallback',
  'signInWithProvider',
  'openPopup',
])

/** Signs in by a provider. */
export function startProvider(id: ProviderId, isPopup = ui.isPopup): void {
  auth.send({ type: 'flow.start', flow: 'provider', input: consentInput(id, isPopup) })
}

/** One button for each provider. */
export function providerButtons(
  isUsable: () => boolean,
  run: (id: ProviderId) => void,
): HTMLButtonElement[] {
  return providerIds.map((id) => {
    const isOpening = () => ui.view.step === 'fetchingUri' && pageState.provider === id
    const text = () => t().providers[id]
    const label = () => (isOpening() ? t().account.opening(text()) : text())
    return button('secondary', label, isUsable, {
      isBusy: isOpening,
      path: ICONS[id],
      tag: () => t().sandboxed,
      name: () => (isOpening() ? t().account.opening(text()) : t().account.by(text())),
      onclick: () => run(id),
    })
  })
}

const isWaiting = () => ui.view.step === 'askingReturn' || ui.view.step === 'askingPopup'
const isBlocked = () => ui.view.step === 'askingClick'
const needsSecondFactor = () => ui.view.step === 'askingSecondFactor'
const hasFailed = () => ui.view.step === 'askingRetry'
const isAsking = () => isWaiting() || isBlocked() || needsSecondFactor() || hasFailed()
const canRetry = () => ui.view.can({ type: 'provider.retry' })

function headingText(): string {
  if (isWaiting()) return t().provider.waiting(name())
  if (isBlocked()) return t().provider.blocked
  if (needsSecondFactor()) return t().secondFactor.heading
  return hasFailed() ? t().provider.failed : t().provider.working
}

function leadText(): string {
  const { leadPage, leadWindow, leadBlocked, leadFactor, leadWorking, leadFailed } = t().provider
  if (isWaiting()) return ui.view.step === 'askingPopup' ? leadWindow : leadPage
  if (isBlocked()) return leadBlocked
  if (needsSecondFactor()) return leadFactor(name())
  return hasFailed() ? leadFailed(name()) : leadWorking(name())
}

function retryText(): string {
  const { openWindow, retry, againWindow, again } = t().provider
  if (isBlocked()) return openWindow
  if (hasFailed()) return retry
  return ui.view.step === 'askingPopup' ? againWindow : again
}

function cancel(): void {
  sendFirst({ type: 'edit.cancel' }, { type: 'contact.change' }, { type: 'flow.cancel' })
}

const retry = () => auth.send({ type: 'provider.retry' })

/** Replaces a blocked popup by a redirect of this page. */
function continueOnThisPage(): void {
  const { flow } = ui.view
  const id = pageState.provider
  if (!id) return
  cancel()
  if (flow === 'provider') startProvider(id, false)
  if (flow === 'upgrade') auth.send({ type: 'provider.choose', ...consentInput(id, false) })
  if (flow === 'account') auth.send({ type: 'provider.bind', ...consentInput(id, false) })
}

export const provider: ScreenPart = {
  element: h(
    'div',
    {},
    heading(headingText),
    h('p', { class: 'lead' }, leadText),
    h(
      'form',
      { 'aria-busy': () => String(ui.view.busy), onsubmit: (event) => event.preventDefault() },
      line('provider-line', () => (hasFailed() || isBlocked() ? flowError() : undefined)),
      h(
        'div',
        { class: 'working', hidden: isAsking },
        h('span', { class: 'spinner', 'aria-hidden': 'true' }),
      ),
      button('primary', retryText, canRetry, {
        isHidden: () => !hasFailed() && !isBlocked(),
        onclick: retry,
      }),
      button('primary', () => t().provider.leave, needsSecondFactor, {
        isHidden: () => !needsSecondFactor(),
        onclick: cancel,
      }),
      button('secondary', retryText, canRetry, {
        isHidden: () => !isWaiting() && !needsSecondFactor(),
        onclick: retry,
      }),
      button('secondary', () => t().provider.here, isBlocked, {
        isHidden: () => !isBlocked() || !pageState.provider,
        onclick: continueOnThisPage,
      }),
      button(
        'secondary',
        () => (ui.view.flow === 'provider' ? t().provider.leave : t().cancel),
        isAsking,
        { isHidden: () => !isAsking() || needsSecondFactor(), onclick: cancel },
      ),
    ),
  ),
  focus: focusHeading,
}

/** Focuses the heading again when it changes, because the focused button may be hidden by then. */
let stateBefore: string | undefined
onRefresh(() => {
  const last = stateBefore
  stateBefore = undefined
  if (pageState.screen !== 'provider') return
  stateBefore = isAsking() ? ui.view.step : 'working'
  if (last && last !== stateBefore) provider.focus()
})
