/** The state of the machines, for developers, and the buttons that open the inspectors. */
import { h, icon } from './dom.ts'
import { inspectorState, openInspector } from './inspector.ts'
import { inspectorButtons } from './inspectorPanel.ts'
import { t, ui } from './auth.ts'

const value = (name: string, read: () => string | undefined) =>
  h(
    'span',
    { class: 'fact' },
    h('span', {}, name),
    ' ',
    h('code', {}, () => read() ?? t().machine.none),
  )

const WINDOW = 'M13 4h7v7 M20 4l-9 9 M17 14v6H4V7h6'

const inspector = h(
  'div',
  { class: 'inspector' },
  h(
    'button',
    {
      type: 'button',
      class: 'link',
      'aria-describedby': 'inspector-hint',
      onclick: () => void openInspector(),
    },
    icon(WINDOW),
    h('span', {}, () => t().inspector.open),
  ),
  h('p', { id: 'inspector-hint' }, () => t().inspector.hint),
  h('p', { role: 'status' }, () => (inspectorState ? t().inspector[inspectorState] : '')),
)

export const machineStatus = h(
  'details',
  { class: 'machine-status', open: true },
  h('summary', {}, () => t().machine.heading),
  h(
    'p',
    { class: 'facts' },
    value('status', () => ui.view.status),
    value('flow', () => ui.view.flow),
    value('step', () => ui.view.step),
    h('span', { class: 'fact', 'data-busy': () => ui.view.busy }, () =>
      ui.view.busy ? t().machine.busy : '',
    ),
  ),
  inspectorButtons,
  inspector,
)
