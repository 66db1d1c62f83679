import { html, nothing, type TemplateResult } from 'lit'
import type { Host } from './host.ts'
import { line } from './parts.ts'

/** The note about the terms, with a checkbox where signing in requires the consent. */
export function consentBox(host: Host): TemplateResult {
  const { t, termsUrl, privacyUrl, requireConsent, controller: c } = host
  const [before, between, after] = t.consent.text
  const link = (url: string | undefined, text: string) =>
    url ? html`<a href=${url} target="_blank" rel="noopener" part="link">${text}</a>` : text
  const text = html`<slot name="terms"
    >${before}${link(termsUrl, t.consent.terms)}${between}${link(
      privacyUrl,
      t.consent.privacy,
    )}${after}</slot
  >`
  if (!requireConsent) {
    // The slot is there while nothing is in it, because it notices what comes.
    const isShown = termsUrl || privacyUrl || host.hasSlotted('terms')
    return html`<p class="terms" part="terms" ?hidden=${!isShown}>${text}</p>`
  }
  const onChange = (event: Event) => {
    host.isConsentMissing = false
    c.save({ agreed: (event.target as HTMLInputElement).checked })
  }
  return html`<div class="consent" part="terms">
    <label class="check" for="consent">
      <input
        id="consent"
        type="checkbox"
        aria-describedby="consent-line"
        aria-invalid=${host.isConsentMissing ? 'true' : nothing}
        .checked=${!!c.state.agreed}
        @change=${onChange}
      /><span>${text}</span>
    </label>
    ${line(host, 'consent-line', host.isConsentMissing ? t.consent.missing : undefined)}
  </div>`
}
