import type { Elk } from './charts/layout.ts'
import { withSettings } from './settings.ts'
import type { MachineConfig } from './trace.ts'

/** Options of {@link mountInspector}. */
export interface MountOptions {
  /** The language of the page. Default: that of the document, else of the browser. */
  language?: 'en' | 'zh'
  /**
   * Loads `elkjs`, which draws the flows that an app has written itself:
   * `() => import('elkjs/lib/elk.bundled.js')`. It is called when such a flow is opened. Without it
   * they are shown as lists of states.
   */
  elk?: () => Promise<{ default: new () => Elk }>
}

/**
 * Shows the inspector page in an element, or behind a button that floats over the page. It shows the
 * clients of this origin whose `inspect` is {@link broadcast}. The page, 28 kB, is loaded when it is
 * first shown; it makes no request and needs no network.
 *
 * @param place the element, or `{ float: true }` for the button
 * @returns how to remove it
 * @example
 *   export const auth = createAuth({ env, flows, inspect: broadcast() })
 *   if (import.meta.env.DEV) mountInspector({ float: true })
 */
export function mountInspector(
  place: HTMLElement | (MountOptions & { float: true }),
  options: MountOptions = {},
): () => void {
  return place instanceof HTMLElement ? mountFrame(place, options) : mountButton(place)
}

function mountFrame(element: HTMLElement, options: MountOptions): () => void {
  const frame = document.createElement('iframe')
  frame.title = 'authflow inspector'
  frame.style.cssText = 'width:100%;height:100%;border:0;display:block'
  element.append(frame)
  void fill(frame, options)
  return () => frame.remove()
}

async function fill(frame: HTMLIFrameElement, { language = languageOf(), elk }: MountOptions) {
  const { html } = await import('./page/html.ts')
  frame.addEventListener('load', () => {
    if (!elk) return
    const layOutChart = async (config: MachineConfig) => {
      const [{ chartOf }, { layOut }, { default: Layouter }] = await Promise.all([
        import('./charts/chart.ts'),
        import('./charts/layout.ts'),
        elk(),
      ])
      return layOut(chartOf(config), new Layouter())
    }
    Object.assign(frame.contentWindow!, { layOutChart })
  })
  frame.srcdoc = withSettings(html, { ...(language && { language }) })
}

function languageOf(): MountOptions['language'] {
  const { lang } = document.documentElement
  return lang.startsWith('zh') ? 'zh' : lang.startsWith('en') ? 'en' : undefined
}

const PANEL =
  'position:fixed;z-index:2147483646;inset:auto 12px 64px 12px;height:min(640px,calc(100vh - 88px));margin:0 0 0 auto;max-width:1100px;border:1px solid #8a92a1;border-radius:12px;overflow:hidden;box-shadow:0 12px 40px rgb(0 0 0/30%);background:Canvas'
const BUTTON =
  'position:fixed;z-index:2147483647;right:12px;bottom:12px;width:44px;height:44px;padding:10px;border:1px solid #8a92a1;border-radius:50%;cursor:pointer;color:#fff;background:#3a54d6'
const ICON =
  '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true"><rect x="3" y="4" width="8" height="5" rx="1.500"/><rect x="13" y="15" width="8" height="5" rx="1.500"/><path d="M7 9v8.500h6"/></svg>'

function mountButton(options: MountOptions): () => void {
  const panel = document.createElement('div')
  panel.style.cssText = PANEL
  panel.hidden = true
  const button = document.createElement('button')
  button.type = 'button'
  button.title = button.ariaLabel = 'authflow inspector'
  button.style.cssText = BUTTON
  button.innerHTML = ICON
  button.ariaExpanded = 'false'
  button.addEventListener('click', () => {
    panel.hidden = !panel.hidden
    button.ariaExpanded = String(!panel.hidden)
    if (!panel.hidden && panel.childElementCount === 0) mountFrame(panel, options)
  })
  document.body.append(panel, button)
  return () => {
    panel.remove()
    button.remove()
  }
}
