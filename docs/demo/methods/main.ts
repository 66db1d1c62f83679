/** A plain page with a button for every documented method. */
import { h, refresh } from '../dom.ts'
import { calls, type Group, type MethodCall } from './calls.ts'
import { words } from './words.ts'

let language: keyof typeof words = navigator.language.startsWith('zh') ? 'zh' : 'en'
const t = () => words[language]

const SECRET = /token|ticket|password|code|^(key|url|uri|image|data)$/i

/** Returns an answer as text, without its secrets and pictures. */
function textOf(answer: unknown): string {
  const mask = (name: string, value: unknown) =>
    typeof value === 'string' && SECRET.test(name) ? '•••' : value
  if (typeof answer === 'string') return '•••'
  return (JSON.stringify(answer, mask) ?? t().done).slice(0, 300)
}

/** @returns the code of the error that an answer has, or undefined */
function errorOf(answer: unknown): string | undefined {
  const { error } = Object(answer) as { error?: unknown }
  if (!error) return undefined
  if (typeof error === 'string') return error
  return (error as { error?: string }).error ?? (error as Error).message
}

function toRow({ name, run, fails }: MethodCall): HTMLElement {
  const output = h('output', {})
  const place = h('div', {})

  async function onclick() {
    row.dataset['outcome'] = 'running'
    output.textContent = t().running
    let answer: unknown
    try {
      answer = await run(place)
    } catch (thrown) {
      answer = { error: thrown }
    }
    const error = errorOf(answer)
    row.dataset['outcome'] = error === fails ? 'done' : 'failed'
    output.textContent = error ?? textOf(answer)
  }

  const row = h(
    'li',
    {},
    h('button', { type: 'button', onclick: () => void onclick() }, name),
    h('div', {}, output, place),
  )
  return row
}

const setLanguage = () => {
  language = language === 'zh' ? 'en' : 'zh'
  refresh()
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}

document.body.append(
  h(
    'main',
    { class: 'methods' },
    h(
      'header',
      {},
      h('h1', {}, () => t().title),
      h(
        'button',
        { type: 'button', class: 'link language', onclick: setLanguage },
        () => t().otherLanguage,
      ),
    ),
    h('p', {}, () => t().lead),
    ...Object.entries(calls).map(([group, list]) =>
      h(
        'section',
        {},
        h('h2', {}, () => t().groups[group as Group]),
        h('ul', {}, ...list.map(toRow)),
      ),
    ),
  ),
)
refresh()
document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
