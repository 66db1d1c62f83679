/** The inspector page: a trace as charts, log, timeline and sequence, at any of its moments. */
import type { Layout } from '../charts/layout.ts'
import type { Settings } from '../settings.ts'
import type { MachineConfig, Trace, TraceEntry } from '../trace.ts'
import { createActorView } from './actorView.ts'
import { createChartView } from './chartView.ts'
import { h, icon, type IconName } from './dom.ts'
import { type ActorState, actorsAt, focusOf, nameOf, type Row, rowsOf, textOf } from '../fold.ts'
import { createLayouts } from './layouts.ts'
import { messagesOf, sequenceOf } from './sequence.ts'
import { marksOf, positionsOf } from './timeline.ts'
import { collectTraces } from './traces.ts'
import { type Language, words } from './words.ts'
import { last } from '../../../services/lists.ts'

const json = <T>(id: string): T => JSON.parse(document.getElementById(id)?.textContent || '{}') as T
const settings = json<Settings>('settings')

const LANGUAGE_KEY = 'authflow_inspector_language'
let language: Language = settings.language ?? storedLanguage()
const t = () => words[language]

/** The index of the entry that is shown. */
let position = -1
/** Follows the newest entry. */
let isLive = true
let view: 'chart' | 'sequence' | 'log' | 'actors' = 'chart'
let query = ''
/** The `sessionId` of the actor that the user has chosen. */
let chosenActor: string | undefined
let player: ReturnType<typeof setInterval> | undefined
let isScheduled = false

const traces = collectTraces(settings.socket, schedule)

// The parts of the page.
const dot = h('i', { class: 'dot' })
const title = h('h1', {}, dot, h('span', {}, ''))
const marks = h('div', { class: 'marks', 'aria-hidden': 'true' })
const range = h('input', { type: 'range', min: 0, max: 1000, value: 0, oninput: onRange })
const stamp = h('output', { class: 'stamp' })
const sources = h('select', { onchange: () => choose(sources.value) })
const search = h('input', {
  type: 'search',
  oninput: () => {
    query = search.value.trim().toLowerCase()
    schedule()
  },
})
const file = h('input', { type: 'file', accept: '.json,application/json', hidden: true })
const buttons = {
  previous: button('previous', () => toApp(-1)),
  back: button('back', () => step(-1)),
  play: button('play', play),
  forward: button('forward', () => step(1)),
  next: button('next', () => toApp(1)),
  save: button('save', save),
  open: button('open', () => file.click()),
}
const live = h('button', { type: 'button', class: 'live', onclick: goLive })
const languageButton = h('button', { type: 'button', class: 'language', onclick: switchLanguage })
const tabs = (['chart', 'sequence', 'log', 'actors'] as const).map((name) =>
  h('button', { type: 'button', 'data-view': name, onclick: () => show(name) }),
)
const actorView = createActorView(chooseActor)
const chart = createChartView(
  createLayouts(json<Record<string, Layout>>('layouts'), settings.layoutUrl, schedule),
)
const sequence = h('div', { class: 'sequence', tabindex: 0, role: 'group', onclick: onLogClick })
const empty = h('div', { class: 'empty' })
const log = h('ol', { class: 'log', tabindex: 0, onclick: onLogClick })
const alertBox = h('p', { class: 'alert', role: 'alert' })
const viewTabs = h('div', { class: 'tabs', role: 'group' }, ...tabs)

/** The three columns; on small screens one of them is shown. */
const parts = {
  actors: h('section', { class: 'actors' }, actorView.tree, actorView.facts),
  stage: h(
    'section',
    { class: 'stage' },
    actorView.crumbs,
    actorView.flows,
    chart.element,
    sequence,
    empty,
  ),
  log: h('section', { class: 'events' }, search, log),
}

