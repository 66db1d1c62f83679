/** Observes what the demo stores, sends and shows. */
import type { Page, Request, Response } from 'playwright-core'

export interface Written {
  area: string
  key: string
  value: string
}

export const session = 'credentials_demo'

/** Where the demo may store something. */
export const expectedPlaces = [
  'localStorage device_id',
  `localStorage ${session}`,
  'localStorage demo_language',
  'localStorage demo_popup',
  'sessionStorage authflow_demo',
  'history state',
  'history address',
]

const secretFields = [
  'access_token',
  'anonymous_token',
  'captcha_token',
  'key',
  'new_password',
  'password',
  'provider_code',
  'provider_token',
  'refresh_token',
  'sudo_token',
  'token',
  'verification_code',
  'verification_token',
]

/** A short secret can be part of a time or an id by chance, but not a whole text. */
export const holds = (value: string, secret: string) =>
  value.includes(secret.length < 12 ? JSON.stringify(secret) : secret)

/** Records every screen of the card since the page was loaded. */
export const collectScreens = (page: Page) =>
  page.addInitScript(() => {
    const screens: string[] = []
    const record = () => {
      const screen = document.querySelector<HTMLElement>('.card')?.dataset['screen'] ?? ''
      if (screen !== screens.at(-1)) screens.push(screen)
    }
    const attributeFilter = ['data-screen']
    const range = { subtree: true, childList: true, attributeFilter }
    new MutationObserver(record).observe(document, range)
    Object.assign(window, { screens })
  })

/** Records every write to the page's storage and history, through all reloads. */
export const collectWrites = async (page: Page): Promise<Written[]> => {
  const writes: Written[] = []
  await page.exposeFunction('noteWrite', (entry: Written) => void writes.push(entry))
  await page.addInitScript(() => {
    const { setItem } = Storage.prototype
    const { replaceState, pushState } = History.prototype
    const { noteWrite } = window as unknown as { noteWrite(entry: object): void }
    Storage.prototype.setItem = function (key: string, value: string) {
      const area = this === localStorage ? 'localStorage' : 'sessionStorage'
      noteWrite({ area, key, value })
      setItem.call(this, key, value)
    }
    for (const [name, method] of Object.entries({ replaceState, pushState })) {
      Object.assign(History.prototype, {
        [name](this: History, state: unknown, unused: string, url?: string | URL) {
          noteWrite({ area: 'history', key: 'state', value: JSON.stringify(state) })
          if (url) noteWrite({ area: 'history', key: 'address', value: String(url) })
          method.call(this, state, unused, url)
        },
      })
    }
  })
  return writes
}

/** Collects the secrets in requests and responses, and which of them are tokens of the session. */
export const collectSecrets = (page: Page) => {
  const known = new Set<string>()
  const tokens = new Set<string>()
  const reading: Promise<void>[] = []
  const note = (text: string | null | undefined, isRevocation = false) => {
    try {
      for (const [name, value] of Object.entries(JSON.parse(text ?? '') as object)) {
        if (!secretFields.includes(name) || typeof value !== 'string' || !value) continue
        known.add(value)
        const isSession = name === 'access_token' || name === 'refresh_token' || isRevocation
        if (isSession) tokens.add(value)
      }
    } catch {
      // It is not JSON, so it is not part of the protocol.
    }
  }
  const isCall = (of: Request | Response) => new URL(of.url()).pathname.startsWith('/auth/')
  page.on('request', (request) => {
    // What is revoked is a token of the session, whether or not its response could be read.
    if (isCall(request)) note(request.postData(), request.url().includes('/v1/revoke'))
  })
  page.on('response', (response) => {
    if (isCall(response))
      reading.push(
        response
          .text()
          .then((text) => note(text))
          .catch(() => undefined),
      )
  })
  return async () => {
    await Promise.all(reading)
    return { known, tokens }
  }
}

/** Finds what hinders users with a small screen, a touch screen or a screen reader. */
export const flaws = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    const wide = scrollWidth > clientWidth ? [`${scrollWidth} px wide`] : []
    const root: ParentNode = document.querySelector('dialog[open]') ?? document
    const isShown = (element: Element) => element.checkVisibility() && !element.ariaHidden
    const all = [...root.querySelectorAll<HTMLElement>('*')].filter(isShown)
    const controls = all.filter((each) => each.matches('button, input, summary, a, select'))
    /** A checkbox is as large as its label. */
    const boxOf = (control: HTMLElement) =>
      (control.closest('label') ?? control).getBoundingClientRect()
    const small = controls
      .map((control) => ({ control, box: boxOf(control) }))
      .filter(({ box }) => box.width < 44 || box.height < 44)
      .map(({ control, box }) => `${control.outerHTML} is ${box.width} × ${box.height}`)
    const nameOf = (control: HTMLElement) =>
      control.ariaLabel ??
      (control instanceof HTMLInputElement
        ? [...(control.labels ?? [])].map((label) => label.innerText).join('')
        : control.innerText)
    const nameless = controls
      .filter((control) => !nameOf(control).trim())
      .map((control) => `${control.outerHTML} has no name`)
    const references = ['aria-describedby', 'aria-labelledby', 'aria-controls', 'for']
    const brokenReferences = all.flatMap((element) =>
      references
        .flatMap((name) => element.getAttribute(name)?.split(' ') ?? [])
        .filter((id) => document.querySelectorAll(`[id="${id}"]`).length !== 1)
        .map((id) => `${element.outerHTML} refers to ${id}, which is not one element`),
    )
    const headings = all.filter((each) => each.matches('h1'))
    const extraHeadings = headings.length > 1 ? [`${headings.length} first headings`] : []
    return [...wide, ...small, ...nameless, ...brokenReferences, ...extraHeadings]
  })
