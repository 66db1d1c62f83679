import { auth, setLanguage, t, ui } from './auth.ts'
import { h, onRefresh, refresh } from './dom.ts'
import { isPopup, root } from './elements.ts'
import { inspectorPanel } from './inspectorPanel.ts'
import { machineStatus } from './machineStatus.ts'
import { panel, startPolling } from './sandbox.ts'

onRefresh(() => {
  document.documentElement.lang = ui.language === 'zh' ? 'zh-CN' : 'en'
  document.title = `${t().title} · ${t().product} ${t().demo}`
})

const header = h(
  'header',
  {},
  h(
    'p',
    { class: 'brand' },
    h('span', { class: 'mark', 'aria-hidden': 'true' }),
    h('strong', {}, () => t().product),
    h('span', {}, () => t().demo),
  ),
  h(
    'button',
    {
      type: 'button',
      class: 'link language',
      lang: () => (ui.language === 'zh' ? 'en' : 'zh-CN'),
      onclick: () => setLanguage(ui.language === 'zh' ? 'en' : 'zh'),
    },
    () => t().otherLanguage,
  ),
)

if (isPopup) {
  document.body.append(h('main', { class: 'popup' }, root))
  refresh()
} else {
  document.body.append(
    header,
    h('main', {}, h('div', { class: 'stage' }, root, machineStatus), inspectorPanel, panel),
  )
  auth.subscribe((view) => {
    ui.view = view
    refresh()
  })
  startPolling()
}