document.body.append(
  h(
    'header',
    {},
    title,
    h(
      'div',
      { class: 'transport', role: 'group' },
      buttons.previous,
      buttons.back,
      buttons.play,
      buttons.forward,
      buttons.next,
      live,
    ),
    h('div', { class: 'time' }, marks, range),
    stamp,
    viewTabs,
    h('div', { class: 'tools' }, sources, buttons.save, buttons.open, languageButton, file),
  ),
  alertBox,
  h('main', {}, parts.actors, parts.stage, parts.log),
)
file.addEventListener('change', () => void openFile(file.files?.[0]))

function button(name: IconName, onclick: () => void) {
  return h('button', { type: 'button', class: 'tool', 'data-name': name, onclick }, icon(name))
}

// What is shown.

function schedule() {
  if (isScheduled) return
  isScheduled = true
  // Not by `requestAnimationFrame`, which stands still in a page behind its popup.
  setTimeout(() => {
    isScheduled = false
    draw()
  }, 16)
}

const entries = () => traces.chosen()?.trace.entries ?? []
const here = () => (isLive ? entries().length - 1 : Math.min(position, entries().length - 1))

/** The time of the client, in ms since its trace began. */
function now(): number {
  const shown = traces.chosen()
  if (!shown) return 0
  const { startedAt, entries } = shown.trace
  const at = entries[here()]?.at ?? 0
  return isLive && shown.isLive ? Math.max(at, Date.now() - startedAt) : at
}

let actors = new Map<string, ActorState>()
/** The charts that the trace contains, by machine. */
let charts = new Map<string, MachineConfig>()
let rows: Row[] = []
let positions: number[] = []
let read: { id?: string; trace?: Trace; length?: number } = {}

function draw() {
  const { id, trace, isLive: isRunning } = traces.chosen() ?? {}
  // A client that has just started is followed.
  if (read.id !== id && isRunning) isLive = true
  // Rows and positions change only with the trace, not with the moment that is shown.
  if (read.trace !== trace || read.length !== trace?.entries.length) {
    read = { id, trace, length: trace?.entries.length }
    charts = chartsIn(entries())
    rows = rowsOf(entries())
    positions = positionsOf(entries())
    marks.replaceChildren(...marksOf(rows, positions))
    drawLog()
    drawSequence()
  }
  actors = actorsAt(entries(), here())
  drawTexts()
  drawTime()
  drawActors()
  markTime()
}

function drawTexts() {
  const all = t()
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  document.title = all.title
  document.body.dataset['view'] = view
  document.body.toggleAttribute('data-live', isLive)
  title.lastElementChild!.textContent = all.title
  dot.toggleAttribute('data-on', traces.chosen()?.isLive)
  for (const [name, each] of Object.entries(buttons)) {
    const isPause = name === 'play' && player !== undefined
    const text = all[isPause ? 'pause' : (name as keyof typeof buttons)]
    if (name === 'play') each.replaceChildren(icon(isPause ? 'pause' : 'play'))
    each.title = each.ariaLabel = text
  }
  live.textContent = all.live
  live.title = all.liveHint
  live.ariaPressed = String(isLive)
  languageButton.textContent = all.language
  languageButton.lang = language === 'zh' ? 'en' : 'zh-CN'
  for (const tab of tabs) {
    const name = tab.dataset['view'] as typeof view
    tab.textContent = all[name]
    tab.ariaPressed = String(name === view)
  }
  viewTabs.ariaLabel = all.views
  chart.element.ariaLabel = all.chart
  sequence.ariaLabel = all.sequence
  parts.log.ariaLabel = log.ariaLabel = all.log
  parts.actors.ariaLabel = all.actors
  parts.stage.ariaLabel = all[view === 'sequence' ? 'sequence' : 'chart']
  range.ariaLabel = all.time
  sources.ariaLabel = all.source
  search.placeholder = search.ariaLabel = all.find
  const isEmpty = entries().length === 0
  document.body.toggleAttribute('data-empty', isEmpty)
  empty.replaceChildren(h('h2', {}, all.waiting), h('p', {}, all.waitingHint))
}

