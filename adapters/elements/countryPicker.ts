import { html, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import { findRegions, type Region, regionOfNumber, regionsIn } from './countries.ts'
import type { Host, PickerState } from './host.ts'

/** The region of a phone number: the one it begins with, else the chosen one. */
export function regionOf(host: Host, id: string): Region {
  const { language } = host
  const chosen = host.controller.state.region ?? host.country ?? 'CN'
  return (
    regionOfNumber(host.draft(id).value, language) ??
    regionsIn(language).find((region) => region.id === chosen) ??
    regionsIn(language)[0]!
  )
}

/** How many options are shown. */
const LENGTH = 60

/**
 * A combobox for the country of a phone number. It is searched by typing a name or a calling code, and
 * follows a number that begins with one.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */
export function countryPicker(host: Host, id: string, isAsking: boolean): TemplateResult {
  const { t, language } = host
  const region = regionOf(host, id)
  const open = host.picker?.id === id ? host.picker : undefined
  const options = open ? findRegions(open.typed, language).slice(0, LENGTH) : []
  const set = (next: Partial<PickerState> | undefined) => {
    host.picker = next && { id, typed: '', active: 0, ...open, ...next }
    host.requestUpdate()
  }
  const choose = (chosen: Region | undefined) => {
    set(undefined)
    if (!chosen) return
    host.controller.save({ region: chosen.id })
    const draft = host.draft(id)
    // A number that begins with another calling code would win.
    draft.value = draft.value.replace(/^\s*(\+|00)\d{0,3}\s*/, '')
    host.focusAfterUpdate(id)
  }
  const onKeydown = (event: KeyboardEvent) => {
    const { key } = event
    const last = options.length - 1
    const moves: Record<string, number> = {
      ArrowDown: open ? Math.min(open.active + 1, last) : 0,
      ArrowUp: open ? Math.max(open.active - 1, 0) : 0,
    }
    if (key in moves) set({ active: moves[key] })
    else if (key === 'Enter' && open) choose(options[open.active])
    else if (key === 'Escape' && open) set(undefined)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const optionId = (index: number) => `${id}-region-${index}`
  const isActive = (index: number) => index === open?.active
  return html`<span class="picker">
    <input
      id=${`${id}-country`}
      part="country"
      class="country"
      role="combobox"
      autocomplete="off"
      spellcheck="false"
      aria-label=${t.contact.country}
      aria-autocomplete="list"
      aria-haspopup="listbox"
      aria-expanded=${!!open}
      aria-controls=${open ? `${id}-regions` : nothing}
      aria-activedescendant=${open && options.length > 0 ? optionId(open.active) : nothing}
      ?readonly=${!isAsking}
      .value=${live(open ? open.typed : `+${region.callingCode}`)}
      @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
      @click=${() => isAsking && !open && set({})}
      @input=${(event: Event) =>
        set({ typed: (event.target as HTMLInputElement).value, active: 0 })}
      @keydown=${onKeydown}
      @blur=${() => set(undefined)}
    />${
      open
        ? html`<ul
            class="regions"
            part="countries"
            role="listbox"
            id=${`${id}-regions`}
            aria-label=${t.contact.country}
          >
            ${options.map(
              (option, index) =>
                html`<li
                  role="option"
                  id=${optionId(index)}
                  aria-selected=${isActive(index)}
                  @mousedown=${(event: Event) => event.preventDefault()}
                  @click=${() => choose(option)}
                >
                  <span>${option.name}</span><span class="calling">+${option.callingCode}</span>
                </li>`,
            )}
          </ul>`
        : nothing
    }
  </span>`
}
