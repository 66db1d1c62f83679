/** Where the machines are, for whoever builds such a page. */
import { h } from './live.ts'
import { t, ui } from './parts.ts'

const value = (name: string, read: () => string | undefined) =>
  h(
    'span',
    { class: 'fact' },
    h('span', {}, name),
    ' ',
    h('code', {}, () => read() ?? t().strip.none),
  )

export const strip = h(
  'details',
  { class: 'strip', open: true },
  h('summary', {}, () => t().strip.heading),
  h(
    'p',
    {},
    value('status', () => ui.view.status),
    value('flow', () => ui.view.flow),
    value('step', () => ui.view.step),
    h('span', { class: 'fact', 'data-busy': () => ui.view.busy }, () =>
      ui.view.busy ? t().strip.busy : '',
    ),
  ),
)