function drawTime() {
  const shown = traces.chosen()
  const index = here()
  range.value = String(Math.round((positions[index] ?? 0) * 1000))
  range.disabled = !shown
  stamp.textContent = shown
    ? `${t().entries(index + 1, shown.trace.entries.length)}  +${((shown.trace.entries[index]?.at ?? 0) / 1000).toFixed(2)} s`
    : ''
  range.setAttribute('aria-valuetext', stamp.textContent)
  const all = traces.all()
  sources.hidden = all.length < 2
  sources.replaceChildren(
    ...all.map(({ id, trace, isLive: isRunning }) => {
      const time = new Date(trace.startedAt).toLocaleTimeString(language)
      const name = isRunning ? t().started(time) : id
      return h('option', { value: id, selected: id === shown?.id }, name)
    }),
  )
}

/** Draws what can change without a new entry: times, and the layout of a chart. */
function drawActors() {
  const focus = actors.get(chosenActor ?? '') ?? focusOf(actors)
  const { startedAt = 0 } = traces.chosen()?.trace ?? {}
  actorView.draw({ actors, focus, index: here(), now: now(), startedAt, words: t(), language })
  chart.draw(focus, focus && charts.get(focus.machine!), t().noChart)
  chart.element.ariaLabel = focus ? `${nameOf(focus)}: ${textOf(focus.value)}` : t().chart
}

function chooseActor(sessionId: string) {
  chosenActor = chosenActor === sessionId ? undefined : sessionId
  if (view === 'actors' || view === 'sequence') view = 'chart'
  schedule()
}

const chartsIn = (all: readonly TraceEntry[]) =>
  new Map(all.flatMap((each) => (each.type === 'machine' ? [[each.machine, each.chart]] : [])))

function drawLog() {
  log.replaceChildren(
    ...rows.map(({ index, at, kind, title: name, place, details }) => {
      const isIgnored = kind === 'ignored'
      return h(
        'li',
        { class: kind, 'data-index': index },
        h('time', {}, (at / 1000).toFixed(2)),
        h('b', {}, name),
        h('span', {}, isIgnored ? t().ignored : place),
        ...(details ? [h('small', {}, details)] : []),
      )
    }),
  )
}

function drawSequence() {
  if (view !== 'sequence') return
  sequence.innerHTML = sequenceOf(messagesOf(entries()), t().lanes)
}

/** Marks in log and sequence what is still to come, and the line that is shown. */
function markTime() {
  const index = here()
  for (const [part, selector] of [
    [log, 'li'],
    [sequence, '.message'],
  ] as const) {
    let current: Element | undefined
    for (const each of part.querySelectorAll<HTMLElement>(selector)) {
      const isPast = Number(each.dataset['index']) <= index
      each.toggleAttribute('data-future', !isPast)
      each.removeAttribute('aria-current')
      if (part === log) each.hidden = !each.textContent.toLowerCase().includes(query)
      if (isPast) current = each
    }
    current?.setAttribute('aria-current', 'true')
    current?.scrollIntoView({ block: 'nearest' })
  }
}

// Moving in time.

function go(index: number) {
  const last = entries().length - 1
  isLive = false
  position = Math.max(0, Math.min(last, index))
  schedule()
}

/** Moves to the next line of the log in a direction; `isStop` says which lines count. */
function move(direction: 1 | -1, isStop: (row: Row) => boolean) {
  const index = here()
  const next =
    direction === 1
      ? rows.find((row) => row.index > index && isStop(row))?.index
      : last(rows.filter((row) => row.index < index && isStop(row)))?.index
  go(next ?? (direction === 1 ? entries().length - 1 : 0))
}

const step = (direction: 1 | -1) => move(direction, () => true)
const toApp = (direction: 1 | -1) =>
  move(direction, ({ kind }) => kind === 'app' || kind === 'ignored')

