/** The inspector of the package beside the sign-in, and in a window of its own. */
import { mountInspector } from 'cloudbase-authflow/inspect'
import { t, ui } from './auth.ts'
import { beforeRefresh, h, icon, refresh } from './dom.ts'

/** Set by Vite while it serves the page module by module, as `npm start` does. */
const isDevelopment = (import.meta as { hot?: object }).hot !== undefined

/** `npm start` opens with the charts, except on small screens; the bundled page opens without. */
let isOpen = isDevelopment && matchMedia('(min-width: 60rem)').matches

/** What is mounted, in which language, and how to remove it. */
let mounted: { language: string; remove(): void } | undefined

const WINDOW = 'M13 4h7v7 M20 4l-9 9 M17 14v6H4V7h6'
const CHART = 'M4 5h7v5H4z M13 14h7v5h-7z M7.500 10v6.500H13'

const frame = h('div', { class: 'frame' })

export const inspectorPanel = h(
  'section',
  { class: 'inspector-panel', 'aria-label': () => t().inspector.panel, hidden: () => !isOpen },
  frame,
)

/** The buttons that open the panel and the window. */
export const inspectorButtons = h(
  'div',
  { class: 'inspector-buttons' },
  h(
    'button',
    {
      type: 'button',
      class: 'link',
      'aria-expanded': () => String(isOpen),
      onclick: () => {
        isOpen = !isOpen
        refresh()
      },
    },
    icon(CHART),
    h('span', {}, () => (isOpen ? t().inspector.hide : t().inspector.show)),
  ),
  h(
    'button',
    { type: 'button', class: 'link', onclick: openWindow },
    icon(WINDOW),
    h('span', {}, () => t().inspector.window),
  ),
  h('p', {}, () => t().inspector.about),
)

function openWindow() {
  const features = 'popup,width=1360,height=860'
  window.open(`/inspector/${ui.language}`, 'authflow-own-inspector', features)?.focus()
}

beforeRefresh(() => {
  document.documentElement.toggleAttribute('data-inspecting', isOpen)
  const { language } = ui
  if (mounted && (!isOpen || mounted.language !== language)) {
    mounted.remove()
    mounted = undefined
  }
  if (isOpen) mounted ??= { language, remove: mountInspector(frame, { language }) }
})
