/** The chart of the actor in focus. */
import type { Layout } from '../charts/layout.ts'
import { drawingOf } from '../charts/svg.ts'
import type { MachineConfig } from '../trace.ts'
import { h } from './dom.ts'
import { type ActorState, idsOf, moodOf } from '../fold.ts'
import { last } from '../../../services/lists.ts'

/** Finds the layout of a machine; undefined while there is none. */
export type FindLayout = (machine: string, chart: MachineConfig) => Layout | undefined

/** A view of one chart at a time. */
export interface ChartView {
  element: HTMLElement
  /** Shows the states of an actor; without one, nothing. */
  draw(actor: ActorState | undefined, chart: MachineConfig | undefined, missing: string): void
}

/** Creates the view. */
export function createChartView(findLayout: FindLayout): ChartView {
  const element = h('div', { class: 'chart', tabindex: 0, role: 'group' })
  let shown: Layout | MachineConfig | undefined
  let centred = ''

  /** Draws the chart anew only when it is another one, so that its elements can move. */
  function show(name: string, chart: MachineConfig, missing: string) {
    const layout = findLayout(name, chart)
    if (shown === (layout ?? chart)) return
    shown = layout ?? chart
    centred = ''
    if (!layout) return element.replaceChildren(listOf(chart, missing))
    const svg = `<svg width="${layout.width}" height="${layout.height}" viewBox="0 0 ${layout.width} ${layout.height}" aria-hidden="true">${drawingOf('chart', layout)}</svg>`
    element.innerHTML = svg
  }

  /** Moves the active state to the centre when it changes. */
  function centre() {
    const state = last([...element.querySelectorAll('[data-active], [data-ended]')])
    const key = state?.getAttribute('data-state') ?? ''
    if (!state || centred === key || element.clientHeight === 0) return
    const isFirst = centred === ''
    centred = key
    const box = state.getBoundingClientRect()
    const frame = element.getBoundingClientRect()
    const isCalm = isFirst || matchMedia('(prefers-reduced-motion: reduce)').matches
    element.scrollBy({
      left: box.x + box.width / 2 - frame.x - frame.width / 2,
      top: box.y + box.height / 2 - frame.y - frame.height / 2,
      behavior: isCalm ? 'instant' : 'smooth',
    })
  }

  new ResizeObserver(() => {
    centred = ''
    centre()
  }).observe(element)

  return {
    element,
    draw(actor, chart, missing) {
      if (!actor?.machine || !chart) {
        shown = undefined
        return element.replaceChildren()
      }
      show(actor.machine, chart, missing)
      mark(element, actor, chart)
      centre()
    },
  }
}

/** Marks the active states, the transitions taken last, and the ways out. */
function mark(element: HTMLElement, actor: ActorState, chart: MachineConfig) {
  const isActive = actor.status === 'active'
  const active = new Set(idsOf(chart, actor.value))
  for (const state of element.querySelectorAll<HTMLElement>('[data-state]')) {
    const isIn = active.has(state.dataset['state']!)
    state.toggleAttribute('data-active', isIn && isActive)
    state.toggleAttribute('data-ended', isIn && !isActive)
  }
  const taken = new Set(actor.taken.map(({ from, to }) => `${from} ${to}`))
  const groups = [chart.id, ...active].map((id) => `${id}.*`)
  const here = new Set([...active, ...groups])
  for (const edge of element.querySelectorAll<HTMLElement>('[data-from]')) {
    const { from = '', to, event = '' } = edge.dataset
    const isOut = isActive && here.has(from)
    edge.toggleAttribute('data-taken', taken.has(`${from.replace(/\.\*$/, '')} ${to}`))
    edge.toggleAttribute('data-out', isOut)
    edge.toggleAttribute('data-user', isOut && event.split(' ').some(isOfUser))
  }
  element.dataset['mood'] = moodOf(actor)
}

/** Events of users have a dot; those between the shared actors are no choice of theirs. */
const isOfUser = (event: string) =>
  event.includes('.') &&
  !/^(xstate|tokens|calls|codes?\.(sent|spent|restore)|flow\.resume)/.test(event) &&
  !/^captcha\.(require|release|spend)$/.test(event)

/** Lists the states of a machine that has no layout, each with its events. */
function listOf(chart: MachineConfig, lead: string): HTMLElement {
  const items = (of: MachineConfig): HTMLElement[] =>
    Object.entries(of.states ?? {}).map(([name, state]) =>
      h(
        'li',
        { 'data-state': state.id },
        h('b', {}, name),
        h('span', {}, Object.keys(state.on ?? {}).join(', ')),
        ...(state.states ? [h('ul', {}, ...items(state))] : []),
      ),
    )
  return h('div', { class: 'listed' }, h('p', {}, lead), h('ul', {}, ...items(chart)))
}