function onRange() {
  const wanted = Number(range.value) / 1000
  const index = positions.findIndex((each) => each >= wanted)
  go(index === -1 ? positions.length - 1 : index)
}

function goLive() {
  stopPlaying()
  isLive = true
  chosenActor = undefined
  schedule()
}

function play() {
  if (player !== undefined) return stopPlaying()
  if (here() >= entries().length - 1) go(0)
  isLive = false
  position = here()
  player = setInterval(() => {
    if (here() >= entries().length - 1) stopPlaying()
    else step(1)
  }, 400)
  schedule()
}

function stopPlaying() {
  clearInterval(player)
  player = undefined
  schedule()
}

function show(name: typeof view) {
  view = name
  drawSequence()
  schedule()
}

function onLogClick({ target }: Event) {
  const index = (target as Element).closest<HTMLElement>('[data-index]')?.dataset['index']
  if (index !== undefined) go(Number(index))
}

function choose(id: string) {
  position = 0
  chosenActor = undefined
  isLive = traces.all().find((each) => each.id === id)?.isLive ?? false
  traces.choose(id)
}

// Files.

function save() {
  const shown = traces.chosen()
  if (!shown) return
  const blob = new Blob([JSON.stringify(shown.trace)], { type: 'application/json' })
  const time = new Date(shown.trace.startedAt).toISOString().slice(0, 19).replaceAll(':', '-')
  const href = URL.createObjectURL(blob)
  h('a', { href, download: `authflow-trace-${time}.json` }).click()
  URL.revokeObjectURL(href)
}

async function openFile(source: File | undefined) {
  if (source) openTrace(source.name, await source.text())
}

function openTrace(name: string, source: unknown) {
  alertBox.textContent = ''
  try {
    traces.open(name, source)
    chosenActor = undefined
    // At its end, where a bug shows.
    go(entries().length - 1)
  } catch (thrown) {
    alertBox.textContent = `${name}: ${(thrown as { description?: string }).description ?? String(thrown)}`
  }
}

document.addEventListener('dragover', (event) => event.preventDefault())
document.addEventListener('drop', (event) => {
  event.preventDefault()
  void openFile(event.dataTransfer?.files[0])
})

// Keys and language.

document.addEventListener('keydown', (event) => {
  const { key, shiftKey, target, ctrlKey, metaKey, altKey } = event
  const isTyping = (target as Element).matches('input, select')
  const isButton = key === ' ' && (target as Element).matches('button')
  if (isTyping || isButton || ctrlKey || metaKey || altKey) return
  const keys: Record<string, () => void> = {
    ArrowLeft: () => (shiftKey ? toApp(-1) : step(-1)),
    ArrowRight: () => (shiftKey ? toApp(1) : step(1)),
    ' ': play,
    l: goLive,
    s: () => show(view === 'sequence' ? 'chart' : 'sequence'),
    '/': () => search.focus(),
    Escape: () => {
      chosenActor = undefined
      schedule()
    },
  }
  const run = keys[key]
  if (!run) return
  event.preventDefault()
  run()
})

function switchLanguage() {
  language = language === 'zh' ? 'en' : 'zh'
  try {
    localStorage.setItem(LANGUAGE_KEY, language)
  } catch {
    // The storage is blocked: the choice lasts as long as the page.
  }
  drawLog()
  drawSequence()
  schedule()
}

function storedLanguage(): Language {
  try {
    const stored = localStorage.getItem(LANGUAGE_KEY)
    if (stored === 'zh' || stored === 'en') return stored
  } catch {
    // The storage is blocked.
  }
  return navigator.language.startsWith('zh') ? 'zh' : 'en'
}

/** Deadlines and times in a state go on while the page is live. */
setInterval(() => {
  if (isLive && traces.chosen()?.isLive && !document.hidden) drawActors()
}, 1000)

if (settings.trace) openTrace('trace', settings.trace)
schedule()
