/** Observes what the demo stores, sends and shows. */
import type { Page } from 'playwright-core'
import type { LeftTrace } from '../../adapters/inspect/nextPage.ts'
import type { Sandbox } from '../../sandbox/index.ts'

export interface Written {
  area: string
  key: string
  value: string
}

export const session = 'credentials_demo'
/** A session that was signed out, until the server has revoked it. */
export const ended = 'authflow_revoke_demo'

/** Where the demo may store something. */
export const expectedPlaces = [
  'localStorage device_id',
  `localStorage ${session}`,
  `localStorage ${ended}`,
  'localStorage demo_language',
  'localStorage demo_popup',
  'sessionStorage authflow_demo',
  'sessionStorage authflow_elements',
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
    const roots: ParentNode[] = [document]
    const record = () => {
      const cards = roots.flatMap((root) => [...root.querySelectorAll<HTMLElement>('.card')])
      const screen = cards[0]?.dataset['screen'] ?? ''
      if (screen !== screens.at(-1)) screens.push(screen)
    }
    const attributeFilter = ['data-screen']
    const range = { subtree: true, childList: true, attributeFilter }
    const observer = new MutationObserver(record)
    observer.observe(document, range)
    const { attachShadow } = Element.prototype
    Element.prototype.attachShadow = function (init) {
      const root = attachShadow.call(this, init)
      roots.push(root)
      observer.observe(root, range)
      return root
    }
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

/**
 * Collects the trace of every page that is left in the tab, and notes in the page which trace is its own: other tabs
 * answer on the same channel.
 */
export const collectTraces = async (page: Page): Promise<LeftTrace[]> => {
  const traces: LeftTrace[] = []
  await page.exposeFunction('noteTrace', (text: string) => {
    traces.push(JSON.parse(text) as LeftTrace)
  })
  await page.addInitScript(() => {
    const { noteTrace } = window as unknown as { noteTrace(text: string): void }
    const text = sessionStorage.getItem('authflow_trace_0')
    if (text) noteTrace(text)
    const { postMessage } = BroadcastChannel.prototype
    BroadcastChannel.prototype.postMessage = function (
      message: { type?: string; source?: string } | null,
    ) {
      if (message?.type === 'started') Object.assign(window, { source: message.source })
      postMessage.call(this, message)
    }
  })
  return traces
}

/** What the sandbox has received and answered, as far as the tests compare it with the page. */
export interface Traffic {
  /** All secrets. */
  known: Set<string>
  /** Those of them that are tokens of a session. */
  tokens: Set<string>
  /** The token of the newest captcha picture. */
  pictureToken: string
  clear(): void
}

/** Records the traffic at the sandbox; a browser does not keep the body of every response. */
export const recordTraffic = (sandbox: Sandbox): Traffic => {
  const traffic: Traffic = {
    known: new Set(),
    tokens: new Set(),
    pictureToken: '',
    clear() {
      traffic.known.clear()
      traffic.tokens.clear()
    },
  }
  const note = (fields: Record<string, unknown>) => {
    for (const name of secretFields) {
      const value = fields[name]
      if (typeof value !== 'string' || !value) continue
      traffic.known.add(value)
      if (name === 'access_token' || name === 'refresh_token') traffic.tokens.add(value)
    }
  }
  const { fetch } = sandbox
  sandbox.fetch = async (input, init) => {
    const request = new Request(input, init)
    const { pathname } = new URL(request.url)
    if (!pathname.startsWith('/auth/')) return fetch(request)
    note(await fieldsOf(request))
    const response = await fetch(request)
    const fields = await fieldsOf(response)
    note(fields)
    if (pathname === '/auth/v1/captcha/data') traffic.pictureToken = String(fields['token'])
    return response
  }
  return traffic
}

/** Reads a JSON body; another body has no fields. */
const fieldsOf = async (message: Request | Response): Promise<Record<string, unknown>> => {
  const text = await message.clone().text()
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** Finds what hinders users with a small screen, a touch screen or a screen reader. */
export const flaws = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    const wide = scrollWidth > clientWidth ? [`${scrollWidth} px wide`] : []
    const deep = (root: ParentNode): HTMLElement[] =>
      [...root.querySelectorAll<HTMLElement>('*')].flatMap((element) =>
        element.shadowRoot ? [element, ...deep(element.shadowRoot)] : [element],
      )
    const dialog = deep(document).find((each) => each.matches('dialog[open]'))
    const isShown = (element: Element) => element.checkVisibility() && !element.ariaHidden
    const all = deep(dialog ?? document).filter(isShown)
    const controls = all.filter((each) => each.matches('button, input, summary, a, select'))
    /** A checkbox is as large as its label. */
    const boxOf = (control: HTMLElement) =>
      (control.closest('label') ?? control).getBoundingClientRect()
    const small = controls
      .map((control) => ({ control, box: boxOf(control) }))
      // Layout gives 43.99997 for 44.
      .filter(({ box }) => box.width < 43.99 || box.height < 43.99)
      .map(({ control, box }) => `${control.outerHTML} is ${box.width} × ${box.height}`)
    const nameOf = (control: HTMLElement) =>
      control.ariaLabel ??
      (control instanceof HTMLInputElement
        ? [...(control.labels ?? [])].map((label) => label.innerText).join('')
        : control.innerText || control.title)
    const nameless = controls
      .filter((control) => !nameOf(control).trim())
      .map((control) => `${control.outerHTML} has no name`)
    const references = ['aria-describedby', 'aria-labelledby', 'aria-controls', 'for']
    const brokenReferences = all.flatMap((element) => {
      const root = element.getRootNode() as ParentNode
      return references
        .flatMap((name) => element.getAttribute(name)?.split(' ') ?? [])
        .filter((id) => root.querySelectorAll(`[id="${id}"]`).length !== 1)
        .map((id) => `${element.outerHTML} refers to ${id}, which is not one element`)
    })
    const headings = all.filter((each) => each.matches('h1'))
    const extraHeadings = headings.length > 1 ? [`${headings.length} first headings`] : []
    return [...wide, ...small, ...nameless, ...brokenReferences, ...extraHeadings]
  })
